/// Writes one-character items in PCRE2's syntax.
enum PCRE2Class {
    static func write(literal value: UInt32, _ flags: PatternFlags, to output: inout [UInt8]) {
        if flags.contains(.ignoreCase) {
            let matching =
                flags.contains(.ascii)
                ? PythonCase.matchingASCII(ScalarRanges([value...value])) : PythonCase.matching(value)
            if matching.count > 1 { return write(matching, negated: false, to: &output) }
        }
        if (0xD800...0xDFFF).contains(value) { return output.append(contentsOf: nothing) }
        write(scalar: value, to: &output)
    }

    static func write(_ set: PatternNode.PatternSet, _ flags: PatternFlags, to output: inout [UInt8]) {
        output.append(contentsOf: text(set, flags))
    }

    static func text(_ set: PatternNode.PatternSet, _ flags: PatternFlags) -> [UInt8] {
        let ascii = flags.contains(.ascii)
        let members = characters(set, flags)
        var categories: [UInt8] = []
        var complements: [[UInt8]] = []
        for item in set.items {
            guard case .category(let category, let negated) = item else { continue }
            let spelled = Array(spelling(category, ascii: ascii).utf8)
            if negated { complements.append(spelled) } else { categories += spelled }
        }
        guard !complements.isEmpty else {
            var output: [UInt8] = []
            if categories.isEmpty {
                write(members, negated: set.negated, to: &output)
            } else {
                output.append(contentsOf: set.negated ? "[^".utf8 : "[".utf8)
                write(members, to: &output)
                output.append(contentsOf: categories + [0x5D])
            }
            return output
        }
        var alternatives = complements.map { Array("[^".utf8) + $0 + [0x5D] }
        if alternatives.count == 1, categories.isEmpty, members.isEmpty {
            if !set.negated { return alternatives[0] }
            return [0x5B] + complements[0] + [0x5D]
        }
        if !categories.isEmpty || !members.isEmpty {
            var positive: [UInt8] = [0x5B]
            write(members, to: &positive)
            alternatives.append(positive + categories + [0x5D])
        }
        let any = Array(alternatives.joined(separator: [0x7C]))
        return set.negated
            ? Array("(?:(?!".utf8) + any + Array(").)".utf8) : Array("(?:".utf8) + any + Array(")".utf8)
    }

    /// The characters and ranges of a class, with those that match them when case is ignored.
    private static func characters(_ set: PatternNode.PatternSet, _ flags: PatternFlags) -> ScalarRanges {
        var scalars: [UInt32] = []
        var ranges: [ClosedRange<UInt32>] = []
        for item in set.items {
            switch item {
            case .scalar(let value): scalars.append(value)
            case .range(let low, let high): ranges.append(low...high)
            case .category: break
            }
        }
        let members: ScalarRanges
        if !flags.contains(.ignoreCase) {
            members = ScalarRanges(scalars.map { $0...$0 } + ranges)
        } else if flags.contains(.ascii) {
            members = PythonCase.matchingASCII(ScalarRanges(scalars.map { $0...$0 } + ranges))
        } else if scalars.count == 1, ranges.isEmpty, set.items.count == 1 {
            members = PythonCase.matching(scalars[0])  // [^x]
        } else {
            members = PythonCase.matching(scalars: scalars, ranges: ranges)
        }
        return members.subtracting(.surrogates)
    }

    /// The inside of a class. PCRE2 10.42 has Unicode 14, Python 3.12 has 15: what came between is spelled out.
    private static func spelling(_ category: PatternNode.Category, ascii: Bool) -> StaticString {
        switch (category, ascii) {
        case (.digit, true): "0-9"
        case (.space, true): "\\x09-\\x0d\\x20"
        case (.word, true): "0-9A-Z_a-z"
        case (.digit, false): "0-9\\p{Nd}\\x{11f50}-\\x{11f59}\\x{1e4f0}-\\x{1e4f9}"
        case (.space, false):
            "\\x09-\\x0d\\x1c-\\x20\\x85\\xa0\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}"
        case (.word, false):
            """
            0-9A-Z_a-z\\p{L}\\p{N}\\x{1123f}\\x{11240}\\x{11f02}\\x{11f04}-\\x{11f10}\\x{11f12}-\\x{11f33}\
            \\x{11f50}-\\x{11f59}\\x{1342f}\\x{13441}-\\x{13446}\\x{1b132}\\x{1b155}\\x{1d2c0}-\\x{1d2d3}\
            \\x{1df25}-\\x{1df2a}\\x{1e030}-\\x{1e06d}\\x{1e4d0}-\\x{1e4eb}\\x{1e4f0}-\\x{1e4f9}\\x{2b739}\
            \\x{31350}-\\x{323af}
            """
        }
    }

    private static let nothing = Array("(?:(?!).)".utf8)

    private static func write(_ members: ScalarRanges, negated: Bool, to output: inout [UInt8]) {
        let members = members.subtracting(.surrogates)
        if members.isEmpty {
            return output.append(contentsOf: negated ? [0x2E] : nothing)
        }
        output.append(contentsOf: negated ? "[^".utf8 : "[".utf8)
        write(members, to: &output)
        output.append(0x5D)
    }

    private static func write(_ members: ScalarRanges, to output: inout [UInt8]) {
        for range in members.ranges {
            write(scalar: range.lowerBound, to: &output)
            guard range.count > 1 else { continue }
            if range.count > 2 { output.append(0x2D) }
            write(scalar: range.upperBound, to: &output)
        }
    }

    /// Letters and digits as they are, all else by number.
    private static func write(scalar value: UInt32, to output: inout [UInt8]) {
        switch value {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: output.append(UInt8(value))
        default: output.append(contentsOf: "\\x{\(String(value, radix: 16))}".utf8)
        }
    }
}

extension StaticString {
    fileprivate var utf8: [UInt8] { withUTF8Buffer { unsafe Array($0) } }
}

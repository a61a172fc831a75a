/// How Python's `re` ignores case in `str`: by simple lower case, and by a table of characters that share an upper case.
enum PythonCase {
    /// `(?i)`: every character that matches a literal.
    static func matching(_ value: UInt32) -> ScalarRanges {
        if let ranges = asciiMatching(value) { return ranges }
        let lower = lower(value)
        return withLowerCase(in: ScalarRanges([lower...lower] + (partners[lower] ?? []).map { $0...$0 }))
    }

    /// `(?i)`: every character that matches a class of these characters and ranges.
    ///
    /// Above U+FFFF it follows Python's shortcuts: a literal is compared as it stands, a range also with the
    /// upper case.
    static func matching(scalars: [UInt32], ranges: [ClosedRange<UInt32>]) -> ScalarRanges {
        if scalars.allSatisfy({ $0 < 0x80 }), ranges.allSatisfy({ $0.upperBound < 0x80 }) {
            return ScalarRanges((scalars + ranges.joined()).flatMap { asciiMatching($0)?.ranges ?? [] })
        }
        var lowered: [ClosedRange<UInt32>] = []
        for value in scalars {
            if value > 0xFFFF {
                lowered.append(value...value)
            } else {
                lowered += lowerCase(of: value...value)
            }
        }
        for range in ranges {
            if range.lowerBound <= 0xFFFF {
                lowered += lowerCase(of: range.lowerBound...min(range.upperBound, 0xFFFF))
            }
            guard range.upperBound > 0xFFFF else { continue }
            lowered.append(range)
            for (lower, uppers) in uppersOfLower where uppers.contains(where: range.contains) {
                lowered.append(lower...lower)
            }
        }
        return withLowerCase(in: ScalarRanges(lowered))
    }

    /// `(?ai)`: every character that matches one of these.
    static func matchingASCII(_ ranges: ScalarRanges) -> ScalarRanges {
        var all = ranges.subtracting(ScalarRanges([0x41...0x5A])).ranges
        for letter: UInt32 in 0x61...0x7A where ranges.contains(letter) || ranges.contains(letter - 0x20) {
            all += [letter...letter, (letter - 0x20)...(letter - 0x20)]
        }
        return ScalarRanges(all)
    }

    /// Simple lower case.
    static func lower(_ value: UInt32) -> UInt32 {
        if value < 0x80 { return (0x41...0x5A).contains(value) ? value + 0x20 : value }
        return lowerOf[value] ?? value
    }

    /// Lower case within ASCII.
    static func lowerASCII(_ value: UInt32) -> UInt32 { (0x41...0x5A).contains(value) ? value + 0x20 : value }

    /// What matches an ASCII character, without a look at the tables; nil for others.
    private static func asciiMatching(_ value: UInt32) -> ScalarRanges? {
        guard value < 0x80 else { return nil }
        let lower = lowerASCII(value)
        guard (0x61...0x7A).contains(lower) else { return ScalarRanges([value...value]) }
        var ranges = [lower...lower, (lower - 0x20)...(lower - 0x20)]
        switch lower {
        case 0x69: ranges.append(0x130...0x131)
        case 0x6B: ranges.append(0x212A...0x212A)
        case 0x73: ranges.append(0x17F...0x17F)
        default: break
        }
        return ScalarRanges(ranges)
    }

    /// The lower case of a range, with partners.
    private static func lowerCase(of range: ClosedRange<UInt32>) -> [ClosedRange<UInt32>] {
        var lowers = ScalarRanges([range]).subtracting(cased).ranges
        if range.count <= cased.count {
            lowers += range.compactMap { lowerOf[$0] }.map { $0...$0 }
        } else {
            lowers += lowerOf.filter { range.contains($0.key) }.map { $0.value...$0.value }
        }
        let set = ScalarRanges(lowers)
        for (value, others) in partners where set.contains(value) { lowers += others.map { $0...$0 } }
        return lowers
    }

    /// Every character whose lower case is in the set.
    private static func withLowerCase(in set: ScalarRanges) -> ScalarRanges {
        var all = set.subtracting(cased).ranges
        for (upper, lower) in lowerOf where set.contains(lower) { all.append(upper...upper) }
        return ScalarRanges(all)
    }

    /// Characters that are not their own lower case, with it.
    private static let lowerOf: [UInt32: UInt32] = {
        var table: [UInt32: UInt32] = [:]
        // Cased letters live in the first 64 Ki and between U+10400 and U+1E943.
        for range: ClosedRange<UInt32> in [0x41...0x2FFF, 0xA000...0xABFF, 0xFB00...0xFFFF, 0x10400...0x1FFFF] {
            for value in range {
                guard let scalar = Unicode.Scalar(value), scalar.properties.changesWhenLowercased,
                    PythonText.knows(scalar),
                    let lower = scalar.properties.lowercaseMapping.unicodeScalars.first, lower != scalar
                else { continue }
                table[value] = lower.value
            }
        }
        return table
    }()

    private static let cased = ScalarRanges(lowerOf.keys.map { $0...$0 })

    /// By lower-case character, its simple upper case where that is above U+FFFF.
    private static let uppersOfLower: [UInt32: [UInt32]] = {
        var table: [UInt32: [UInt32]] = [:]
        for (upper, lower) in lowerOf where lower > 0xFFFF { table[lower, default: []].append(upper) }
        return table
    }()

    /// Lower-case characters that share their upper case.
    private static let partners: [UInt32: [UInt32]] = {
        let families: [[UInt32]] = [
            [0x69, 0x131], [0x73, 0x17F], [0xB5, 0x3BC], [0x345, 0x3B9, 0x1FBE], [0x390, 0x1FD3], [0x3B0, 0x1FE3],
            [0x3B2, 0x3D0], [0x3B5, 0x3F5], [0x3B8, 0x3D1], [0x3BA, 0x3F0], [0x3C0, 0x3D6], [0x3C1, 0x3F1],
            [0x3C2, 0x3C3], [0x3C6, 0x3D5], [0x432, 0x1C80], [0x434, 0x1C81], [0x43E, 0x1C82], [0x441, 0x1C83],
            [0x442, 0x1C84, 0x1C85], [0x44A, 0x1C86], [0x463, 0x1C87], [0x1C88, 0xA64B], [0x1E61, 0x1E9B],
            [0xFB05, 0xFB06],
        ]
        var table: [UInt32: [UInt32]] = [:]
        for family in families {
            for value in family { table[value] = family.filter { $0 != value } }
        }
        return table
    }()
}

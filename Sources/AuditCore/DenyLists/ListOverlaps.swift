/// Lines of a list that others make useless.
struct ListOverlaps: Sendable {
    typealias Overlap = ListInspection.Overlap

    /// Lines that an earlier one makes useless.
    var useless: [Overlap] = []
    /// Lines that hold all that an earlier one says, and more.
    var overlaps: [Overlap] = []
}

extension ListOverlaps {
    /// Lines that are equal if their texts are.
    init(of texts: [(text: String, line: Int)]) {
        var first: [String: Int] = [:]
        for (text, line) in texts {
            if let earlier = first[text] {
                useless.append(Overlap(line: line, earlier: earlier, reason: "\(text.visible(limit: 60)) again"))
            } else {
                first[text] = line
            }
        }
    }

    /// Networks that lie in each other; one line may have several.
    init(of networks: [(prefix: IPPrefix, line: Int)]) {
        let networks = networks.sorted {
            let (one, other) = ($0.prefix, $1.prefix)
            if one.address.family != other.address.family { return one.address.family == .v4 }
            return (one.address.bits, one.length, $0.line) < (other.address.bits, other.length, $1.line)
        }
        // Those that hold the one at hand, the widest first.
        var holders: [(prefix: IPPrefix, line: Int)] = []
        for (prefix, line) in networks {
            while let last = holders.last, !last.prefix.contains(prefix.address) { holders.removeLast() }
            if let holder = holders.min(by: { $0.line < $1.line }), holder.line != line {
                let reason =
                    holder.prefix == prefix ? "\(prefix) again" : "\(prefix) lies in \(holder.prefix)"
                if holder.line < line {
                    useless.append(Overlap(line: line, earlier: holder.line, reason: reason))
                } else {
                    overlaps.append(Overlap(line: holder.line, earlier: line, reason: reason))
                }
            }
            holders.append((prefix, line))
        }
    }

    /// Patterns that are equal, or that an earlier one meets.
    init(of lines: [PatternLine], _ compiler: PatternCompiler) {
        self.init(of: lines.map { ($0.text, $0.line) })
        let repeated = Set(useless.map(\.line))
        let set = compiler.engine.compile(lines, matching: compiler.matching) { _ in }.set
        for line in lines where !repeated.contains(line.line) {
            // A pattern that is one text, dots escaped: an earlier pattern may meet that.
            guard let text = line.text.soleText, let earlier = set.firstMatch(in: text), earlier < line.line else { continue }
            useless.append(Overlap(line: line.line, earlier: earlier, reason: "\(text.visible(limit: 60)) is met already"))
        }
    }
}

extension String {
    /// The only text that a pattern can match, if it says so plainly: letters, digits, dashes, and dots with a backslash.
    fileprivate var soleText: String? {
        let plain = replacing("\\.", with: "\u{0}")
        guard plain.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == "\u{0}" }) else { return nil }
        return plain.replacing("\u{0}", with: ".")
    }
}

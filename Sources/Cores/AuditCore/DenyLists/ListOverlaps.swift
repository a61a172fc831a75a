/// Lines of a list that others make useless.
struct ListOverlaps: Sendable {
    typealias Overlap = ListInspection.Overlap

    /// Lines that an earlier one makes useless.
    var useless: [Overlap] = []
    /// Lines that hold all that an earlier one says, and more.
    var overlaps: [Overlap] = []
}

extension ListOverlaps {
    /// A line, and when it ends.
    struct Line {
        var number: Int
        var lastDay: Day?

        init(number: Int, lastDay: Day?) { (self.number, self.lastDay) = (number, lastDay) }

        init(_ line: ListLine) { self.init(number: line.number, lastDay: line.until) }

        /// Whether it meets somebody as long as the other does.
        func lasts(asLongAs other: Line) -> Bool {
            guard let lastDay else { return true }
            return other.lastDay.map { $0 <= lastDay } ?? false
        }
    }

    /// Lines that are equal if their texts are.
    init(of texts: [(text: String, line: Line)]) {
        var first: [String: Line] = [:]
        for (text, line) in texts {
            if let earlier = first[text], earlier.lasts(asLongAs: line) {
                let reason = "\(text.visible(limit: 60)) again"
                useless.append(Overlap(line: line.number, earlier: earlier.number, reason: reason))
            } else {
                first[text] = line
            }
        }
    }

    /// Networks that lie in each other; one line may have several.
    init(of networks: [(prefix: IPPrefix, line: Line)]) {
        let networks = networks.sorted {
            let (one, other) = ($0.prefix, $1.prefix)
            if one.address.family != other.address.family { return one.address.family == .v4 }
            return (one.address.bits, one.length, $0.line.number) < (other.address.bits, other.length, $1.line.number)
        }
        // Those that hold the one at hand, the widest first.
        var holders: [(prefix: IPPrefix, line: Line)] = []
        for (prefix, line) in networks {
            while let last = holders.last, !last.prefix.contains(prefix.address) { holders.removeLast() }
            let lasting = holders.filter { $0.line.lasts(asLongAs: line) }
            if let holder = lasting.min(by: { $0.line.number < $1.line.number }), holder.line.number != line.number {
                let reason =
                    holder.prefix == prefix ? "\(prefix) again" : "\(prefix) lies in \(holder.prefix)"
                if holder.line.number < line.number {
                    useless.append(Overlap(line: line.number, earlier: holder.line.number, reason: reason))
                } else {
                    overlaps.append(Overlap(line: holder.line.number, earlier: line.number, reason: reason))
                }
            }
            holders.append((prefix, line))
        }
    }

    /// Patterns that are equal, or that an earlier one meets.
    init(of lines: [PatternLine], lastDays: [Int: Day], _ compiler: PatternCompiler) {
        func lineAt(_ number: Int) -> Line { Line(number: number, lastDay: lastDays[number]) }
        self.init(of: lines.map { ($0.text, lineAt($0.line)) })
        let repeated = Set(useless.map(\.line))
        let set = compiler.set(of: lines)
        for line in lines where !repeated.contains(line.line) {
            // A pattern that is one text, dots escaped: an earlier pattern may meet that.
            guard let text = line.text.soleText, let earlier = set.firstMatch(in: text), earlier < line.line,
                lineAt(earlier).lasts(asLongAs: lineAt(line.line))
            else { continue }
            useless.append(
                Overlap(line: line.line, earlier: earlier, reason: "\(text.visible(limit: 60)) is met already"))
        }
    }
}

extension String {
    /// The only text that a pattern can match, if it says so plainly: letters, digits, dashes, and dots with a backslash.
    fileprivate var soleText: String? {
        let plain = replacing("\\.", with: "\u{0}")
        guard plain.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == "\u{0}" }) else {
            return nil
        }
        return plain.replacing("\u{0}", with: ".")
    }
}

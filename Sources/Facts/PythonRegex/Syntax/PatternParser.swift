/// Parses the syntax of Python 3.12's `re` for `str` patterns, and refuses what Python refuses, in its words.
///
/// Where Python's parser looks at its own state in an order that shows in its errors, this one keeps that order.
struct PatternParser {
    /// How deep groups may be nested; Python's own limit depends on its stack and is about twice that.
    static let deepestNesting = 200

    var scanner: PatternScanner
    /// The flags set for the whole pattern.
    var flags: PatternFlags = []
    /// By group number; nil while the group is open. Number 0 is the whole pattern.
    var groupWidths: [PatternWidth?] = [nil]
    var groupNumbers: [[Unicode.Scalar]: Int] = [:]
    /// In a lookbehind, the number of the first group opened within.
    var firstGroupInLookbehind: Int?
    /// Where `(?(7)…)` first asked about group 7, in the order of the pattern.
    var conditionOffsets: [(group: Int, offset: Int)] = []

    /// Parses a pattern.
    static func parse(_ pattern: String) throws(PatternSyntaxError) -> ParsedPattern {
        var parser = PatternParser(scanner: try PatternScanner(pattern))
        let nodes = try parser.alternatives(verbose: false, nesting: 0)
        if parser.flags.isSuperset(of: [.ascii, .unicode]) {
            throw PatternSyntaxError("ASCII and UNICODE flags are incompatible")
        }
        if !parser.flags.contains(.ascii) { parser.flags.insert(.unicode) }
        if parser.scanner.next != nil { throw parser.scanner.error("unbalanced parenthesis") }
        for (group, offset) in parser.conditionOffsets where group >= parser.groupWidths.count {
            throw PatternSyntaxError("invalid group reference \(group)", at: offset)
        }
        try PatternCheck.check(nodes, flags: parser.flags)
        return ParsedPattern(nodes: nodes, flags: parser.flags, groupWidths: parser.groupWidths)
    }

    /// Parses `a|b|c` up to the end or a closing parenthesis.
    mutating func alternatives(verbose: Bool, nesting: Int) throws(PatternSyntaxError) -> [PatternNode] {
        guard nesting <= Self.deepestNesting else { throw scanner.error("too many nested groups") }
        var verbose = verbose
        var branches: [[PatternNode]] = []
        repeat {
            branches.append(
                try sequence(verbose: verbose, nesting: nesting, isFirst: nesting == 0 && branches.isEmpty))
            if nesting == 0 { verbose = flags.contains(.verbose) }
        } while try scanner.take(if: "|")
        if branches.count == 1 { return branches[0] }
        if let set = Self.set(of: branches) { return [set] }
        return [.branch(branches)]
    }

    /// Alternatives of one character each as a class; which matters for how Python ignores case.
    private static func set(of branches: [[PatternNode]]) -> PatternNode? {
        var items: [PatternNode.SetItem] = []
        for branch in branches {
            guard branch.count == 1 else { return nil }
            switch branch[0] {
            case .literal(let value): items.append(.scalar(value))
            case .set(let set) where !set.negated: items += set.items
            default: return nil
            }
        }
        return .set(PatternNode.PatternSet(items: items))
    }

    /// Parses one alternative.
    mutating func sequence(verbose: Bool, nesting: Int, isFirst: Bool = false) throws(PatternSyntaxError)
        -> [PatternNode]
    {
        var verbose = verbose
        var nodes: [PatternNode] = []
        while let token = scanner.next, !token.is("|"), !token.is(")") {
            _ = try scanner.take()
            if verbose {
                if token.escaped == nil, Self.isBlank(token.scalar) { continue }
                if token.is("#") {
                    while let token = try scanner.take(), !token.is("\n") {}
                    continue
                }
            }
            if token.escaped != nil {
                nodes.append(try escape(token))
                continue
            }
            switch token.scalar {
            case "[": nodes.append(try set())
            case "*", "+", "?", "{": try quantify(&nodes, by: token)
            case ".": nodes.append(.any)
            case "^": nodes.append(.position(.lineStart))
            case "$": nodes.append(.position(.lineEnd))
            case "(":
                switch try group(verbose: verbose, nesting: nesting) {
                case .node(let node): nodes.append(node)
                case .comment: break
                case .globalFlags(let start):
                    if !isFirst || !nodes.isEmpty {
                        throw PatternSyntaxError("global flags not at the start of the expression", at: start)
                    }
                    verbose = flags.contains(.verbose)
                }
            default: nodes.append(.literal(token.scalar.value))
            }
        }
        return nodes
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || (0x09...0x0D).contains(scalar.value)
    }

    /// Whether a group is closed, so that a reference to it can be made.
    func isClosed(_ group: Int) -> Bool { group < groupWidths.count && groupWidths[group] != nil }

    /// Refuses what a lookbehind cannot refer to.
    func checkReferenceInLookbehind(_ group: Int) throws(PatternSyntaxError) {
        guard let firstGroupInLookbehind else { return }
        if !isClosed(group) { throw scanner.error("cannot refer to an open group") }
        if group >= firstGroupInLookbehind {
            throw scanner.error("cannot refer to group defined in the same lookbehind subpattern")
        }
    }

    /// Repeats the last node.
    private mutating func quantify(_ nodes: inout [PatternNode], by token: PatternScanner.Token)
        throws(PatternSyntaxError)
    {
        let here = scanner.offset
        let minimum: UInt64
        let maximum: UInt64
        switch token.scalar {
        case "?": (minimum, maximum) = (0, 1)
        case "*": (minimum, maximum) = (0, PatternNode.unbounded)
        case "+": (minimum, maximum) = (1, PatternNode.unbounded)
        default:
            guard let bounds = try bounds(from: here) else {
                nodes.append(.literal(token.scalar.value))
                return
            }
            (minimum, maximum) = bounds
        }
        switch nodes.last {
        case nil, .position: throw PatternSyntaxError("nothing to repeat", at: here - 1)
        case .repeated: throw PatternSyntaxError("multiple repeat", at: here - 1)
        case .some(let node):
            let greed: PatternNode.Greed =
                if try scanner.take(if: "?") { .lazy } else if try scanner.take(if: "+") { .possessive } else {
                    .greedy
                }
            nodes[nodes.count - 1] = .repeated(minimum: minimum, maximum: maximum, greed, [node])
        }
    }

    /// Parses what follows the `{` of a repetition; nil if that brace only stands for itself.
    private mutating func bounds(from here: Int) throws(PatternSyntaxError) -> (UInt64, UInt64)? {
        if scanner.nextIs("}") { return nil }
        let low = try scanner.take(upTo: .max, while: Self.isDigit)
        var high = low
        if try scanner.take(if: ",") { high = try scanner.take(upTo: .max, while: Self.isDigit) }
        guard try scanner.take(if: "}") else {
            try scanner.seek(to: here)
            return nil
        }
        let minimum = low.isEmpty ? 0 : try Self.number(low)
        guard !high.isEmpty else { return (minimum, PatternNode.unbounded) }
        let maximum = try Self.number(high)
        if maximum < minimum { throw PatternSyntaxError("min repeat greater than max repeat", at: here) }
        return (minimum, maximum)
    }

    private static func number(_ digits: [Unicode.Scalar]) throws(PatternSyntaxError) -> UInt64 {
        guard let number = decimal(digits), number < PatternNode.unbounded else {
            throw PatternSyntaxError("the repetition number is too large")
        }
        return number
    }

    /// The value of ASCII digits; nil if it does not fit.
    static func decimal(_ digits: [Unicode.Scalar]) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            let (product, overflows) = value.multipliedReportingOverflow(by: 10)
            guard !overflows, product <= UInt64.max - 9 else { return nil }
            value = product + UInt64(digit.value - 0x30)
        }
        return value
    }

    static func isDigit(_ scalar: Unicode.Scalar) -> Bool { (0x30...0x39).contains(scalar.value) }
}

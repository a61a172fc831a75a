extension PatternParser {
    /// What an opening parenthesis began.
    enum Group {
        case node(PatternNode)
        case comment
        /// `(?i)`, which may only stand at the start of the pattern; with where it begins.
        case globalFlags(start: Int)
    }

    /// Parses a group, the opening parenthesis of which was taken.
    mutating func group(verbose: Bool, nesting: Int) throws(PatternSyntaxError) -> Group {
        let start = scanner.offset - 1
        guard try scanner.take(if: "?") else {
            return .node(try capture(name: nil, start: start, verbose: verbose, nesting: nesting))
        }
        guard let token = try scanner.take() else { throw scanner.error("unexpected end of pattern") }
        guard token.escaped == nil else { throw unknownExtension("?", token) }
        switch token.scalar {
        case "P": return .node(try named(start: start, verbose: verbose, nesting: nesting))
        case "#":
            while let token = try scanner.take() {
                if token.is(")") { return .comment }
            }
            throw PatternSyntaxError("missing ), unterminated comment", at: start)
        case "=", "!", "<": return .node(try look(token, start: start, verbose: verbose, nesting: nesting))
        case "(": return .node(try conditional(start: start, verbose: verbose, nesting: nesting))
        case ":", ">":
            let body = try body(start: start, verbose: verbose, nesting: nesting)
            if token.is(">") { return .node(.atomic(body)) }
            return .node(.group(number: nil, adding: [], removing: [], body))
        default:
            guard token.is("-") || PatternFlags(letter: token.scalar) != nil else { throw unknownExtension("?", token) }
            guard let (adding, removing) = try flagLetters(from: token) else { return .globalFlags(start: start) }
            let verbose = (verbose || adding.contains(.verbose)) && !removing.contains(.verbose)
            let body = try body(start: start, verbose: verbose, nesting: nesting)
            return .node(.group(number: nil, adding: adding, removing: removing, body))
        }
    }

    private func unknownExtension(_ prefix: String, _ token: PatternScanner.Token) -> PatternSyntaxError {
        scanner.error("unknown extension \(prefix)\(token.text)", back: token.count + prefix.count)
    }

    /// Parses what is left of a group, and its closing parenthesis.
    private mutating func body(start: Int, verbose: Bool, nesting: Int) throws(PatternSyntaxError) -> [PatternNode] {
        let nodes = try alternatives(verbose: verbose, nesting: nesting + 1)
        try close(start: start)
        return nodes
    }

    private mutating func close(start: Int) throws(PatternSyntaxError) {
        guard try scanner.take(if: ")") else {
            throw PatternSyntaxError("missing ), unterminated subpattern", at: start)
        }
    }

    private mutating func capture(name: [Unicode.Scalar]?, start: Int, verbose: Bool, nesting: Int)
        throws(PatternSyntaxError) -> PatternNode
    {
        let number = groupWidths.count
        groupWidths.append(nil)
        if let name {
            if let earlier = groupNumbers[name] {
                throw scanner.error(
                    "redefinition of group name \(PythonText.quoted(name)) as group \(number); was group \(earlier)",
                    back: name.count + 1)
            }
            groupNumbers[name] = number
        }
        let body = try body(start: start, verbose: verbose, nesting: nesting)
        groupWidths[number] = PatternWidth(of: body, groups: groupWidths)
        return .group(number: number, adding: [], removing: [], body)
    }

    /// Parses `(?P<name>…)` and `(?P=name)` from behind the `P`.
    private mutating func named(start: Int, verbose: Bool, nesting: Int) throws(PatternSyntaxError) -> PatternNode {
        if try scanner.take(if: "<") {
            let name = try scanner.take(until: ">", what: "group name")
            try checkName(name)
            return try capture(name: name, start: start, verbose: verbose, nesting: nesting)
        }
        guard try scanner.take(if: "=") else {
            guard let token = try scanner.take() else { throw scanner.error("unexpected end of pattern") }
            throw unknownExtension("?P", token)
        }
        let name = try scanner.take(until: ")", what: "group name")
        try checkName(name)
        let group = try number(of: name)
        if !isClosed(group) { throw scanner.error("cannot refer to an open group", back: name.count + 1) }
        try checkReferenceInLookbehind(group)
        return .reference(group)
    }

    private func checkName(_ name: [Unicode.Scalar]) throws(PatternSyntaxError) {
        if !PythonText.isIdentifier(name) {
            throw scanner.error("bad character in group name \(PythonText.quoted(name))", back: name.count + 1)
        }
    }

    private func number(of name: [Unicode.Scalar]) throws(PatternSyntaxError) -> Int {
        guard let group = groupNumbers[name] else {
            throw scanner.error("unknown group name \(PythonText.quoted(name))", back: name.count + 1)
        }
        return group
    }

    private mutating func look(_ token: PatternScanner.Token, start: Int, verbose: Bool, nesting: Int)
        throws(PatternSyntaxError) -> PatternNode
    {
        guard token.is("<") else {
            let body = try body(start: start, verbose: verbose, nesting: nesting)
            return .look(behind: nil, negative: token.is("!"), body)
        }
        guard let kind = try scanner.take() else { throw scanner.error("unexpected end of pattern") }
        guard kind.is("=") || kind.is("!") else { throw unknownExtension("?<", kind) }
        let outer = firstGroupInLookbehind
        if outer == nil { firstGroupInLookbehind = groupWidths.count }
        let nodes = try alternatives(verbose: verbose, nesting: nesting + 1)
        if outer == nil { firstGroupInLookbehind = nil }
        try close(start: start)
        // A width that is not fixed is refused only when all else is known to be right: see PatternCheck.
        let width = PatternWidth(of: nodes, groups: groupWidths)
        return .look(behind: width, negative: kind.is("!"), nodes)
    }

    /// Parses `(?(group)yes|no)` from behind the second parenthesis.
    private mutating func conditional(start: Int, verbose: Bool, nesting: Int) throws(PatternSyntaxError) -> PatternNode
    {
        let name = try scanner.take(until: ")", what: "group name")
        let group: Int
        if name.allSatisfy(Self.isDigit) {
            let mostGroups = 1_073_741_823
            guard let value = Self.decimal(name), value < mostGroups else {
                throw scanner.error("invalid group reference \(Self.withoutLeadingZeros(name))", back: name.count + 1)
            }
            group = Int(value)
            if group == 0 { throw scanner.error("bad group number", back: name.count + 1) }
            if !conditionOffsets.contains(where: { $0.group == group }) {
                conditionOffsets.append((group, scanner.offset - name.count - 1))
            }
        } else {
            try checkName(name)
            group = try number(of: name)
        }
        try checkReferenceInLookbehind(group)
        let isOpen = group < groupWidths.count && groupWidths[group] == nil
        guard nesting < Self.deepestNesting else { throw scanner.error("too many nested groups") }
        let yes = try sequence(verbose: verbose, nesting: nesting + 1)
        var no: [PatternNode] = []
        var hasNo = false
        if try scanner.take(if: "|") {
            hasNo = true
            no = try sequence(verbose: verbose, nesting: nesting + 1)
            if scanner.nextIs("|") { throw scanner.error("conditional backref with more than two branches") }
        }
        try close(start: start)
        return .conditional(group: group, isOpen: isOpen, yes: yes, no: hasNo ? no : [])
    }

    private static func withoutLeadingZeros(_ digits: [Unicode.Scalar]) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: digits.drop { $0 == "0" })
        return String(text)
    }

    /// Parses `i-m:` or `i)`; nil for the latter, which is for the whole pattern.
    private mutating func flagLetters(from first: PatternScanner.Token) throws(PatternSyntaxError)
        -> (adding: PatternFlags, removing: PatternFlags)?
    {
        var adding: PatternFlags = []
        var token = first
        while !token.is("-"), !token.is(")"), !token.is(":") {
            guard let flag = Self.flag(token) else { throw noFlag(token, missing: "missing -, : or )") }
            if flag == .locale {
                throw scanner.error("bad inline flags: cannot use 'L' flag with a str pattern")
            }
            adding.formUnion(flag)
            if !flag.isDisjoint(with: .kind), adding.intersection(.kind) != flag {
                throw scanner.error("bad inline flags: flags 'a', 'u' and 'L' are incompatible")
            }
            guard let next = try scanner.take() else { throw scanner.error("missing -, : or )") }
            token = next
        }
        if token.is(")") {
            flags.formUnion(adding)
            return nil
        }
        if adding.contains(.template) { throw scanner.error("bad inline flags: cannot turn on global flag", back: 1) }
        var removing: PatternFlags = []
        if token.is("-") {
            guard let next = try scanner.take() else { throw scanner.error("missing flag") }
            token = next
            repeat {
                guard let flag = Self.flag(token) else {
                    throw noFlag(token, missing: removing.isEmpty ? "missing flag" : "missing :")
                }
                if !flag.isDisjoint(with: .kind) {
                    throw scanner.error("bad inline flags: cannot turn off flags 'a', 'u' and 'L'")
                }
                removing.formUnion(flag)
                guard let next = try scanner.take() else { throw scanner.error("missing :") }
                token = next
            } while !token.is(":")
        }
        if removing.contains(.template) {
            throw scanner.error("bad inline flags: cannot turn off global flag", back: 1)
        }
        if !adding.isDisjoint(with: removing) {
            throw scanner.error("bad inline flags: flag turned on and off", back: 1)
        }
        return (adding, removing)
    }

    private static func flag(_ token: PatternScanner.Token) -> PatternFlags? {
        token.escaped == nil ? PatternFlags(letter: token.scalar) : nil
    }

    private func noFlag(_ token: PatternScanner.Token, missing: String) -> PatternSyntaxError {
        let isLetter = token.escaped == nil && PythonText.isAlphabetic(token.scalar)
        return scanner.error(isLetter ? "unknown flag" : missing, back: token.count)
    }
}

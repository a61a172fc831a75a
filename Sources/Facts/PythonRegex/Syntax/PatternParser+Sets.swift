extension PatternParser {
    /// Parses a class, the opening bracket of which was taken.
    mutating func set() throws(PatternSyntaxError) -> PatternNode {
        let start = scanner.offset - 1
        var set = PatternNode.PatternSet(negated: try scanner.take(if: "^"), items: [])
        while true {
            let token = try setToken(start: start)
            if token.is("]"), !set.items.isEmpty { break }
            let item = try setItem(token)
            guard try scanner.take(if: "-") else {
                set.items.append(item)
                continue
            }
            let endToken = try setToken(start: start)
            if endToken.is("]") {
                set.items += [item, .scalar(0x2D)]
                break
            }
            let endItem = try setItem(endToken)
            guard case .scalar(let low) = item, case .scalar(let high) = endItem, low <= high else {
                // Python names only the first two characters of a longer escape, and counts back only those.
                throw scanner.error(
                    "bad character range \(token.text)-\(endToken.text)",
                    back: token.count + 1 + endToken.count)
            }
            set.items.append(.range(low, high))
        }
        if set.items.count == 1, !set.negated, case .scalar(let value) = set.items[0] { return .literal(value) }
        return .set(set)
    }

    private mutating func setToken(start: Int) throws(PatternSyntaxError) -> PatternScanner.Token {
        guard let token = try scanner.take() else {
            throw PatternSyntaxError("unterminated character set", at: start)
        }
        return token
    }

    private mutating func setItem(_ token: PatternScanner.Token) throws(PatternSyntaxError) -> PatternNode.SetItem {
        token.escaped == nil ? .scalar(token.scalar.value) : try escapeInSet(token)
    }
}

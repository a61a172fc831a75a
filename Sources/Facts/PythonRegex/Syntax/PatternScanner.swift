/// Reads a pattern token by token: a token is one scalar, or a backslash and the scalar behind it.
///
/// It always holds the next token ready, so a lone backslash at the end is reported as soon as the token before it
/// is taken, as Python does.
struct PatternScanner {
    /// A token; `escaped` is the scalar behind a backslash.
    struct Token: Equatable {
        var scalar: Unicode.Scalar
        var escaped: Unicode.Scalar?

        var count: Int { escaped == nil ? 1 : 2 }
        var text: String { escaped.map { "\\" + String($0) } ?? String(scalar) }

        /// Whether it is this scalar, not escaped.
        func `is`(_ other: Unicode.Scalar) -> Bool { escaped == nil && scalar == other }
    }

    let scalars: [Unicode.Scalar]
    private(set) var next: Token?
    /// Where the token after `next` begins.
    private var index = 0

    init(_ pattern: String) throws(PatternSyntaxError) {
        scalars = Array(pattern.unicodeScalars)
        try advance()
    }

    /// Where `next` begins.
    var offset: Int { index - (next?.count ?? 0) }

    private mutating func advance() throws(PatternSyntaxError) {
        guard index < scalars.count else {
            next = nil
            return
        }
        let scalar = scalars[index]
        guard scalar == "\\" else {
            index += 1
            next = Token(scalar: scalar)
            return
        }
        guard index + 1 < scalars.count else {
            throw PatternSyntaxError("bad escape (end of pattern)", at: scalars.count - 1)
        }
        next = Token(scalar: scalar, escaped: scalars[index + 1])
        index += 2
    }

    /// Takes the next token.
    mutating func take() throws(PatternSyntaxError) -> Token? {
        let token = next
        try advance()
        return token
    }

    /// Takes the next token if it is this scalar.
    mutating func take(if scalar: Unicode.Scalar) throws(PatternSyntaxError) -> Bool {
        guard nextIs(scalar) else { return false }
        try advance()
        return true
    }

    func nextIs(_ scalar: Unicode.Scalar) -> Bool { next?.is(scalar) ?? false }

    /// Takes up to `limit` scalars for which the condition holds.
    mutating func take(upTo limit: Int, while accepts: (Unicode.Scalar) -> Bool) throws(PatternSyntaxError)
        -> [Unicode.Scalar]
    {
        var taken: [Unicode.Scalar] = []
        while taken.count < limit, let token = next, token.escaped == nil, accepts(token.scalar) {
            taken.append(token.scalar)
            try advance()
        }
        return taken
    }

    /// Takes what stands before the terminator, and the terminator; it must not be empty.
    mutating func take(until terminator: Unicode.Scalar, what: String) throws(PatternSyntaxError) -> [Unicode.Scalar] {
        var taken: [Unicode.Scalar] = []
        while let token = try take() {
            if token.is(terminator) {
                if taken.isEmpty { throw error("missing \(what)", back: 1) }
                return taken
            }
            taken.append(token.scalar)
            if let escaped = token.escaped { taken.append(escaped) }
        }
        if taken.isEmpty { throw error("missing \(what)") }
        throw error("missing \(terminator), unterminated name", back: taken.count)
    }

    /// Goes back to an offset.
    mutating func seek(to offset: Int) throws(PatternSyntaxError) {
        index = offset
        try advance()
    }

    /// An error `back` scalars before the next token.
    func error(_ reason: String, back: Int = 0) -> PatternSyntaxError {
        PatternSyntaxError(reason, at: offset - back)
    }
}

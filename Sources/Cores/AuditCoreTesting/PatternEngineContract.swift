public import AuditCore

/// What every ``PatternEngine`` promises, for patterns of plain letters.
public struct PatternEngineContract: Sendable {
    private let badPattern: String
    private let make: @Sendable () async throws -> any PatternEngine

    /// Prepares a run.
    ///
    /// - Parameters:
    ///   - badPattern: A pattern that the engine has to refuse.
    ///   - make: Makes the engine.
    public init(badPattern: String, make: @escaping @Sendable () async throws -> any PatternEngine) {
        (self.badPattern, self.make) = (badPattern, make)
    }

    /// Runs every check.
    ///
    /// - Throws: The promises that it breaks.
    public func run() async throws {
        let engine = try await make()
        var violations: [String] = []
        func expect<Value: Equatable>(_ value: Value, _ expected: Value, _ promise: String) {
            if value != expected { violations.append("\(promise): \(value) instead of \(expected)") }
        }
        func compile(_ texts: [String], _ matching: PatternMatching = .full) -> PatternCompilation {
            let lines = texts.enumerated().map { PatternLine(line: 10 * ($0.offset + 1), text: $0.element) }
            return engine.compile(lines, matching: matching) { _ in }
        }

        let none = compile([])
        expect(none.set.count, 0, "no lines make an empty set")
        expect(none.set.firstMatch(in: ""), nil, "an empty set matches nothing")

        let few = compile(["beta", "alpha", badPattern, "alp", "alpha", "größe"])
        expect(few.set.count, 5, "a bad line is left out and the others are kept")
        expect(few.problems.map(\.line), [30], "a bad line is a problem")
        expect(few.problems.contains { $0.reason.isEmpty }, false, "a problem has a reason")
        expect(few.set.firstMatch(in: "alpha"), 20, "the first line in file order is named")
        expect(few.set.firstMatch(in: "alp"), 40, "a later line is found")
        expect(few.set.firstMatch(in: "größe"), 60, "letters beyond ASCII match")
        for text in ["", "alph", "alphabet", "xalpha", "ALPHA", "alpha\n", "alpha\u{0}"] {
            expect(few.set.firstMatch(in: text), nil, "a pattern matches the whole text, as it is spelled")
        }

        let prefixes = compile(["beta", "alpha", "alp"], .prefix)
        expect(prefixes.set.firstMatch(in: "alphabet"), 20, "a prefix is enough if that is asked for")
        expect(prefixes.set.firstMatch(in: "alps"), 30, "a shorter prefix is found")
        expect(prefixes.set.firstMatch(in: "xalpha"), nil, "the middle is not enough")

        let many = compile((0..<3000).map { "host\($0)name" })
        expect(many.set.count, 3000, "a long list is kept whole")
        expect(many.set.firstMatch(in: "host2999name"), 30_000, "the last of many is found")
        expect(many.set.firstMatch(in: "host3000name"), nil, "what is in no line is not found")

        let bad = compile(Array(repeating: badPattern, count: 3))
        expect(bad.problems.map(\.line), [10, 20, 30], "every bad line is named, in file order")
        expect(bad.set.count, 0, "nothing is left of bad lines")
        try ContractViolation.unlessEmpty(violations)
    }
}

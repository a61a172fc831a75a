public import AuditCore

/// What every ``GeoSource`` must do; run on the fake and on each adapter.
public struct GeoSourceContract: Sendable {
    private let known: IPAddress?
    private let unknown: IPAddress?
    private let make: @Sendable () async throws -> any GeoSource

    /// Prepares a run.
    ///
    /// - Parameters:
    ///   - known: An address of which something is known; nil if there is none.
    ///   - unknown: One of which nothing is.
    ///   - make: Makes a source that can be asked.
    public init(
        known: IPAddress?, unknown: IPAddress?, make: @escaping @Sendable () async throws -> any GeoSource
    ) {
        (self.known, self.unknown, self.make) = (known, unknown, make)
    }

    /// Runs every check.
    ///
    /// - Throws: ``ContractViolation``.
    public func run() async throws {
        let source = try await make()
        if let known {
            let answer = source.place(of: known)
            try ContractViolation.unless(answer.value == nil, is: false, "what is known is said")
            try ContractViolation.unless(answer.source == .none, is: false, "and who says so")
            // Whoever asks meanwhile is told the same.
            let answers = await withTaskGroup(of: Sourced<GeoFacts>.self) { group in
                for _ in 0..<64 { group.addTask { source.place(of: known) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            try ContractViolation.unless(
                answers.allSatisfy { $0 == answer }, is: true, "the same is said whenever it is asked")
        }
        if let unknown {
            try ContractViolation.unless(
                source.place(of: unknown).fact, is: .absent, "what no database knows is absent, and no trouble")
        }
    }
}

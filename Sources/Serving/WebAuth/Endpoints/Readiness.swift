/// What `/readyz` says.
struct Readiness: Sendable {
    var isReady: Bool
    /// One for each back end: `database: ok`.
    var lines: [String]
    /// Each back end, and whether it can be asked.
    var backEnds: [(name: String, isUp: Bool)] = []
}

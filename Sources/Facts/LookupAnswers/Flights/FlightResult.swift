internal import AuditCore

/// What came of one question to an upstream, shared by all who waited for it.
final class FlightResult<Value: Sendable>: Sendable {
    /// The answer.
    let answer: Sourced<Value>
    /// The addresses it holds for.
    let reach: IPPrefix
    /// What is to be kept of it.
    let entries: [LookupCacheEntry]

    init(answer: Sourced<Value>, reach: IPPrefix, entries: [LookupCacheEntry] = []) {
        (self.answer, self.reach, self.entries) = (answer, reach, entries)
    }

    /// An answer of nobody: nothing was asked.
    convenience init(refused code: LookupError.Code, _ reach: IPPrefix, detail: String = "") {
        self.init(answer: Sourced(.unavailable(LookupError(code, detail: detail)), source: .none), reach: reach)
    }
}

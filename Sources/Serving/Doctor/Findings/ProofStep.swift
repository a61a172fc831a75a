internal import AuditCore

/// One thing that was tried with real logins, and how it came out.
package struct ProofStep: Sendable, Equatable {
    /// How it came out.
    package enum Outcome: String, Sendable {
        /// As it should.
        case ok
        /// Otherwise; there is a finding.
        case failed
        /// It was not tried; the detail says why.
        case skipped
    }

    /// What was tried: `wrong password`.
    package var name: String
    /// How it came out.
    package var outcome: Outcome
    /// In words: `refused`.
    package var detail: String

    /// What was tried, and how it came out.
    package init(_ name: String, _ outcome: Outcome, _ detail: String) {
        (self.name, self.outcome, self.detail) = (name, outcome, detail)
    }

    /// `ok       wrong password: refused`.
    package var line: String {
        let mark = outcome.rawValue + String(repeating: " ", count: 8 - outcome.rawValue.count)
        return "\(mark) \(name): \(detail.visible(limit: 1000))"
    }
}

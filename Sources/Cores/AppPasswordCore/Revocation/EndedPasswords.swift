package import AuditCore

/// Why the sessions of an app password, or of an account, are to end.
package enum EndReason: String, Sendable, CaseIterable {
    /// The password was revoked and kept.
    case revoked
    /// Its row is gone, or was revoked at a time that is none.
    case removed
    /// Its end has come (``Limits/expires``).
    case expired
    /// It was suspended.
    case suspended
    /// The directory calls the account disabled.
    case disabled
}

/// An app password that is no longer taken.
package struct EndedPassword: Sendable, Equatable {
    /// The row's id.
    package var id: Int64
    /// Whose it was, as the row spells it; nil if the row is gone.
    package var user: String?
    /// Why it is no longer taken.
    package var reason: EndReason
    /// Since when, by the database's clock or that of whoever revoked it.
    package var time: Timestamp

    /// An app password and its end.
    package init(id: Int64, user: String?, reason: EndReason, time: Timestamp) {
        (self.id, self.user, self.reason, self.time) = (id, user, reason, time)
    }
}

/// What a database says of passwords that have ended.
package struct EndedAnswer: Sendable, Equatable {
    /// The database's time.
    package var now: Timestamp
    /// Those that ended no earlier than was asked for, at most ``mostOfAKind`` of each reason, those that ended first; and of the
    /// ids asked about those that are expired or suspended, whenever that was. One may be there twice.
    package var ended: [EndedPassword]
    /// Those of the ids asked about that are there and not revoked.
    package var present: Set<Int64>

    /// How many passwords of each reason an answer has at most.
    package static let mostOfAKind = 1000
    /// How far back a question without a moment reaches.
    package static let firstReach = Duration.seconds(3600)

    /// An answer as it was read.
    package init(now: Timestamp, ended: [EndedPassword], present: Set<Int64>) {
        (self.now, self.ended, self.present) = (now, ended, present)
    }

    /// Whether one that was asked about is neither gone nor revoked, expired or suspended.
    package func isInForce(_ id: Int64) -> Bool { present.contains(id) && !ended.contains { $0.id == id } }
}

/// Knows which app passwords have ended, whoever ended them.
package protocol EndedPasswords: Sendable {
    /// Looks for passwords that were revoked or suspended, or that expired, no earlier than a moment, and which of others are
    /// still there, or were expired or suspended at any time.
    ///
    /// - Parameters:
    ///   - moment: By the database's clock; nil: an hour ago.
    ///   - ids: At most some hundred that are asked about.
    /// - Throws: ``BackendError`` if the database cannot be asked.
    /// - Complexity: One query, by indexes.
    func ended(since moment: Timestamp?, among ids: [Int64]) async throws(BackendError) -> EndedAnswer

    /// Counts all passwords by their states.
    ///
    /// - Throws: ``BackendError`` if the database cannot be asked.
    /// - Complexity: One query, which looks at all passwords: not for every scrape.
    func counts() async throws(BackendError) -> PasswordCounts
}

/// How many app passwords there are in each state.
package struct PasswordCounts: Sendable, Equatable {
    /// A state; of several the first one.
    package enum State: String, Sendable, CaseIterable {
        /// Revoked and kept.
        case revoked
        /// Suspended until it is released.
        case suspended
        /// Its `expires` has come.
        case expired
        /// Its `not_before` has not come.
        case notYet = "not_yet"
        /// None of these.
        case active
    }

    /// How many passwords are in each state.
    package var byState: [State: Int]

    /// Takes what was counted.
    package init(_ byState: [State: Int]) { self.byState = byState }

    /// Takes numbers of which each but the first is counted in the first, and in no other.
    package init(total: Int64, revoked: Int64, suspended: Int64, expired: Int64, notYet: Int64) {
        let numbers: [State: Int64] = [
            .revoked: revoked, .suspended: suspended, .expired: expired, .notYet: notYet,
            .active: total - revoked - suspended - expired - notYet,
        ]
        byState = numbers.mapValues { Int(clamping: max(0, $0)) }
    }
}

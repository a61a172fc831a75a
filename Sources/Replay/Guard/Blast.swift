internal import AuditCore

/// Whom new lists would newly refuse, of those who were let in within seven days.
public struct Blast: Sendable, Equatable {
    /// A line that newly refuses.
    public struct Line: Sendable, Equatable {
        /// `lists/network_cc.deny.lst:12`; `unknown` where a fact is missing.
        public var rule: String
        /// How many users.
        public var users: Int
    }

    /// How many users were let in, honeypots left out.
    public var knownUsers = 0
    /// How many of them a login of whom would be refused that what is in force lets in.
    public var users = 0
    /// By which lines, the worst first.
    public var lines: [Line] = []

    /// How many lines an administrator is told.
    public static let shownLines = 10

    /// Judges logins with both policies.
    ///
    /// - Parameters:
    ///   - honeypots: Accounts that are no users.
    ///   - time: When logins are judged to be: lines that have ended meet nobody.
    /// - Complexity: Linear in the logins.
    init(_ ring: RecentLoginRing, candidate: Policy, inForce: Policy, honeypots: [NamePattern], at time: Timestamp) {
        let now = RecentLogins.minute(time)
        var byRule: [String: Int] = [:]
        var (current, rules): (String?, Set<String>) = (nil, [])
        func endUser() {
            if !rules.isEmpty { users += 1 }
            for rule in rules { byRule[rule, default: 0] += 1 }
            rules = []
        }
        ring.forEach(since: now < RecentLoginRing.lifetime ? 0 : now - RecentLoginRing.lifetime) { user, address, facts in
            if current != user {
                endUser()
                current = user
                if !honeypots.contains(where: { $0.matches(user) }) { knownUsers += 1 }
            }
            guard !honeypots.contains(where: { $0.matches(user) }) else { return }
            // Which service it was is not held: a disabled one is no list.
            let attempt = LoginAttempt(login: user, service: "", address: address, time: time)
            let verdict = candidate.judge(attempt, facts: facts).verdict
            guard !verdict.isAllowed, inForce.judge(attempt, facts: facts).verdict.isAllowed else { return }
            rules.insert(verdict.denial?.rule?.description ?? verdict.matched ?? "unknown")
        }
        endUser()
        lines = byRule.map { Line(rule: $0, users: $1) }
            .sorted { $0.users != $1.users ? $0.users > $1.users : $0.rule < $1.rule }
    }
}

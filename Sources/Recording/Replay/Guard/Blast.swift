package import AuditCore

/// Whom new lists would newly refuse, of those who were let in within seven days.
package struct Blast: Sendable, Equatable {
    /// A line that newly refuses.
    package struct Line: Sendable, Equatable {
        /// The list that it stands in: several may share a file. nil where a fact is missing.
        package var list: ListKey?
        /// `lists/network_cc.deny.lst:12`; `unknown` where a fact is missing.
        package var rule: String
        /// How many users.
        package var users: Int
    }

    /// How many users were let in, honeypots left out.
    package var knownUsers = 0
    /// How many of them a login of whom would be refused that what is in force lets in.
    package var users = 0
    /// By which lines, the worst first.
    package var lines: [Line] = []

    /// How many lines an administrator is told.
    package static let shownLines = 10

    /// Judges logins with both policies.
    ///
    /// - Parameters:
    ///   - honeypots: Accounts that are no users.
    ///   - time: When logins are judged to be: lines that have ended meet nobody.
    /// - Complexity: Linear in the logins.
    init(_ ring: RecentLoginRing, candidate: Policy, inForce: Policy, honeypots: [NamePattern], at time: Timestamp) {
        let now = RecentLogins.minute(time)
        var byRule: [ReplayTallies.LineKey: Int] = [:]
        var (current, rules): (String?, Set<ReplayTallies.LineKey>) = (nil, [])
        func endUser() {
            if !rules.isEmpty { users += 1 }
            for rule in rules { byRule[rule, default: 0] += 1 }
            rules = []
        }
        ring.forEach(since: now < RecentLoginRing.lifetime ? 0 : now - RecentLoginRing.lifetime) {
            user, address, facts in
            if current.map({ !$0.utf8.elementsEqual(user.utf8) }) ?? true {
                endUser()
                current = user
                if !honeypots.contains(where: { $0.matches(user) }) { knownUsers += 1 }
            }
            guard !honeypots.contains(where: { $0.matches(user) }) else { return }
            // Which service it was is not held: a disabled one is no list.
            let attempt = LoginAttempt(login: user, service: "", address: address, time: time)
            let judgement = candidate.judge(attempt, facts: facts)
            guard !judgement.verdict.isAllowed, inForce.judge(attempt, facts: facts).verdict.isAllowed else { return }
            let rule = judgement.rule ?? RuleReference(file: judgement.matched ?? "unknown", line: nil)
            rules.insert(ReplayTallies.LineKey(list: judgement.list, rule: rule))
        }
        endUser()
        lines = byRule.map { Line(list: $0.list, rule: $0.rule.description, users: $1) }
            .sorted {
                if $0.users != $1.users { return $0.users > $1.users }
                return $0.rule != $1.rule ? $0.rule < $1.rule : $0.list?.description ?? "" < $1.list?.description ?? ""
            }
    }
}

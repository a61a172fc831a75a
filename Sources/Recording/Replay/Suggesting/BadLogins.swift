package import AuditCore
internal import Report

/// Which logins lines are looked for: those of accounts, of app passwords, from networks, or that a list would have denied.
package struct BadLogins: Sendable {
    /// Names of accounts; `*` stands for any number of characters, `?` for one.
    package var users: [NamePattern]
    /// Numbers of app passwords.
    package var passwords: Set<Int> = []
    /// Where they come from.
    package var networks: [IPPrefix] = []
    /// Whether those count that met a list that only watches.
    package var wouldDeny = false
    /// Accounts that no line may meet, whatever they do.
    package var spared: [NamePattern] = []
    /// Accounts that are honeypots besides those that the records call so: whoever uses one is no user whom a line must not meet.
    package var honeypots: [NamePattern] = []

    /// Logins of accounts.
    package init(users: [NamePattern] = []) { self.users = users }

    /// Whether nothing is said.
    package var isEmpty: Bool { users.isEmpty && passwords.isEmpty && networks.isEmpty && !wouldDeny }

    /// What a record is to the search.
    enum Kind {
        case bad
        /// A login that no line may meet.
        case good
        /// One that was refused, or nobody's, or a honeypot's.
        case neither
    }

    func kind(of record: ReportRecord) -> Kind {
        if record.isOfNobody { return .neither }
        if spared.contains(where: { $0.matches(record.user) }) { return .good }
        if users.contains(where: { $0.matches(record.user) }) { return .bad }
        if let id = record.passwordID, passwords.contains(id) { return .bad }
        if !networks.isEmpty, let address = record.address.flatMap({ IPAddress($0) }),
            networks.contains(where: { $0.contains(address) })
        {
            return .bad
        }
        let isWatched = !record.isBlocked && record.matched.map { !$0.hasPrefix("allow:") } ?? false
        if wouldDeny, isWatched { return .bad }
        if record.isBlocked || record.isHoneypot { return .neither }
        return honeypots.contains { $0.matches(record.user) } ? .neither : .good
    }
}

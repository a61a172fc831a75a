package import AuditCore

/// Where logins came from, to see a proxy that hides their addresses.
package struct LoginOrigins: Sendable {
    /// Fewer logins say nothing.
    static let fewest = 20

    private var count = 0
    private var byAddress: [String: Int] = [:]

    /// None yet.
    package init() {}

    /// How many logins were counted.
    package var logins: Int { count }

    /// Counts a login.
    ///
    /// - Parameter address: As recorded; nil for a login without one.
    package mutating func add(_ address: String?) {
        guard let address else { return }
        count += 1
        if byAddress.count < 10_000 || byAddress[address] != nil { byAddress[address, default: 0] += 1 }
    }

    /// A finding if half of the logins came from one private address, which is not this machine's.
    ///
    /// - Parameter expected: Networks whose logins are meant to look so, such as the webmail's.
    package func findings(expected: [IPPrefix]) -> [Finding] {
        guard count >= Self.fewest, let (text, most) = byAddress.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
            most * 2 >= count, let address = IPAddress(text), address.isPrivate,
            !expected.contains(where: { $0.contains(address) })
        else { return [] }
        return [
            .warning(
                "dovecot.proxy", "\(most) of the last \(count) logins came from \(text)",
                why:
                    "a proxy in front of Dovecot hides the clients: lists meet nobody, records show nothing, and guesses of one are everybody's",
                change:
                    "login_trusted_networks = \(text) with a proxy that speaks Dovecot's ID, or haproxy = yes in its "
                    + "inet_listener; if it is the webmail: auth.disallow_passwords_from = [\"\(text)\"]",
                hints: ["login_trusted_networks = \(text)"])
        ]
    }
}

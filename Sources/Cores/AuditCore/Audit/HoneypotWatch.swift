import Locks

/// Knows from which networks honeypots were used (IPv4 /24, IPv6 /64), since the program was started.
package final class HoneypotWatch: Sendable {
    /// How many pairs of a honeypot and a network are known; beyond that all are forgotten.
    static let bound = 16_384

    private struct Use: Hashable {
        var login: String
        /// nil for a login over a local socket.
        var network: IPPrefix?
    }

    private let known = Mutex<Set<Use>>([])

    /// Knows of no use.
    package init() {}

    /// Notes a use, and says whether it is the first from its network.
    func isNew(_ attempt: LoginAttempt) -> Bool {
        let network = attempt.address.flatMap { IPPrefix($0, length: $0.family == .v4 ? 24 : 64) }
        return known.withLock { known in
            if known.count >= Self.bound { known.removeAll() }
            return known.insert(Use(login: attempt.login, network: network)).inserted
        }
    }
}

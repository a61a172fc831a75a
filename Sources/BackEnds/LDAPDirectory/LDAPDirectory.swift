internal import Locks
package import AppPasswordCore
internal import BlockingLanes

/// Accounts in an LDAP directory (RFC 4511).
///
/// A login costs one search; binding, and StartTLS, are done once for a connection. Everything runs on threads of the
/// directory's own. Trouble of any kind (a refused bind, an absent base, a server that does not answer) is an error,
/// never "no such account".
package final class LDAPDirectory: AccountDirectory, Sendable {
    /// How to reach the directory, and what to look for.
    package struct Configuration: Sendable, Equatable {
        /// `ldap://`, `ldaps://` or `ldapi://` URIs, tried in this order.
        ///
        /// With TLS the certificate must be for the name or address written here; libldap takes `localhost` for this
        /// machine's own host name.
        package var servers: [String]
        /// Whether `ldap://` connections switch to TLS before anything is sent.
        package var startsTLS = false
        /// A PEM file of CA certificates that servers' are checked against; nil: the system's.
        package var certificateAuthority: String?
        /// Where accounts are searched, with all below it.
        package var baseDN: String
        /// The name to bind with; empty: anonymous.
        package var bindDN = ""
        /// Its password.
        package var bindPassword = Secret("")
        /// The filter (RFC 4515); `{username}` stands for the escaped login.
        package var filter = "(uid={username})"
        /// Accounts with one of these login shells are disabled.
        package var disabledShells: Set<String> = ["/bin/false"]
        /// Accounts with one of these home directories are disabled.
        package var disabledHomes: Set<String> = ["/dev/null"]
        /// What a login waits at most; with several servers, each gets its share of it.
        package var timeout: Duration = .seconds(2)
        /// How long an answer may be used again; zero: every login asks.
        package var cacheLifetime: Duration = .zero
        /// How many answers are remembered.
        package var cacheSize = 10_000
        /// Connections.
        package var poolSize = 4
        /// Logins that may wait for a connection; one more is refused as overloaded.
        package var queueLimit = 1024

        /// Makes a configuration with the defaults.
        ///
        /// - Parameter uri: One or several URIs, with blanks between them.
        package init(uri: String, baseDN: String) {
            servers = uri.split { $0.isWhitespace || $0 == "," }.map(String.init)
            self.baseDN = baseDN
        }

        /// Makes a configuration with the defaults for one server.
        ///
        /// - Parameter host: A name or address, IPv6 without brackets.
        package init(host: String, port: UInt16, baseDN: String) {
            self.init(uri: "ldap://\(host.contains(":") ? "[\(host)]" : host):\(port)", baseDN: baseDN)
        }
    }

    /// No directory has longer names (RFC 4524 asks for 256); longer ones are nobody's, and are not asked for.
    private static let longestLogin = 1024

    private let lanes: BlockingLanes<LDAPConnection, BackendError>
    private let cache: RecentAnswers<AccountAnswer>?
    private let timeout: Duration

    /// Makes a directory; connects when it is first asked.
    ///
    /// - Parameters:
    ///   - now: The clock by which cached answers and idle connections grow old.
    ///   - onDoubt: Told, once for each attribute, that the directory would not say whether accounts have it, so that those
    ///     it would disable are taken for enabled.
    package init(
        _ configuration: Configuration, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        onDoubt: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        timeout = configuration.timeout
        cache =
            configuration.cacheLifetime > .zero
            ? RecentAnswers(lifetime: configuration.cacheLifetime, limit: configuration.cacheSize, now: now) : nil
        let servers = configuration.servers.map { uri in
            LDAPServer(uri: uri, circuit: Circuit(firstPause: .milliseconds(100), longestPause: .seconds(1)))
        }
        let unseen = UnseenAttributes(now: now, onDoubt: onDoubt)
        lanes = BlockingLanes(
            name: "ldap", count: configuration.poolSize, queueLimit: configuration.queueLimit,
            refusal: { refusal in
                switch refusal {
                case .overloaded: BackendError("directory", .overloaded)
                case .timedOut: BackendError("directory", .timedOut)
                }
            }, open: { LDAPConnection(configuration, servers: servers, unseen: unseen, now: now) })
    }

    /// Looks an account up.
    ///
    /// The account's name is the value of `uid` that the login equals but for case, else its first value, else the login;
    /// the other values are its other names. An entry needs neither home nor shell, but if one that could disable it is
    /// not shown, the directory is asked whether the entry really has none (a comparison, remembered for a minute), and
    /// where it may not say, that is an error.
    package func account(for login: String) async throws(BackendError) -> AccountAnswer {
        guard (1...Self.longestLogin).contains(login.utf8.count), !login.utf8.contains(0) else { return .notFound }
        if let known = cache?[login] { return known }
        let answer = try await lanes.run(within: timeout) { connection, deadline throws(BackendError) in
            try connection.account(for: login, by: deadline)
        }
        cache?.store(answer, for: login)
        return answer
    }

    /// The values of an attribute of an account, as the directory orders them; none if there is no such account, it is not the
    /// only one of its name, or we may not read the attribute.
    ///
    /// - Complexity: One round trip.
    package func values(of attribute: String, for login: String) async throws(BackendError) -> [String] {
        guard (1...Self.longestLogin).contains(login.utf8.count), !login.utf8.contains(0) else { return [] }
        return try await lanes.run(within: timeout) { connection, deadline throws(BackendError) in
            try connection.values(of: attribute, for: login, by: deadline)
        }
    }

    /// Asks the directory whether the base is there, for readiness and at start.
    package func ping() async throws(BackendError) {
        try await lanes.run(within: timeout) { connection, deadline throws(BackendError) in
            try connection.ping(by: deadline)
        }
    }
}

internal import AuditCore

/// A MariaDB or MySQL server, and how to log in there.
package struct DatabaseServer: Sendable, Equatable {
    /// The database user.
    package var user: String
    /// The database user's password; empty for none.
    package var password: Secret
    /// Name or address, IPv6 without brackets; always reached by TCP, `localhost` too.
    package var host: String
    /// TCP port.
    package var port: UInt16
    /// Servers with the same data, in the order in which they are tried when those before cannot be had.
    package var others: [DatabaseHost] = []
    /// Which of the servers are of use.
    package var target = Target.any
    /// The socket's path; if set, host and port are not used.
    package var unixSocket: String?
    /// The database's name.
    package var database: String
    /// A PEM file of CA certificates: TLS is required, and the certificate and the name in it are checked.
    package var tlsCA: String?
    /// Whether the password may be sent encrypted for whatever key the server names (`caching_sha2_password`) without TLS and
    /// beyond this machine.
    package var trustsServerKey = false
    /// A PEM file with our own certificate.
    package var tlsCertificate: String?
    /// A PEM file with its key.
    package var tlsKey: String?

    /// Which of several servers are of use.
    package enum Target: String, Sendable, CaseIterable {
        /// Those that take changes: a server that was told to be `read_only`, as replicas should be, is passed over.
        case primary
        /// Any that answers.
        case any
    }

    /// All servers, in the order in which they are tried.
    package var hosts: [DatabaseHost] { [DatabaseHost(host, port: port)] + others }

    /// Makes a server on this host.
    package init(user: String, password: Secret, host: String = "127.0.0.1", port: UInt16 = 3306, database: String) {
        self.user = user
        self.password = password
        self.host = host
        self.port = port
        self.database = database
    }

    /// Whether it is reached without leaving this machine: by a socket, loopback addresses or as `localhost`.
    package var isOnThisMachine: Bool {
        unixSocket != nil || hosts.allSatisfy { IPAddress.isLoopback(host: $0.name) }
    }
}

internal import AuditCore

extension Settings {
    /// One place where the program listens: a `[[server.listen]]`, or `host` and `port` of `[server]`.
    package struct Listener: Sendable, Hashable {
        /// The place.
        package enum Address: Sendable, Hashable, CustomStringConvertible {
            /// An address or name, and a port; 0: any free one.
            case tcp(host: String, port: Int)
            /// The absolute path of a Unix socket.
            case unix(path: String)

            /// `127.0.0.1:8000`, `[::1]:8000`, `unix:/run/web-auth/web-auth.sock`.
            package var description: String {
                switch self {
                case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
                case .unix(let path): "unix:\(path)"
                }
            }
        }

        /// The place.
        package var address: Address
        /// Permissions of the socket's file; 0660.
        package var mode: UInt32 = 0o660
        /// Group of the socket's file, by name or number; nil: that of the process.
        package var group: String?
        /// The files of TLS.
        package struct TLS: Sendable, Hashable {
            /// The certificate and those that lead to its authority (PEM).
            package var certificate: SettingsPath
            /// The certificate's key (PEM).
            package var key: SettingsPath
            /// The authorities of clients (PEM), who have to show a certificate of one then; nil: they need none.
            package var clientCA: SettingsPath?
        }

        /// How TLS is spoken; nil: it is not.
        package var tls: TLS?
        /// Whether passwords may come from other machines without TLS.
        package var allowsPlaintext = false
        /// Where the settings name the group, for messages: `config.toml:9:1: server.listen[0].group`.
        package var groupPlace = ""

        /// Listens without TLS.
        package init(_ address: Address) { self.address = address }

        /// - Returns: nil if it has no address that can be used, which has been reported.
        init?(reading table: TableReader) {
            let (text, hasAddress) = (table.string("address", default: ""), table.isSet("address"))
            let mode = table.permissions("mode", default: 0o660)
            let group = table.string("group", default: "")
            let (certificate, key) = (table.path("tls_cert"), table.path("tls_key"))
            let clientCA = table.path("tls_client_ca")
            allowsPlaintext = table.boolean("insecure_plaintext", default: false)
            table.finish()
            guard table.isPresent else { return nil }
            guard let address = Self.address(text, table) else {
                let wanted = "\"127.0.0.1:8000\", \"[::1]:8000\" or \"unix:/run/web-auth/web-auth.sock\""
                hasAddress
                    ? table.problem("address", "\(Displayed.quoted(text)) is no place to listen at: write \(wanted)")
                    : table.missing("address", "must be set: \(wanted)")
                return nil
            }
            self.address = address
            (self.mode, self.group) = (mode, group.isEmpty ? nil : group)
            groupPlace = table.place(of: "group")
            if let key { table.notes.holdsSecret(key) }
            if let certificate, let key {
                tls = TLS(certificate: certificate, key: key, clientCA: clientCA)
            } else if let name = [("tls_cert", certificate), ("tls_key", key), ("tls_client_ca", clientCA)]
                .first(where: { $0.1 != nil })?.0
            {
                table.problem(name, "takes both tls_cert and tls_key")
            }
            check(table)
        }

        /// Whether other machines can reach it.
        package var isReachableFromElsewhere: Bool {
            guard case .tcp(let host, _) = address else { return false }
            return !IPAddress.isLoopback(host: host)
        }

        /// Whether nothing but a token keeps others from asking.
        package var needsToken: Bool { isReachableFromElsewhere && tls?.clientCA == nil }

        /// Reports what cannot be together.
        private func check(_ table: TableReader) {
            switch address {
            case .tcp:
                for key in ["mode", "group"] where table.isSet(key) { table.problem(key, "is for Unix sockets only") }
            case .unix:
                if tls != nil { table.problem("tls_cert", "is not for Unix sockets") }
            }
        }

        /// Reports what lets others in or gives passwords away, where other machines reach it.
        func check(_ table: TableReader, at key: String, hasToken: Bool) {
            let isPlain = isReachableFromElsewhere && tls == nil
            var lacks: [String] = []
            if needsToken, !hasToken { lacks.append("set server.token or server.token_file") }
            if isPlain, !allowsPlaintext {
                let remedy =
                    key == "host" ? "write a [[server.listen]] with tls_cert and tls_key" : "set tls_cert and tls_key"
                lacks.append(
                    "passwords would cross the network as they are, so \(remedy), or insecure_plaintext = true where the way "
                        + "is encrypted by other means (a VPN, a tunnel)")
            }
            if !lacks.isEmpty {
                table.problem(key, "\(address) can be reached from other machines: \(lacks.joined(separator: "; "))")
            } else if isPlain {
                table.warning(
                    key,
                    "\(address) is listened on without TLS: whoever is on the way reads every password, and can answer in "
                        + "our place")
            }
            if allowsPlaintext, !isPlain {
                let reason = tls == nil ? "no other machine can reach \(address)" : "TLS is spoken here"
                table.warning("insecure_plaintext", "has no effect: \(reason)")
            }
        }

        private static func address(_ text: String, _ table: TableReader) -> Address? {
            if text.hasPrefix("unix:") {
                let written = String(text.dropFirst(5))
                guard !written.isEmpty, !written.hasSuffix("/") else { return nil }
                let path = table.notes.resolved(written).resolved
                if path.utf8.count > longestSocketPath {
                    table.problem("address", "the path of a Unix socket has \(longestSocketPath) bytes at most")
                }
                return .unix(path: path)
            }
            if text.hasSuffix(":0") {
                guard let host = HostAndPort.host(String(text.dropLast(2))), !host.contains(":") || text.hasPrefix("[")
                else { return nil }
                return .tcp(host: host, port: 0)
            }
            guard let server = HostAndPort(text, defaultPort: 0), server.port > 0 else { return nil }
            return .tcp(host: server.host, port: server.port)
        }

        /// Of the 108 bytes that the system takes, some are kept for the name that the file has while it is made.
        private static let longestSocketPath = 100
    }
}

package import AppPasswordCore
internal import AuditCore

extension Settings {
    /// `[dovecot]`: whose sessions are ended when a password is no longer taken.
    package struct Dovecot: Sendable, Equatable {
        /// URLs of doveadm's HTTP API, `http://127.0.0.1:8080/doveadm/v1`; none: sessions are left alone.
        package var doveadm: [String] = []
        /// Dovecot's `doveadm_api_key`.
        package var apiKey: Secret?
        /// What stands for a password where Dovecot does not know sessions by theirs; none.
        package var kickWithoutAlias = KickWithoutAlias.none
        /// Whether a user's auth cache is flushed when his sessions are ended; false.
        package var flushesAuthCache = false

        /// The defaults.
        package init() {}

        init(reading table: TableReader) {
            doveadm = table.elements("doveadm", wants: "a URL such as http://127.0.0.1:8080/doveadm/v1") { text in
                Self.host(of: text) == nil ? nil : text
            }
            apiKey = table.secret("api_key")
            kickWithoutAlias = table.choice(
                "kick_without_alias", default: kickWithoutAlias, among: KickWithoutAlias.allCases)
            flushesAuthCache = table.boolean("flush_auth_cache", default: flushesAuthCache)
            table.finish()
            if !doveadm.isEmpty, apiKey == nil { table.missing("api_key", "must be set with doveadm, or api_key_file") }
            if doveadm.count > Self.mostServers {
                table.problem("doveadm", "has more than \(Self.mostServers) servers")
            }
            for url in doveadm where url.hasPrefix("http://") {
                guard let host = Self.host(of: url) else { continue }
                let note = PlainTraffic.note(
                    to: host, risk: "can read the key, and with it everybody's mail",
                    remedy: "use https, or a doveadm on this machine")
                if let note { table.warning("doveadm", note) }
            }
        }

        /// How many servers there may be.
        private static let mostServers = 64

        /// The host of a URL; nil if it is none that doveadm could have.
        private static func host(of url: String) -> String? {
            let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
            guard parts.count == 4, ["http:", "https:"].contains(parts[0]), parts[1].isEmpty, !parts[3].isEmpty,
                url.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "@") })
            else { return nil }
            let authority = parts[2]
            let host: Substring
            if authority.hasPrefix("[") {
                guard let end = authority.firstIndex(of: "]") else { return nil }
                host = authority[authority.index(after: authority.startIndex)..<end]
                let rest = authority[authority.index(after: end)...]
                guard rest.isEmpty || rest.hasPrefix(":") && UInt16(rest.dropFirst()) != nil else { return nil }
            } else {
                let pair = authority.split(separator: ":", omittingEmptySubsequences: false)
                guard pair.count == 1 || pair.count == 2 && UInt16(pair[1]) != nil else { return nil }
                host = pair[0]
            }
            return host.isEmpty ? nil : String(host)
        }
    }
}

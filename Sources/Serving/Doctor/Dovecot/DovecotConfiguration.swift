/// What matters here of a Dovecot's configuration.
package struct DovecotConfiguration: Sendable, Equatable {
    /// Its version; nil if doveconf did not say.
    package var version: DovecotVersion?
    /// Its password databases, in the order in which they are asked.
    package var passdbs: [DovecotPassdb]
    /// Whether it has a userdb.
    package var hasUserdb: Bool
    /// `auth_cache_size` as written; nil if the cache is off.
    package var authCacheSize: String?
    /// Mechanisms in lower case: `plain`.
    package var mechanisms: [String]
    /// `imap`, `pop3`.
    package var protocols: [String]
    /// `imap_id_retain`.
    package var retainsClientID: Bool
    /// Proxies that may say where a client comes from.
    package var trustedNetworks: String
    /// Names of environment variables that reach Lua, each with a value if it has one here.
    package var environment: [String: String]

    /// Reads what `doveconf -n` printed.
    package init(doveconf text: String) {
        let whole = DoveconfSection(parsing: text)
        version = text.split(whereSeparator: \.isNewline).first.flatMap { DovecotVersion(String($0)) }
        passdbs = whole.sections("passdb").enumerated().map { DovecotPassdb($0.element, place: $0.offset + 1) }
        hasUserdb = !whole.sections("userdb").isEmpty
        let size = whole["auth_cache_size"] ?? "0"
        authCacheSize = size.first == "0" ? nil : size
        mechanisms = (whole["auth_mechanisms"] ?? "plain").lowercased().split(separator: " ").map(String.init)
        protocols = (whole["protocols"] ?? "imap pop3").filter { $0 != "\"" }.split(separator: " ").map(String.init)
        let ofIMAP = whole.sections("protocol").first { $0.label == "imap" }
        retainsClientID = (ofIMAP?["imap_id_retain"] ?? whole["imap_id_retain"]) == "yes"
        trustedNetworks = whole["login_trusted_networks"] ?? ""
        environment = Self.environment(whole)
    }

    /// `import_environment` is a list of words in 2.3, a section in 2.4.
    private static func environment(_ whole: DoveconfSection) -> [String: String] {
        let words = (whole["import_environment"] ?? "").split(separator: " ").map { word in
            let parts = word.split(separator: "=", maxSplits: 1)
            return (String(parts.first ?? ""), parts.count > 1 ? String(parts[1]) : "")
        }
        let members = whole.sections("import_environment").flatMap { $0.settings.map { ($0.key, $0.value) } }
        return Dictionary(words + members) { $1 }
    }
}

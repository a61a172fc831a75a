internal import AppPasswordCore
internal import AuditCore
internal import Settings

/// How the scripts find the service, and which mechanisms they are asked with.
struct DovecotScriptSettings {
    private let configuration: DovecotConfiguration
    private let passdbs: [DovecotPassdb]
    private let hasAudit: Bool

    /// - Parameter roles: What each passdb is.
    init(_ configuration: DovecotConfiguration, roles: [DovecotPassdb.Role]) {
        self.configuration = configuration
        passdbs = zip(configuration.passdbs, roles).filter { $1 != .other }.map(\.0)
        hasAudit = roles.contains(.audit)
    }

    /// What is wrong with address, token and mechanisms.
    func findings(_ settings: Settings, file: (String) -> DovecotConfiguration.File) -> [Finding] {
        let perPassdb = passdbs.flatMap { addressFindings($0, settings) + tokenFindings($0, settings, file) }
        return unique(perPassdb) + mechanismFindings
    }

    /// What a script is told: by lua_settings on 2.4, else by the environment. nil: nothing; empty: something, elsewhere.
    private func told(_ key: String, _ passdb: DovecotPassdb) -> String? {
        if let value = passdb.luaSettings[key] { return value }
        return configuration.environment["WEB_AUTH_\(key.uppercased())"].map { $0.hasPrefix("%{env:") ? "" : $0 }
    }

    private func remedy(_ key: String, _ value: String) -> String {
        configuration.isNewStyle
            ? "lua_settings { \(key) = \(value) }"
            : "import_environment = $import_environment WEB_AUTH_\(key.uppercased()), and Environment=WEB_AUTH_\(key.uppercased())=\(value)"
    }

    private func addressFindings(_ passdb: DovecotPassdb, _ settings: Settings) -> [Finding] {
        let url = told("url", passdb) ?? "http://127.0.0.1:8000"
        let places = settings.server.listeners.compactMap { listener -> HostAndPort? in
            guard case .tcp(let host, let port) = listener.address, listener.tls == nil else { return nil }
            return HostAndPort(host: host, port: port)
        }
        // What is set elsewhere, or leads through a proxy, is not ours to judge.
        let servers = url.split(separator: " ").filter { $0.hasPrefix("http://") }
        let local = servers.compactMap { HostAndPort(String($0.dropFirst(7).prefix { $0 != "/" }), defaultPort: 80) }
            .filter { IPAddress.isLoopback(host: $0.host) }
        guard let place = places.first, !places.contains(where: { $0.port == 0 }), !local.isEmpty,
            local.count == servers.count, !local.contains(where: { server in places.contains { $0.hears(server) } })
        else { return [] }
        let asked = IPAddress.isLoopback(host: place.host) ? place.description : "127.0.0.1:\(place.port)"
        return [
            .error(
                "dovecot.url",
                "\(passdb.name) asks \(url), and the service listens on \(places.map(\.description).joined(separator: ", "))",
                why: "logins end with an internal failure", change: remedy("url", "http://\(asked)"))
        ]
    }

    private func tokenFindings(
        _ passdb: DovecotPassdb, _ settings: Settings, _ file: (String) -> DovecotConfiguration.File
    ) -> [Finding] {
        guard let token = settings.server.token?.revealed else { return [] }
        let change = remedy("token_file", "/etc/dovecot/web-auth-token")
        let why = "the service answers 400 to a wrong or missing token, and logins end with an internal failure"
        let (written, path) = (told("token", passdb), told("token_file", passdb))
        guard written != nil || path != nil else {
            return [
                .error(
                    "dovecot.token", "\(passdb.name) sends no token, and server.token is set", why: why, change: change)
            ]
        }
        if let written, !written.isEmpty, written != token {
            return [
                .error(
                    "dovecot.token", "\(passdb.name) sends another token than server.token", why: why, change: change)
            ]
        }
        guard let path, path.hasPrefix("/") else { return [] }
        switch file(path) {
        case .missing:
            return [.error("dovecot.token", "\(passdb.name): there is no \(path)", why: why, change: change)]
        case .text(let text) where text.split(whereSeparator: \.isWhitespace).joined() != token:
            return [
                .error(
                    "dovecot.token", "\(passdb.name): \(path) holds another token than server.token", why: why,
                    change: "write the token of server.token or server.token_file to \(path)")
            ]
        case .text, .unreadable: return []
        }
    }

    private var mechanismFindings: [Finding] {
        let unproven = configuration.mechanisms.filter { name in
            ["cram-md5", "digest-md5", "apop", "ntlm", "otp"].contains(name) || name.hasPrefix("scram-")
        }
        guard hasAudit, !unproven.isEmpty else { return [] }
        return [
            .warning(
                "dovecot.mechanisms", "auth_mechanisms has \(unproven.joined(separator: ", "))",
                why: "their logins are never recorded, and whoever knows a name can have the lists asked for it",
                change: "auth_mechanisms = plain login", hints: ["auth_mechanisms = plain login"])
        ]
    }

    /// The same said of both passdbs is said once.
    private func unique(_ findings: [Finding]) -> [Finding] {
        var ids: Set<String> = []
        return findings.filter { ids.insert($0.id).inserted }
    }
}

extension HostAndPort {
    /// Whether who asks a server on loopback comes to who listens here.
    fileprivate func hears(_ server: HostAndPort) -> Bool {
        guard port == server.port else { return false }
        if host == server.host || host == "::" { return true }
        if host == "0.0.0.0" { return server.host != "::1" }
        // A name may mean either address.
        return [host, server.host].contains("localhost")
    }
}

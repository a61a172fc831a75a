package import Settings

extension DovecotConfiguration {
    /// A file that Dovecot reads.
    package enum File: Sendable, Equatable {
        /// There is none.
        case missing
        /// We may not read it.
        case unreadable
        /// Its text.
        case text(String)

        var text: String? { if case .text(let text) = self { text } else { nil } }
    }

    /// What is not as it should be for the service of these settings.
    ///
    /// - Parameter file: Reads a file by its absolute path.
    package func findings(for settings: Settings, file: (String) -> File) -> [Finding] {
        let roles = passdbs.map { passdb in passdb.role(script: passdb.script.flatMap { file($0).text }) }
        guard roles.contains(where: { $0 != .other }) else { return versionFindings + [.noPassdb(isNewStyle)] }
        let chain = DovecotChain(passdbs: passdbs, roles: roles, isNewStyle: isNewStyle)
        return versionFindings + scriptFindings(file) + chain.findings(settings.audit)
            + DovecotScriptSettings(self, roles: roles).findings(settings, file: file) + generalFindings
    }

    var isNewStyle: Bool { version?.isNewStyle ?? false }

    private var versionFindings: [Finding] {
        guard let version, version < .oldest else { return [] }
        return [
            .error(
                "dovecot.version", "Dovecot is \(version)",
                why: "its Lua has no HTTP client, so the scripts do not load",
                change: "install Dovecot \(DovecotVersion.oldest) or newer")
        ]
    }

    private func scriptFindings(_ file: (String) -> File) -> [Finding] {
        passdbs.compactMap { passdb in
            guard let script = passdb.script else { return nil }
            switch file(script) {
            case .missing:
                return .error(
                    "dovecot.script", "\(passdb.name): there is no \(script)",
                    why: "logins end with an internal failure",
                    change:
                        "cp lua/auth.lua lua/audit.lua \(script.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" })/"
                )
            case .text(let text)
            where !text.contains("dovecot-web-auth") && (text.contains("/auth") || text.contains("/audit")):
                return .warning(
                    "dovecot.script_old", "\(passdb.name): \(script) is of the old program",
                    why: "it swallows the reasons of refusals, stalls new connections and knows no token",
                    change: "put this program's lua/auth.lua or lua/audit.lua in the place of \(script)")
            case .text, .unreadable: return nil
            }
        }
    }

    private var generalFindings: [Finding] {
        var findings: [Finding] = []
        if let authCacheSize {
            findings.append(
                .error(
                    "dovecot.auth_cache", "auth_cache_size = \(authCacheSize)",
                    why: "good logins skip the service: they are not recorded, and revoked passwords live on",
                    change: "auth_cache_size = 0", hints: ["auth_cache_size = 0"]))
        }
        if !hasUserdb {
            findings.append(
                .error(
                    "dovecot.userdb", "there is no userdb", why: "Dovecot needs one for each login",
                    change: isNewStyle
                        ? "userdb passwd { }, or the one you had" : "userdb { driver = passwd }, or the one you had",
                    hints: isNewStyle ? ["userdb passwd {", "}"] : ["userdb {", "  driver = passwd", "}"]))
        }
        if protocols.contains("imap"), !retainsClientID {
            findings.append(
                .warning(
                    "dovecot.imap_id", "imap_id_retain is not set",
                    why: "what mail program a client is never reaches the audit record", change: "imap_id_retain = yes",
                    hints: ["imap_id_retain = yes"]))
        }
        return findings
    }
}

extension Finding {
    fileprivate static func noPassdb(_ isNewStyle: Bool) -> Finding {
        .error(
            "dovecot.passdb", "no passdb of Dovecot asks the service", why: "no app password lets anybody in",
            change: "include one of the examples in conf.d/10-auth.conf (docs/dovecot.md, 2)",
            hints: isNewStyle
                ? [
                    "passdb app-passwords {", "  driver = lua", "  lua_file = /etc/dovecot/auth.lua",
                    "  skip = authenticated", "}",
                ]
                : [
                    "passdb {", "  driver = lua", "  args = file=/etc/dovecot/auth.lua blocking=yes",
                    "  skip = authenticated", "}",
                ])
    }
}

internal import AppPasswordCore
internal import AuditCore
internal import Settings

/// The parts of a migration that are done by hand.
enum MigrationSteps {
    /// The old program's unit, as its README had it.
    static let oldUnit = "dovecot-web-auth.service"
    /// Where the new settings are.
    private static let target = "/etc/dovecot-web-auth"

    /// What Dovecot is told; for both ways of writing it if there is none here.
    static func dovecot(_ settings: Settings, _ version: DovecotVersion?) -> MigrationReport.Section {
        let failsClosed = settings.audit.resultSuccess == .ok
        var points = [
            version.map { "Dovecot \($0) is here" }
                ?? "no Dovecot is here; the lines are for 2.4, docs/dovecot.md has both",
            "put this program's auth.lua and audit.lua in the place of the old ones; those go on working, but swallow reasons",
            failsClosed
                ? "audit_result_success is \"ok\", so the lines fail closed: without an audit nobody with a main password gets in"
                : "audit_result_success is \"\(settings.audit.resultSuccess.rawValue)\", so the lines fail open: without an audit a login goes on",
            "your own passdb stays before them, with result_success = continue-ok if its logins are to be audited",
        ]
        if let version, version < .oldest { points.append("it is too old: the scripts need \(DovecotVersion.oldest)") }
        let snippet = DovecotSnippet(
            isNewStyle: version?.isNewStyle ?? true, failsClosed: failsClosed,
            url: url(settings.server),
            tokenFile: settings.server.token == nil ? nil : "/etc/dovecot/web-auth-token")
        if !snippet.unit.isEmpty { points.append("systemctl edit dovecot: \(snippet.unit.joined(separator: "; "))") }
        return MigrationReport.Section("Dovecot", points, lines: snippet.lines)
    }

    /// Where the scripts ask; nil where they ask without being told.
    private static func url(_ server: Settings.Server) -> String? {
        let host = ["0.0.0.0", "::", "localhost"].contains(server.host) ? "127.0.0.1" : server.host
        let port = server.port == 0 ? 8000 : server.port
        let url = "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
        return url == "http://127.0.0.1:8000" ? nil : url
    }

    /// What to run, in this order.
    static func commands(
        _ old: OldInstallation, _ settings: Settings, moved: [(key: String, written: String)]
    ) -> MigrationReport.Section {
        var lines = ["install -d -m 750 -g dovecot-web-auth \(target)"]
        lines.append("install -m 640 -g dovecot-web-auth \(PastedText.shellWord(absolute(old))) \(target)/config.toml")
        if let lists = old.listsDirectory { lines.append("cp -rT \(PastedText.shellWord(lists)) \(target)/lists") }
        let isMoved = old.listsDirectory != nil
        for (key, written) in moved {
            let isList = isMoved && key.hasPrefix("audit.lists.")
            let name = written.split(separator: "/").last.map(String.init) ?? written
            let new = isList ? "\(target)/lists/\(name)" : "\(old.directory)/\(written.drop { $0 == "." || $0 == "/" })"
            lines.append("# in \(target)/config.toml: \(key) = \"\(new)\"")
        }
        if isMoved {
            for (list, path) in settings.audit.lists.all
            where path.written.hasPrefix("/") && !old.environment.isFile(path.resolved) {
                let name = path.written.split(separator: "/").last.map(String.init) ?? ""
                lines.append(
                    "# in \(target)/config.toml: audit.lists.\(list.kind.rawValue) = \"\(target)/lists/\(name)\"")
            }
        }
        lines.append("# in \(target)/config.toml: [server] state_directory = \"/var/lib/dovecot-web-auth\"")
        lines += [
            "chgrp -R dovecot-web-auth \(target)",
            "runuser -u dovecot-web-auth -- web-auth-server check-config --connect --config \(target)/config.toml",
            "systemctl disable --now \(oldUnit)",
        ]
        if let unit = old.unit {
            lines += [
                "mv \(PastedText.shellWord(unit)) \(PastedText.shellWord(unit + ".old"))", "systemctl daemon-reload",
            ]
        }
        lines += [
            "systemctl enable --now web-auth", "doveconf -n > /dev/null && systemctl reload dovecot",
            "web-auth-server doctor",
        ]
        let unit =
            old.unit.map {
                "\($0) is the old program's unit: stop it first, both listen on port \(settings.server.port)"
            }
            ?? "the old program's unit is \(oldUnit) unless you named it otherwise: stop it first, both listen on port \(settings.server.port)"
        return MigrationReport.Section(
            "In this order", [unit, "the new unit is web-auth.service, its user dovecot-web-auth"], lines: lines)
    }

    /// How to undo it.
    static func wayBack(_ old: OldInstallation) -> MigrationReport.Section {
        let back = old.unit.map {
            ["mv \(PastedText.shellWord($0 + ".old")) \(PastedText.shellWord($0))", "systemctl daemon-reload"]
        }
        return MigrationReport.Section(
            "The way back",
            [
                "stop the new one, which writes its spool out, and start the old one: tables, Redis and lists serve both",
                "keep \(old.file), \(old.unit ?? oldUnit) and the old scripts until you are sure",
            ],
            lines: ["systemctl disable --now web-auth", "# put the old auth.lua and audit.lua back into /etc/dovecot"]
                + (back ?? []) + ["systemctl enable --now \(oldUnit)", "systemctl reload dovecot"])
    }

    /// What the old program has left that is read on.
    static func records(_ settings: Settings?) -> MigrationReport.Section {
        var points = [
            "the old journal: web-auth-server report reads the records of both programs",
            "audit_mail.py's YAML (KNOWN_GOOD_ASNS, KNOWN_DNS_SUFF, AS_COMMENTS): web-auth-server report --info FILE.yaml",
        ]
        if settings?.cache.mode == .redis {
            points.append(
                "the old Redis: its entries are read, new ones are written beside them; both programs may use it at once"
            )
        }
        return MigrationReport.Section("What the old program has left", points)
    }

    private static func absolute(_ old: OldInstallation) -> String {
        let name = old.file.split(separator: "/").last.map(String.init) ?? old.file
        return old.file.hasPrefix("/") ? old.file : "\(old.directory)/\(name)"
    }
}

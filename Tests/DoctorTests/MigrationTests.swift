import AuditCore
import Doctor
import PythonRegex
import Settings
import Testing

/// What `migrate` says of an old installation.
struct MigrationTests {
    /// Files by absolute path.
    private func old(
        _ text: String, files: [String: String] = [:], lists: [String: String]? = nil, dovecot: DovecotVersion? = nil
    ) -> OldInstallation {
        let environment = SettingsEnvironment(
            isFile: { files[$0] != nil },
            contents: { path throws(UnreadableFile) in
                guard let text = files[path] else { throw UnreadableFile(reason: "No such file or directory") }
                return Array(text.utf8)
            })
        var old = OldInstallation(
            file: "old/config.toml", bytes: Array(text.utf8), directory: "/opt/dovecot_web_auth/old",
            environment: environment,
            engine: PCRE2PatternEngine())
        old.dovecot = dovecot
        if let lists {
            old.listsDirectory = "/srv/lists"
            old.lists = lists.sorted { $0.key < $1.key }.map {
                OldInstallation.ListFile(name: $0.key, bytes: Array($0.value.utf8))
            }
        }
        return old
    }

    private let lists = [
        "/opt/lists/ip_networks.lst": "176.112.168.0/21 # VK\n",
        "/opt/lists/reverse_hostname.lst": "# cloud\nec2-.*\\.amazonaws\\.com\n.*\\.example\\.net\n.*\\.linode\\..*\n",
        "/opt/lists/network_cc.lst": "RU\nCN\n", "/opt/lists/as_numbers.lst": "AS47764 VK\nASX\n",
        "/opt/dovecot_web_auth/old/mmdb/GeoLite2-City.mmdb": "", "/opt/dovecot_web_auth/old/mmdb/GeoLite2-ASN.mmdb": "",
    ]

    @Test func `an old file is told what works, what differs and what to change, by its own lines`() throws {
        let report = MigrationReport(
            old(try Fixture.text("old-config.toml"), files: lists, dovecot: DovecotVersion(2, 3, 19)))
        let text = report.text
        // One line of one list is bad; the rest can be used.
        #expect(
            report.problems.count == 1 && report.problems[0].hasPrefix("/opt/lists/as_numbers.lst:2:"),
            "\(report.problems)")
        for part in [
            "the database mail_auth", "the directory below ou=users,dc=example,dc=com",
            "ip_networks: /opt/lists/ip_networks.lst, 1 entry", "network_cc: /opt/lists/network_cc.lst, 2 entries",
            "old/config.toml:6:8: read as ldap.port = 389",
            "old/config.toml:18:1: audit.audit_result_success: \"unkown\" is taken for \"unknown\"",
            "audit.maxmind.country: is not used", "only the level of loggers.dovecot_web_auth is used, not version",
            "/opt/lists/reverse_hostname.lst:2 (ec2-.*\\.amazonaws\\.com)", "audit.regex_match = \"prefix\"",
            "audit.ignore_networks: an IPv6 client is never in an IPv4 network",
            "audit.maxmind.city = \"./mmdb/GeoLite2-City.mmdb\" starts at the settings file's directory now",
            "# in /etc/dovecot-web-auth/config.toml: audit.maxmind.city = \"/opt/dovecot_web_auth/old/mmdb/GeoLite2-City.mmdb\"",
            "GRANT SELECT, INSERT ON mail_auth.log TO `mailserver`@`localhost`;",
            "GRANT UPDATE (comment, deleted) ON mail_auth.app_passwords",
            "mariadb mail_auth < database/mariadb-upgrade.sql",
            "Dovecot 2.3.19 is here", "args = file=/etc/dovecot/auth.lua blocking=yes", "fail open",
            "systemctl disable --now dovecot-web-auth.service", "systemctl enable --now web-auth",
            "report --info FILE.yaml", "the old Redis: its entries are read", "The way back",
        ] { #expect(text.contains(part), "\(part) is not in \(text)") }
        #expect(!text.contains("s3cret"))
        #expect(!text.contains("reverse_hostname.lst:4"), "a pattern that says how names end is the same as before")
    }

    @Test func `names of the old file stay names in what is pasted`() throws {
        let text = try Fixture.text("old-config.toml")
        let hostile = text.replacing("/mail_auth", with: "/mail-auth%3Bid%3E%2Ftmp%2Fx")
        try #require(hostile != text)
        let report = MigrationReport(old(hostile, files: lists)).text
        #expect(report.contains("GRANT SELECT ON `mail-auth;id>/tmp/x`.app_passwords TO `mailserver`@`localhost`;"))
        #expect(report.contains("-- mariadb 'mail-auth;id>/tmp/x' < database/mariadb-upgrade.sql"))
        for (name, sql) in [("mail_auth", "mail_auth"), ("a`b", "`a``b`"), ("1", "`1`"), ("", "``"), ("a\nb", "`a?b`")]
        {
            #expect(PastedText.sqlName(name) == sql)
        }
        for (word, shell) in [
            ("/a/b_c-1.old", "/a/b_c-1.old"), ("it's", #"'it'\''s'"#), ("-x", "'-x'"), ("", "''"), ("$(x)", "'$(x)'"),
        ] {
            #expect(PastedText.shellWord(word) == shell)
        }
    }

    @Test func `of a dsn that cannot be read nobody says that there is none`() throws {
        let text = try Fixture.text("old-config.toml").replacing("/mail_auth", with: "/mail_auth?what=1")
        let report = MigrationReport(old(text, files: lists)).text
        #expect(report.contains("database.dsn cannot be read: this section follows once it is mended"), "\(report)")
        #expect(!report.contains("SQLite file of the new service"))
    }

    @Test func `the scripts ask where the service listens`() throws {
        let text = try Fixture.text("old-config.toml")
        for (server, url) in [
            ("host = \"::1\"", "http://[::1]:8000"), ("host = \"0.0.0.0\"\nport = 8001", "http://127.0.0.1:8001"),
        ] {
            let changed =
                text.replacing(#/(?m)^\[server\]\n(?:\w.*\n)*/#, with: "") + "\n[server]\ntoken = \"x\"\n\(server)\n"
            let report = MigrationReport(old(changed, files: lists, dovecot: DovecotVersion(2, 4, 1))).text
            #expect(report.contains(url), "\(report)")
        }
    }

    @Test func `missing files and unknown keys have to be changed first, all at once`() throws {
        let text = try Fixture.text("old-config.toml").replacing("[auth]", with: "[auth]\ncache_tll = 5")
        let report = MigrationReport(old(text))
        for part in ["cache_tll", "/opt/lists/ip_networks.lst", "GeoLite2-ASN.mmdb"] {
            #expect(report.problems.contains { $0.contains(part) }, "\(part) is not in \(report.problems)")
        }
        #expect(report.text.contains("change old/config.toml:"))
    }

    @Test func `lists that were moved are found by their names, and what nobody names is said`() throws {
        let moved = Dictionary(
            uniqueKeysWithValues: lists.filter { $0.key.hasPrefix("/opt/lists") }.map { path, text in
                (String(path.split(separator: "/").last ?? ""), text)
            })
        let others = lists.filter { !$0.key.hasPrefix("/opt/lists") }
        let text = try Fixture.text("old-config.toml")
        let report = MigrationReport(
            old(text, files: others, lists: moved.merging(["as_cc.lst": "RU\n", "as_numbers.lst": "AS1\n"]) { $1 }))
        #expect(report.problems.isEmpty, "\(report.problems)")
        for part in [
            "ip_networks: /srv/lists/ip_networks.lst, 1 entry", "no key of audit.lists names /srv/lists/as_cc.lst",
            "cp -rT /srv/lists /etc/dovecot-web-auth/lists",
            "audit.lists.ip_networks = \"/etc/dovecot-web-auth/lists/ip_networks.lst\"",
        ] { #expect(report.text.contains(part), "\(part) is not in \(report.text)") }
    }

    @Test func `what is no TOML is said, with the rest that does not need it`() {
        let report = MigrationReport(old("[server\n"))
        #expect(report.problems.count == 1 && report.problems[0].hasPrefix("old/config.toml:1:"))
        #expect(report.text.contains("The way back") && report.text.contains("report --info"))
    }

    @Test func `a file that only asks for the defaults`() {
        let report = MigrationReport(old("[audit]\naudit_result_success = \"ok\"\n", dovecot: DovecotVersion(2, 4, 1)))
        #expect(report.problems.isEmpty)
        #expect(report.text.contains("result_internalfail = return-fail"))
        #expect(report.text.contains("no MariaDB is named by database.dsn"))
    }

    @Test(arguments: ["2.3", "2.4"], [true, false])
    func `the passdbs are those of the shipped examples`(version: String, failsClosed: Bool) throws {
        let example = try Fixture.source("lua/dovecot-\(version)-fail-\(failsClosed ? "closed" : "open").conf.ext")
        let lines = example.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("#") }.joined(
            separator: "\n")
        let snippet = DovecotSnippet(isNewStyle: version == "2.4", failsClosed: failsClosed)
        for block in [snippet.appPasswords, snippet.audit] {
            #expect(lines.contains(block.joined(separator: "\n")), "\(block)")
        }
        #expect(snippet.environment.isEmpty && snippet.unit.isEmpty)
    }

    @Test func `a token and another port reach the scripts`() {
        let old = DovecotSnippet(
            isNewStyle: false, failsClosed: false, url: "http://127.0.0.1:8001", tokenFile: "/etc/dovecot/token")
        #expect(old.lines.first == "import_environment = $import_environment WEB_AUTH_URL WEB_AUTH_TOKEN_FILE")
        #expect(
            old.unit == [
                "[Service]", "Environment=WEB_AUTH_URL=http://127.0.0.1:8001",
                "Environment=WEB_AUTH_TOKEN_FILE=/etc/dovecot/token",
            ])
        let new = DovecotSnippet(
            isNewStyle: true, failsClosed: false, url: "http://127.0.0.1:8001", tokenFile: "/etc/dovecot/token")
        #expect(
            new.lines.contains("    url = http://127.0.0.1:8001")
                && new.lines.contains("    token_file = /etc/dovecot/token"))
        #expect(new.environment.isEmpty && new.unit.isEmpty)
    }
}

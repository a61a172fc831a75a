import Foundation
import TestServers
import Testing

/// `doctor`, with real servers: silent where all is well, and each fault named with its remedy.
@Suite(
    .serialized, .timeLimit(.minutes(10)),
    .enabled(if: MailSite.canRun && InstalledServers.redis, "\(MailSite.missing) redis-server"))
struct DoctorTests {
    /// Something that is made wrong for a moment.
    struct Fault: Sendable {
        /// What the finding is called, and what it says to change.
        var id: String
        var change: String
        /// Done by the administrator of the database, and undone.
        var sql = ""
        var undo = ""
        /// What is written in place of what in the settings.
        var settings: (old: String, new: String) = ("", "")
        var isError = true
    }

    private static let faults: [Fault] = [
        // The service's rights.
        Fault(
            id: "database.grant.passwords_select",
            change: "GRANT SELECT ON mail_auth.app_passwords TO `mailserver`@`localhost`",
            sql: "REVOKE SELECT ON mail_auth.app_passwords FROM mailserver@localhost",
            undo: "GRANT SELECT ON mail_auth.app_passwords TO mailserver@localhost"),
        Fault(
            id: "database.grant.log_select", change: "GRANT SELECT ON mail_auth.log TO",
            sql: "REVOKE SELECT ON mail_auth.log FROM mailserver@localhost",
            undo: "GRANT SELECT ON mail_auth.log TO mailserver@localhost"),
        Fault(
            id: "database.grant.log_insert", change: "GRANT SELECT, INSERT ON mail_auth.log TO",
            sql: "REVOKE INSERT ON mail_auth.log FROM mailserver@localhost",
            undo: "GRANT INSERT ON mail_auth.log TO mailserver@localhost"),
        Fault(
            id: "database.grant.limits_select", change: "GRANT SELECT ON mail_auth.app_password_limits TO",
            sql: "REVOKE SELECT ON mail_auth.app_password_limits FROM mailserver@localhost",
            undo: "GRANT SELECT ON mail_auth.app_password_limits TO mailserver@localhost"),
        Fault(
            id: "database.grant.limits_update_bound",
            change: "GRANT UPDATE (bound) ON mail_auth.app_password_limits TO",
            sql: "REVOKE UPDATE (bound) ON mail_auth.app_password_limits FROM mailserver@localhost",
            undo: "GRANT UPDATE (bound) ON mail_auth.app_password_limits TO mailserver@localhost"),
        Fault(
            id: "database.grant.limits_update_announced",
            change: "GRANT UPDATE (announced) ON mail_auth.app_password_limits TO",
            sql: "REVOKE UPDATE (announced) ON mail_auth.app_password_limits FROM mailserver@localhost",
            undo: "GRANT UPDATE (announced) ON mail_auth.app_password_limits TO mailserver@localhost"),
        // The tables.
        Fault(
            id: "database.tables", change: "mariadb mail_auth < database/mariadb.sql",
            sql: "RENAME TABLE log TO elsewhere",
            undo: "RENAME TABLE elsewhere TO log"),
        Fault(
            id: "database.letters", change: "CONVERT TO CHARACTER SET utf8mb4",
            sql: "ALTER TABLE log MODIFY src_loc text CHARACTER SET latin1",
            undo: "ALTER TABLE log MODIFY src_loc text CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin", isError: false),
        Fault(
            id: "database.collation", change: "database/mariadb-upgrade.sql",
            sql:
                "ALTER TABLE app_passwords MODIFY uid varchar(256) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL",
            undo:
                "ALTER TABLE app_passwords MODIFY uid varchar(256) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL",
            isError: false),
        Fault(
            id: "database.index.log", change: "database/mariadb-upgrade.sql",
            sql: "ALTER TABLE log ADD INDEX plain (pwid), DROP INDEX log_pwid_timestamp",
            undo: "ALTER TABLE log ADD INDEX log_pwid_timestamp (pwid, timestamp), DROP INDEX plain", isError: false),
        Fault(
            id: "database.limits", change: "database/mariadb-upgrade.sql",
            sql: "RENAME TABLE app_password_limits TO elsewhere",
            undo: "RENAME TABLE elsewhere TO app_password_limits", isError: false),
        Fault(
            id: "database.result", change: "database/mariadb-upgrade.sql",
            sql: "ALTER TABLE log CHANGE result outcome varchar(32) NULL",
            undo: "ALTER TABLE log CHANGE outcome result varchar(32) NULL", isError: false),
        Fault(
            id: "database.index.passwords", change: "ADD INDEX (uid)",
            sql: "ALTER TABLE app_passwords DROP INDEX app_passwords_pk",
            undo: "ALTER TABLE app_passwords ADD CONSTRAINT app_passwords_pk UNIQUE (uid, password)", isError: false),
        Fault(
            id: "database.engine", change: "ENGINE = InnoDB",
            sql: "ALTER TABLE log DROP FOREIGN KEY log_app_passwords_id_fk; ALTER TABLE log ENGINE = MyISAM",
            undo: """
                ALTER TABLE log ENGINE = InnoDB; ALTER TABLE log ADD CONSTRAINT log_app_passwords_id_fk FOREIGN KEY (pwid) \
                REFERENCES app_passwords (id) ON DELETE CASCADE
                """),
        Fault(
            id: "database.readonly", change: "read_only = 0", sql: "SET GLOBAL read_only = 1",
            undo: "SET GLOBAL read_only = 0"),
        Fault(
            id: "database.clock", change: "timedatectl set-ntp true",
            sql: "SET GLOBAL init_connect = 'SET timestamp = 1600000000'",
            undo: "SET GLOBAL init_connect = ''", isError: false),
        Fault(
            id: "database.zone", change: "database/mariadb-upgrade.sql",
            sql:
                "SET GLOBAL time_zone = '+02:00'; ALTER TABLE log MODIFY timestamp datetime(3) NOT NULL DEFAULT current_timestamp(3)",
            undo:
                "SET GLOBAL time_zone = '+00:00'; ALTER TABLE log MODIFY timestamp datetime(3) NOT NULL DEFAULT utc_timestamp(3)",
            isError: false),
        Fault(
            id: "database.connections", change: "database.pool_size = ", sql: "SET GLOBAL max_connections = 12",
            undo: "SET GLOBAL max_connections = 150", settings: ("[ldap]", "pool_size = 20\n[ldap]"), isError: false),
        // The way there.
        Fault(id: "database.access", change: "user and password in database.dsn", settings: ("p%25ss", "wrong")),
        Fault(
            id: "database.missing", change: "the database that database.dsn names", settings: ("mail_auth", "elsewhere")
        ),
        Fault(
            id: "database.unreachable", change: "systemctl start mariadb",
            settings: ("unix_socket=/", "unix_socket=/nowhere/")),
        // Rows.
        Fault(
            id: "passwords.hash", change: "app-password audit",
            sql: "INSERT INTO app_passwords (uid, password, created) VALUES ('alice', '{CRAM-MD5}00', '2026-01-01')",
            undo: "DELETE FROM app_passwords WHERE password LIKE '{CRAM-MD5}%'", isError: false),
        Fault(
            id: "passwords.unreachable", change: "app-password audit",
            sql: "INSERT INTO app_passwords (uid, password, created) VALUES ('nobody', '{PLAIN}x', '2026-01-01')",
            undo: "DELETE FROM app_passwords WHERE uid = 'nobody'", isError: false),
        Fault(
            id: "passwords.spelling", change: "app-password audit",
            sql: "INSERT INTO app_passwords (uid, password, created) VALUES ('Alice', '{PLAIN}y', '2026-01-01')",
            undo: "DELETE FROM app_passwords WHERE password = '{PLAIN}y'", isError: false),
        // The directory.
        Fault(
            id: "directory.unreachable", change: "ldap.host and ldap.port",
            settings: ("host = \"127.0.0.1\"", "host = \"127.0.0.2\"")),
        Fault(
            id: "directory.bind", change: "ldap.bind and ldap.password",
            settings: ("[ldap]", "[ldap]\nbind = \"cn=admin,dc=example,dc=com\"\npassword = \"wrong\"")),
        Fault(id: "directory.base", change: "ldap.basedn", settings: ("ou=users,", "ou=nowhere,")),
        Fault(
            id: "directory.filter", change: "ldap.filter or ldap.basedn",
            settings: ("[ldap]", "[ldap]\nfilter = \"(mail={username})\"")),
        Fault(
            id: "directory.tls", change: "ldap.tls_cert", settings: ("[ldap]", "[ldap]\ntls = true")),
        // Redis.
        Fault(
            id: "redis.unreachable", change: "cache.host, cache.port",
            settings: ("[cache]", "[cache]\nunix_socket = \"nowhere\""), isError: false),
        Fault(
            id: "shared.unreachable", change: "shared.host, shared.port",
            settings: (
                "[cache]", "[shared]\nsecret = \"0123456789abcdef0123456789abcdef\"\nunix_socket = \"nowhere\"\n[cache]"
            ), isError: false),
        Fault(
            id: "shared.access", change: "shared.user and shared.password",
            settings: (
                "[cache]",
                "[shared]\nsecret = \"0123456789abcdef0123456789abcdef\"\nuser = \"nobody\"\npassword = \"x\"\n[cache]"
            ), isError: false),
        // The settings and what they name.
        Fault(id: "settings.audit.mdoe", change: "line ", settings: ("[audit]", "[audit]\nmdoe = \"watch\"")),
        Fault(
            id: "settings.audit.lists.as_cc", change: "audit.lists.as_cc",
            settings: ("ip_networks = \"nets.lst\"", "ip_networks = \"nets.lst\"\nas_cc = \"gone.lst\"")),
        Fault(
            id: "settings.note.audit.maxmind.country", change: "audit.maxmind.country",
            settings: ("[audit.lists]", "[audit.maxmind]\ncountry = \"x.mmdb\"\n[audit.lists]"), isError: false),
        Fault(
            id: "lists.line", change: "broken.lst:2",
            settings: ("ip_networks = \"nets.lst\"", "as_numbers = \"broken.lst\"")),
        Fault(
            id: "places.file", change: "geoipupdate",
            settings: ("[audit.lists]", "[audit.maxmind]\ncity = \"broken.mmdb\"\n[audit.lists]")),
        Fault(
            id: "places.old", change: "geoipupdate.timer",
            settings: ("[audit.lists]", "[audit.maxmind]\ncity = \"city.mmdb\"\n[audit.lists]"), isError: false),
    ]

    @Test func `a good installation is silent, and each fault is named with its remedy`() async throws {
        let redis = try await RedisServer()
        let site = try await Self.site(redis)
        let good = site.directory.read("config.toml")
        let well = try await Self.doctor(site)
        #expect(well.output.isEmpty && well.status == 0, "\(well.output)\(well.errors)")
        let rows = try await site.rows("SELECT COUNT(*), MAX(id) FROM log")

        for fault in Self.faults {
            if !fault.sql.isEmpty { try await site.sql(fault.sql) }
            if !fault.settings.old.isEmpty {
                let (old, new) = fault.settings
                let broken = good.replacing(old, with: new)
                #expect(broken != good, "\(fault.id)")
                try site.directory.write("config.toml", broken)
                try Self.close(site.directory)
            }
            let ill = try await Self.doctor(site)
            let found = ill.output.split(separator: "\n").map(String.init)
            let line = found.firstIndex { $0.contains(": \(fault.id): ") }
            if let line, found.indices.contains(line + 2) {
                #expect(found[line].hasPrefix(fault.isError ? "error: " : "warning: "), "\(ill.output)")
                #expect(found[line + 1].hasPrefix("    why: "), "\(ill.output)")
                #expect(
                    found[line + 2].hasPrefix("    change: ") && found[line + 2].contains(fault.change), "\(ill.output)"
                )
            } else {
                Issue.record("\(fault.id) is not in: \(ill.output)\(ill.errors)")
            }
            #expect(ill.status == (ill.output.contains("error: ") ? 2 : 1), "\(fault.id)")
            if !fault.undo.isEmpty { try await site.sql(fault.undo) }
            if !fault.settings.old.isEmpty {
                try site.directory.write("config.toml", good)
                try Self.close(site.directory)
            }
        }
        let again = try await Self.doctor(site)
        #expect(again.output.isEmpty && again.status == 0, "\(again.output)\(again.errors)")
        #expect(try await site.rows("SELECT COUNT(*), MAX(id) FROM log") == rows, "nothing is left behind")
    }

    @Test func `it goes on after each finding, and says the same in JSON`() async throws {
        let redis = try await RedisServer(password: "secret")
        let site = try await Self.site(redis)
        let good = site.directory.read("config.toml")
        try site.directory.write(
            "config.toml", good.replacing("p%25ss", with: "wrong").replacing("ou=users,", with: "ou=gone,"))
        try Self.close(site.directory)
        let result = try await Self.doctor(site, "--json")
        #expect(result.status == 2)
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any] ?? [:]
        let findings = object["findings"] as? [[String: Any]] ?? []
        #expect(findings.compactMap { $0["id"] as? String } == ["database.access", "directory.base", "redis.access"])
        #expect(object["errors"] as? Int == 2 && object["warnings"] as? Int == 1)
        for finding in findings {
            for key in ["severity", "what", "why", "change"] { #expect((finding[key] as? String)?.isEmpty == false) }
        }
        #expect(!result.output.contains("wrong%3A"))

        // Not even TOML: what does not need it is looked at all the same.
        try site.directory.write("config.toml", "[server\n")
        let none = try await Self.doctor(site)
        #expect(none.status == 2)
        #expect(none.output.hasPrefix("error: settings: config.toml:1:"), "\(none.output)")
        let gone = try await Self.doctor(site, "--config", "gone.toml")
        #expect(gone.status == 2 && gone.output.contains("gone.toml"), "\(gone.output)\(gone.errors)")
    }

    @Test func `the webmail's rights are tried with its own user`() async throws {
        let redis = try await RedisServer()
        let site = try await Self.site(redis)
        try site.directory.write(
            "webmail.dsn", "mysql://roundcube:webmail@localhost/mail_auth?unix_socket=\(site.mariadb.socket)\n")
        let well = try await Self.doctor(site, "--webmail-dsn-file", "webmail.dsn")
        #expect(well.output.isEmpty && well.status == 0, "\(well.output)\(well.errors)")
        for (revoked, id) in [
            ("UPDATE (deleted) ON mail_auth.app_passwords", "passwords_update_deleted"),
            ("UPDATE (comment) ON mail_auth.app_passwords", "passwords_update_comment"),
            ("INSERT (uid, password, created) ON mail_auth.app_passwords", "passwords_insert"),
            ("SELECT ON mail_auth.app_passwords_with_log", "view_select"),
        ] {
            try await site.sql("REVOKE \(revoked) FROM roundcube@localhost")
            let ill = try await Self.doctor(site, "--webmail-dsn-file", "webmail.dsn", "--fix-hints")
            #expect(
                ill.status == 2 && ill.output.contains("error: database.grant.\(id): roundcube@localhost "),
                "\(ill.output)")
            // What it says to do mends it.
            let hints = ill.output.split(separator: "\n").filter { $0.hasPrefix("    | GRANT ") }.map {
                $0.dropFirst(6)
            }
            #expect(!hints.isEmpty)
            try await site.sql(hints.joined(separator: "\n"))
        }
        #expect(try await Self.doctor(site, "--webmail-dsn-file", "webmail.dsn").status == 0)
    }

    @Test func `a directory that hides what disables accounts is named`() async throws {
        let slapd = try await SlapdServer(
            ldif: LDIF.users + LDIF.account("alice"),
            access: "access to attrs=loginShell by * none\naccess to * by * read")
        let directory = try TemporaryDirectory()
        try directory.write(
            "config.toml",
            """
            [server]
            state_directory = "state"
            [ldap]
            host = "127.0.0.1"
            port = \(slapd.port)
            basedn = "ou=users,dc=example,dc=com"
            timeout = "10s"
            [cache]
            mode = "memory"
            [lookup]
            offline = true
            [audit]
            sinks = ["stderr"]
            """)
        try Self.close(directory)
        #expect(try Program.run(["app-password", "add", "alice"], in: directory).status == 0)
        let result = try await onThread { try Program.run(["doctor"] + Self.left, in: directory) }
        #expect(
            result.status == 2 && result.output.contains("error: directory.hidden: "),
            "\(result.output)\(result.errors)")
    }

    @Test func `the state directory has to be the service's own`() async throws {
        let directory = try TemporaryDirectory()
        let state = directory.path + "/state"
        try directory.write(
            "config.toml",
            """
            [server]
            state_directory = "state"
            [cache]
            mode = "memory"
            [lookup]
            offline = true
            [audit]
            sinks = ["stderr"]
            """)
        try Self.close(directory)
        func doctor() throws -> Program.Result { try Program.run(["doctor"] + Self.left, in: directory) }
        func set(_ mode: Int, _ path: String) throws {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        }
        #expect(try doctor().output.isEmpty, "it makes what is not there")
        #expect(try Program.run(["app-password", "add", "alice"], in: directory).status == 0)
        let well = try doctor()
        #expect(well.status == 0 && well.output.isEmpty, "\(well.output)")
        try set(0o500, state)
        let closed = try doctor()
        #expect(
            closed.output.contains("error: state.owner: ") && closed.output.contains("change: chown -R "),
            "\(closed.output)")
        try set(0o700, state)
        try set(0o400, state + "/web-auth.sqlite")
        let file = try doctor()
        #expect(file.output.contains("error: state.file: "), "\(file.output)")
        try set(0o600, state + "/web-auth.sqlite")
        // Its log, if a verb has left one, would mend it.
        for ending in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: state + "/web-auth.sqlite" + ending)
        }
        try directory.write("state/web-auth.sqlite", "no database")
        OrdinaryUser.own(state + "/web-auth.sqlite")
        let garbage = try doctor()
        #expect(garbage.output.contains("error: database.file: "), "\(garbage.output)")
        try set(0o500, directory.path)
        try directory.write("config.toml", directory.read("config.toml").replacing("\"state\"", with: "\"other\""))
        try Self.close(directory)
        let missing = try doctor()
        #expect(missing.output.contains("error: state.missing: "), "\(missing.output)")
        try set(0o700, directory.path)
        try directory.write(
            "config.toml", directory.read("config.toml").replacing("\"other\"", with: "\"config.toml\""))
        try Self.close(directory)
        #expect(try doctor().output.contains("error: state.directory: "))
        try set(0o646, directory.path + "/config.toml")
        #expect(try doctor().output.contains("error: files.writable: "))
        try set(0o644, directory.path + "/config.toml")
        #expect(try doctor().output.contains("warning: files.exposed: "))
    }

    @Test func `what the service could not make, read or run is named`() async throws {
        let directory = try TemporaryDirectory()
        let elsewhere = try TemporaryDirectory()
        func doctor(_ settings: String) throws -> String {
            try directory.write(
                "config.toml",
                "[cache]\nmode = \"memory\"\n[lookup]\noffline = true\n[audit]\nsinks = [\"stderr\"]\n" + settings)
            try Self.close(directory)
            let result = try Program.run(["doctor"] + Self.left, in: directory)
            #expect(result.status == (result.output.contains("error: ") ? 2 : 1), "\(result.output)")
            return result.output
        }
        let database = try doctor("[database]\ndsn = \"sqlite:////proc/none/x.sqlite\"\n")
        #expect(database.contains("error: database.file: /proc/none/x.sqlite is not there"), "\(database)")
        #expect(database.contains("change: install -d -m 700 -o "))
        let source = try doctor("[lists]\nsource = \"file:///nonexistent/lists\"\n")
        #expect(source.contains("error: lists.source: "), "\(source)")
        let mail = try doctor("[alarms]\nmail_to = [\"a@example.org\"]\nsendmail = \"/nonexistent\"\n")
        #expect(mail.contains("warning: settings.note.alarms.sendmail: "), "\(mail)")
        try directory.write("net.lst", "192.88.98.0/24\n")
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: directory.path + "/net.lst")
        let list = try doctor("[audit.lists]\nip_networks = \"net.lst\"\n")
        #expect(list.contains("error: lists.unreadable: ") && list.contains("let the user "), "\(list)")
        // Programs under test see everything but their own directory mounted read-only.
        if geteuid() == 0 {
            OrdinaryUser.own(elsewhere.path)
            let readOnly = try doctor("[server]\nstate_directory = \"\(elsewhere.path)\"\n")
            #expect(readOnly.contains("error: state.readonly: "), "\(readOnly)")
        }
    }

    @Test func `a stopped service is seen wherever it listens`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            "config.toml",
            """
            [[server.listen]]
            address = "unix:\(directory.path)/web-auth.sock"
            [server]
            state_directory = "state"
            [cache]
            mode = "memory"
            [lookup]
            offline = true
            [audit]
            sinks = ["stderr"]
            """)
        try Self.close(directory)
        func doctor() throws -> Program.Result { try Program.run(["doctor", "--skip", "dovecot"], in: directory) }
        let stopped = try doctor()
        #expect(stopped.status == 2)
        #expect(
            stopped.output.contains("error: service.stopped: nobody listens on unix:\(directory.path)/web-auth.sock\n"),
            "\(stopped.output)\(stopped.errors)")
    }

    /// What is not there in these tests.
    private static let left = ["--skip", "dovecot", "--skip", "service"]

    private static func doctor(_ site: MailSite, _ arguments: String...) async throws -> Program.Result {
        try await onThread { try Program.run(["doctor"] + left + arguments, in: site.directory) }
    }

    /// Everything as it should be, with an app password that was used.
    private static func site(_ redis: RedisServer) async throws -> MailSite {
        let site = try await MailSite(
            timeout: "10s",
            settings: """
                [audit.lists]
                ip_networks = "nets.lst"
                [cache]
                host = "127.0.0.1"
                port = \(redis.port)
                [server]
                state_directory = "state"
                [lookup]
                offline = true
                """)
        try site.directory.write("nets.lst", "192.88.98.0/24\n")
        try site.directory.write("broken.lst", "AS1\nASX\n")
        try site.directory.write("broken.mmdb", "no MMDB")
        // Built in 2023.
        try FileManager.default.copyItem(
            atPath: Tool.sources + "/Tests/GeoIPTests/Fixtures/city.mmdb", toPath: site.directory.path + "/city.mmdb")
        try close(site.directory)
        try await site.sql(
            """
            SET GLOBAL time_zone = '+00:00';
            INSERT INTO app_passwords (uid, password, created) VALUES ('alice', '{PLAIN}z', '2026-01-01');
            INSERT INTO log (pwid, service, timestamp) SELECT id, 'imap', '2026-01-02' FROM app_passwords;
            """)
        return site
    }

    /// Lets nobody else read the settings.
    private static func close(_ directory: TemporaryDirectory) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: directory.path + "/config.toml")
        OrdinaryUser.own(directory.path + "/config.toml")
    }
}

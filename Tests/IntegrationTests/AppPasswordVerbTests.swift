import Foundation
import TestServers
import Testing

/// `app-password` where rows, files or accounts are not as they should be.
struct AppPasswordVerbTests {
    private func sql(_ statement: String, in directory: TemporaryDirectory) throws {
        try SQLiteShell.run(statement, on: directory.path + "/var/web-auth.sqlite")
    }

    private static func kinds(_ kinds: [String]) -> [String] { kinds.flatMap { ["--kind", $0] } }

    private static let goodHash =
        "{CRYPT}$6$GoodRowSalt00000$RsH7pPtelxIBAlS1Sq54P.X3hDuMAwpzfdJ.aPxhCnPgYVWZcEfMfXAE.e0jW2OUmjzfC7HDhda4onNMa9AGH/"

    @Test func `what is no time in deleted is revoked for every verb, and said so`() throws {
        let directory = try TemporaryDirectory()
        _ = try Program.run(["app-password", "add", "alice"], in: directory)
        try sql(
            "INSERT INTO app_passwords (uid, password, deleted) VALUES ('zed', '\(Self.goodHash)', '0000-00-00 00:00:00'), "
                + "('zoe', '\(Self.goodHash)', 1732000000), ('zan', '\(Self.goodHash)', '')", in: directory)
        for (id, user) in [(2, "zed"), (3, "zoe"), (4, "zan")] {
            #expect(try Program.run(["app-password", "list", user], in: directory).output.contains("revoked"))
            #expect(
                try !Program.run(["app-password", "list", user, "--json"], in: directory).output.contains(
                    #""deleted":null"#))
            #expect(try Program.run(["app-password", "history", "\(id)"], in: directory).status == 0)
            let again = try Program.run(["app-password", "revoke", "\(id)"], in: directory)
            #expect(again.status == 64)
            #expect(again.errors.contains("app password \(id) is revoked already\n"))
        }
        for verb in [["revoke", "99"], ["revoke", "99", "--hard"], ["rename", "99", "x"], ["history", "99"]] {
            let missing = try Program.run(["app-password"] + verb, in: directory)
            #expect(missing.status == 64)
            #expect(missing.errors.contains("there is no app password 99\n"))
        }
    }

    @Test func `an audit lists what is of no use, as text and as JSON`() throws {
        let directory = try TemporaryDirectory()
        #expect(try Program.run(["app-password", "audit", "--json"], in: directory).output == "[]\n")
        try sql(
            """
            INSERT INTO app_passwords (id, uid, password, created, deleted) VALUES
                (1, 'alice', '\(Self.goodHash)', '2026-11-23 17:15:41', NULL),
                (2, 'Dave', '\(Self.goodHash)', '2026-11-23 17:15:41', NULL),
                (3, 'erna', '{CRAM-MD5}0123456789abcdef', '2026-11-23 17:15:41', NULL),
                (4, ' eve ', '\(Self.goodHash)', 'yesterday', NULL), (5, 'f' || char(27), '\(Self.goodHash)', '2026-11-23 17:15:41', NULL),
                (6, 'old', 'nonsense', '2026-11-23 17:15:41', '2026-11-24 17:15:41'),
                (7, 'zed', 'nonsense', '2026-11-23 17:15:41', '');
            INSERT INTO log (pwid, service, timestamp) SELECT id, 'imap', '2026-11-24 00:00:00' FROM app_passwords WHERE id <> 3;
            """, in: directory)
        let kinds = Self.kinds(["unreachable", "spelling", "hash", "date", "unused"])
        let text = try Program.run(["app-password", "audit"] + kinds, in: directory)
        #expect(text.status == 0, "\(text.errors)")
        let lines = text.output.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        #expect(
            lines.map { $0[0] + " " + $0[2] } == [
                "2 spelling", "3 hash", "3 unused", "4 unreachable", "4 date", "5 unreachable", "7 date",
            ])
        #expect(!text.output.contains("\u{1b}"))
        #expect(!text.output.contains("0123456789abcdef"))
        #expect(text.errors.contains("7 app passwords, 5 with findings"))
        let json = try Program.run(["app-password", "audit", "--json"] + kinds, in: directory).output
        let array = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [[String: Any]])
        #expect(array.map { $0["kind"] as? String } == lines.map { $0[2] })
        #expect(array.map { $0["id"] as? Int } == lines.map { Int($0[0]) })
        #expect(array.last?["user"] as? String == "zed")
    }

    @Test func `an audit goes through more rows than it reads at a time`() throws {
        let directory = try TemporaryDirectory()
        _ = try Program.run(["app-password", "audit"], in: directory)
        try sql(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
                + "INSERT INTO app_passwords (id, uid, password) SELECT i * 3, 'u' || i, 'broken' FROM n", in: directory
        )
        let result = try Program.run(["app-password", "audit"], in: directory)
        #expect(result.output.split(separator: "\n").count { $0.contains("\thash\t") } == 1000)
        #expect(result.errors.contains("1000 app passwords, 1000 with findings"))
    }

    @Test(.enabled(if: MailSite.canRun, "\(MailSite.missing)"), arguments: MailSite.Tables.allCases)
    func `an audit asks the directory, and needs no more rights than the service`(tables: MailSite.Tables) async throws
    {
        let accounts =
            LDIF.account("alice") + LDIF.account("dave") + LDIF.account("twin", called: "a")
            + LDIF.account("twin", called: "b")
        let site = try await MailSite(tables: tables, accounts: accounts)
        try await site.sql(
            ["alice", "Dave", "nobody", "twin"].map {
                "INSERT INTO app_passwords (uid, password) VALUES ('\($0)', '\(Self.goodHash)');"
            }.joined() + "INSERT INTO log (pwid, service) SELECT id, 'imap' FROM app_passwords;")
        let result = try await onThread {
            try Program.run(["app-password", "audit"] + Self.kinds(["unreachable", "spelling"]), in: site.directory)
        }
        #expect(result.status == 0, "\(result.errors)")
        let lines = result.output.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        #expect(lines.map { $0[1] + " " + $0[2] } == ["Dave spelling", "nobody unreachable", "twin unreachable"])
        #expect(result.output.contains("the directory spells it dave"))

        try await site.slapd.process.kill()
        let dead = try await onThread { try Program.run(["app-password", "audit"], in: site.directory) }
        #expect(dead.status == 69)
        #expect(dead.errors.contains("directory unreachable"))
    }

    @Test(.enabled(if: InstalledServers.slapd, "\(InstalledServers.slapdMissing)"))
    func `a password for a name that the directory has not is made with a warning`() async throws {
        let slapd = try await SlapdServer(ldif: LDIF.users + LDIF.account("alice"))
        let directory = try TemporaryDirectory()
        try directory.write(
            "config.toml",
            "[ldap]\nhost = \"127.0.0.1\"\nport = \(slapd.port)\nbasedn = \"ou=users,dc=example,dc=com\"\n")
        func add(_ user: String) async throws -> Program.Result {
            try await onThread { try Program.run(["app-password", "add", user], in: directory) }
        }
        let typo = try await add("alicce")
        #expect(typo.status == 0)
        #expect(typo.output.count == 20)
        #expect(typo.errors.contains("warning: the directory has no account alicce"))
        #expect(try await add("Alice").errors.contains("warning: the directory spells the account alice"))
        #expect(try await add("alice").errors.contains("warning") == false)
        try await slapd.process.kill()
        let unasked = try await add("alice")
        #expect(unasked.status == 0)
        #expect(unasked.errors.contains("warning: whether there is an account alice could not be found out"))
    }

    @Test func `which database is used is said, and one that cannot be opened is named`() throws {
        let directory = try TemporaryDirectory()
        let added = try Program.run(["app-password", "add", "alice"], in: directory)
        #expect(added.errors.contains("the database is \(directory.path)/var/web-auth.sqlite\n"))
        #expect(added.output.count == 20)
        try directory.write("config.toml", "[database]\ndsn = \"sqlite:///gone/below/a.sqlite\"\n")
        try directory.write("gone", "a file")
        let broken = try Program.run(["app-password", "list", "alice"], in: directory)
        #expect(broken.status == 69)
        #expect(broken.errors.contains("\(directory.path)/gone/below/a.sqlite"), "\(broken.errors)")
    }

    @Test(.enabled(if: geteuid() == 0, "needs root, to run the verb as root"))
    func `what root makes before the first start the service can open`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[server]\nstate_directory = \"state\"\n")
        let config = directory.path + "/config.toml"
        let added = try Tool.run(try Program.path, ["app-password", "add", "alice", "--config", config])
        #expect(added.status == 0, "\(added.errors)")
        let server = try await ServerProcess(in: directory)
        #expect(try server.auth("alice", added.output.trimmingCharacters(in: .newlines)).status == 200)
        // Root's next command leaves nothing behind that is root's alone, either.
        #expect(try Tool.run(try Program.path, ["app-password", "add", "bert", "--config", config]).status == 0)
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.path + "/state")
        for file in files {
            let attributes = try FileManager.default.attributesOfItem(atPath: directory.path + "/state/" + file)
            #expect(attributes[.ownerAccountID] as? UInt32 == OrdinaryUser.id, "\(file)")
        }
    }
}

import Foundation
import Testing

/// Names that mean something to SQL, to LDAP or to a collation: each logs in as itself, or not at all.
@Suite(.timeLimit(.minutes(10)), .enabled(if: MailSite.canRun, "\(MailSite.missing)"))
struct NameTests {
    /// Accounts that LDAP tells apart; `Upper` is spelled so there.
    private static let accounts = [
        "alice", "j_doe", "jxdoe", "100%", "*", "a)(uid=*", "müller", "muller", "Upper", #"back\slash"#,
    ]
    /// Names that nobody has, however like somebody's they are.
    private static let strangers = [
        "%", "_", "j%", "j.doe", "alice*", "a*", "mueller", "MÜLLER%", "alice)(uid=*", "' OR '1'='1", #"\2a"#, "nobody",
    ]

    /// A directory with all of them, and a password for each name, strangers too: rows without an account.
    private static func site(_ tables: MailSite.Tables) async throws -> (site: MailSite, passwords: [String: String]) {
        let entries =
            accounts.map { LDIF.account($0) } + [
                LDIF.account("off", more: "homeDirectory: /home/off\nloginShell: /bin/false"),
                LDIF.account("homeless", more: "homeDirectory: /dev/null\nloginShell: /bin/bash"),
                LDIF.account("twin", called: "first"), LDIF.account("twin", called: "second"),
            ]
        let site = try await MailSite(tables: tables, accounts: entries.joined())
        var passwords: [String: String] = [:]
        var rows: [String] = []
        for name in accounts + strangers + ["off", "homeless", "twin"] {
            let password = RoundcubePlugin.password()
            passwords[name] = password
            rows.append("(\(RoundcubePlugin.quoted(name)), '\(RoundcubePlugin.hash(password, rounds: 1000))')")
        }
        try await site.sql("INSERT INTO app_passwords (uid, password) VALUES \(rows.joined(separator: ", "))")
        return (site, passwords)
    }

    /// Logs in with any name; each account from a network of its own, so that no limit on guesses is met.
    private func login(_ name: String, _ password: String, _ server: ServerProcess, network: Int) throws -> Int {
        let quoted = String(decoding: try JSONEncoder().encode(name), as: UTF8.self)
        let encoded = Data(password.utf8).base64EncodedString()
        return try server.request(
            "POST", "/auth",
            #"{"username":\#(quoted),"password":"\#(encoded)","service":"imap","remote_ip":"198.18.\#(network).1"}"#
        ).status
    }

    @Test(arguments: MailSite.Tables.allCases)
    func `with the password of another nobody gets in, and with one's own everybody`(tables: MailSite.Tables)
        async throws
    {
        let (site, passwords) = try await Self.site(tables)
        let server = try await ServerProcess(in: site.directory)
        for (network, name) in Self.accounts.enumerated() {
            for (owner, password) in passwords {
                let status = try login(name, password, server, network: network)
                #expect(status == (owner == name ? 200 : 401), "\(name) with the password of \(owner)")
            }
        }
        for (network, name) in Self.strangers.enumerated() {
            for password in [passwords[name], passwords["alice"], passwords["*"]] {
                #expect(try login(name, #require(password), server, network: 100 + network) == 404, "\(name)")
            }
        }
        #expect(try login("off", #require(passwords["off"]), server, network: 200) == 403)
        #expect(try login("off", "wrong", server, network: 200) == 403)
        #expect(try login("homeless", #require(passwords["homeless"]), server, network: 200) == 403)
        #expect(try login("twin", #require(passwords["twin"]), server, network: 200) == 400)
        // LDAP ignores case: an account is found under any, and its passwords stay its own.
        for (name, owner) in [
            ("ALICE", "alice"), ("upper", "Upper"), ("UPPER", "Upper"), ("J_Doe", "j_doe"), ("MÜLLER", "müller"),
        ] {
            for (other, password) in passwords {
                let status = try login(name, password, server, network: 201)
                #expect(status == (other == owner ? 200 : 401), "\(name) with the password of \(other)")
            }
        }
        for name in ["alice\u{0}", "alice\n", " alice", "alice ", ""] {
            #expect(try login(name, #require(passwords["alice"]), server, network: 202) == 404)
        }
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        // Each use is in the log of the password it was made with.
        let strays = try await site.rows(
            """
            SELECT count(*) FROM log l JOIN app_passwords p ON p.id = l.pwid
            WHERE p.uid IN ('off', 'homeless', 'twin') OR l.src_ip LIKE '198.18.1__.1'
            """)
        #expect(strays == [["0"]])
    }
}

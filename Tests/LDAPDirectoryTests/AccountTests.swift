import TestKit
import AppPasswordCore
import AppPasswordCoreTesting
import LDAPDirectory
import TestServers
import Testing

@Suite(.enabled(if: InstalledServers.slapd, "\(InstalledServers.slapdMissing)"))
struct AccountTests {
    private func directory(_ change: (inout LDAPDirectory.Configuration) -> Void = { _ in }) async throws
        -> LDAPDirectory
    {
        var configuration = TestDirectory.configuration(try await TestDirectory.server())
        change(&configuration)
        return LDAPDirectory(configuration)
    }

    @Test(arguments: [
        ("alice", AccountAnswer.found(Account(uid: "alice"))),
        ("ALICE", .found(Account(uid: "alice"))),
        ("upper", .found(Account(uid: "Upper"))),
        ("j_doe", .found(Account(uid: "j_doe"))),
        ("jxdoe", .found(Account(uid: "jxdoe"))),
        ("muller", .found(Account(uid: "muller"))),
        ("müller", .found(Account(uid: "müller"))),
        ("100%", .found(Account(uid: "100%"))),
        ("*", .found(Account(uid: "*", otherNames: ["star"]))),
        ("STAR", .found(Account(uid: "star", otherNames: ["*"]))),
        ("a)(uid=*", .found(Account(uid: "a)(uid=*"))),
        ("off", .found(Account(uid: "off", isDisabled: true))),
        ("homeless", .found(Account(uid: "homeless", isDisabled: true))),
        ("twin", .ambiguous), ("triplet", .ambiguous),
        ("other", .found(Account(uid: "other", otherNames: ["twin"]))),
        ("nobody", .notFound), ("%", .notFound), ("_", .notFound), ("a*", .notFound), ("al%", .notFound),
        ("alice)", .notFound), ("(alice", .notFound), ("\\2a", .notFound), ("\\", .notFound), ("", .notFound),
        ("alice\0", .notFound), ("\0", .notFound), ("*)(objectClass=*", .notFound), ("{username}", .notFound),
        (String(repeating: "a", count: 5000), .notFound), ("😀", .notFound), ("\u{1}\u{7f}", .notFound),
    ])
    func `each name finds its own account or none`(login: String, answer: AccountAnswer) async throws {
        #expect(try await directory().account(for: login) == answer)
    }

    @Test func `the directory keeps what is asked of adapters`() async throws {
        let star = Account(uid: "star", otherNames: ["*"])
        try await AccountDirectoryContract(known: star, ambiguous: "twin") { try await directory() }.run()
    }

    @Test(arguments: [
        ("star", ["star"]), ("STAR", ["star"]), ("müller", ["mueller"]), ("twin", []), ("nobody", []),
        ("*)(uid=star", []), ("", []), ("star\0", []),
    ])
    func `another attribute of the one account that has the name`(login: String, values: [String]) async throws {
        #expect(try await directory().values(of: "sn", for: login) == values)
        #expect(try await directory().values(of: "carLicense", for: login) == [])
    }

    @Test func `what disables an account is set`() async throws {
        let directory = try await directory {
            $0.disabledShells = ["/bin/bash"]
            $0.disabledHomes = []
        }
        #expect(try await directory.account(for: "alice") == .found(Account(uid: "alice", isDisabled: true)))
        #expect(try await directory.account(for: "off") == .found(Account(uid: "off")))
        #expect(try await directory.account(for: "star") == .found(Account(uid: "star", otherNames: ["*"])))
    }

    @Test func `the filter may name other attributes, and the login stands in each of its places`() async throws {
        let directory = try await directory {
            $0.filter = "(&(objectClass=inetOrgPerson)(|(mail={username})(uid={username})))"
        }
        #expect(try await directory.account(for: "first@example.com") == .found(Account(uid: "twin")))
        #expect(
            try await directory.account(for: "nameless@example.com") == .found(Account(uid: "nameless@example.com")))
        #expect(try await directory.account(for: "alice") == .found(Account(uid: "alice")))
    }

    @Test func `every value of uid is a name of the account, whichever finds it`() async throws {
        let server = try await SlapdServer(
            ldif: TestDirectory.ldif + """


                dn: cn=Alice Smith,ou=users,dc=example,dc=com
                objectClass: inetOrgPerson
                cn: Alice Smith
                sn: Smith
                uid: asmith
                uid: Alice.S
                uid: as
                mail: alice.smith@example.com
                """)
        var configuration = TestDirectory.configuration(server)
        configuration.filter = "(|(uid={username})(mail={username}))"
        let directory = LDAPDirectory(configuration)
        for (login, uid) in [
            ("asmith", "asmith"), ("ALICE.s", "Alice.S"), ("as", "as"), ("alice.smith@example.com", nil),
        ] {
            guard case .found(let account) = try await directory.account(for: login) else {
                Issue.record("\(login) is not found")
                continue
            }
            #expect(Set(account.names) == ["asmith", "Alice.S", "as"])
            #expect(account.names.count == 3)
            if let uid { #expect(account.uid == uid) }
        }
    }

    @Test func `a broken filter, an absent base and a bad URI are errors`() async throws {
        for change: (inout LDAPDirectory.Configuration) -> Void in [
            { $0.filter = "(uid={username}" }, { $0.baseDN = "ou=nowhere,dc=example,dc=com" },
            { $0.baseDN = "nonsense" },
            { $0.servers = ["http://127.0.0.1"] }, { $0.servers = [] },
        ] {
            let directory = try await directory(change)
            let error = await #expect(throws: BackendError.self) { try await directory.account(for: "alice") }
            #expect(error?.component == "directory")
        }
        let absent = try await directory { $0.baseDN = "ou=nowhere,dc=example,dc=com" }
        let error = await #expect(throws: BackendError.self) { try await absent.ping() }
        #expect(error?.code == .refused)
        try await directory().ping()
    }

    @Test func `a refused bind is an error that names no secret, never an unknown account`() async throws {
        func bound(_ password: String) async throws -> AccountAnswer {
            try await directory {
                $0.bindDN = SlapdServer.rootDN
                $0.bindPassword = Secret(password)
            }.account(for: "alice")
        }
        #expect(try await bound(SlapdServer.rootPassword) == .found(Account(uid: "alice")))
        let error = await #expect(throws: BackendError.self) { try await bound("s3cret") }
        #expect(error?.code == .refused)
        #expect(error?.debugDescription.contains("Invalid credentials") == true)
        #expect(error?.debugDescription.contains("s3cret") == false)
    }

    @Test func `TLS checks the authority and the name, by ldaps, StartTLS and neither is needed on a socket`()
        async throws
    {
        let server = try await TestDirectory.server()
        let authority = server.certificates.authority
        let others = try await TestCertificates()
        func ask(_ uri: String, startsTLS: Bool, authority: String?) async throws {
            try await directory {
                $0.servers = [uri]
                $0.startsTLS = startsTLS
                $0.certificateAuthority = authority
            }.ping()
        }
        let (plain, tls) = ("\(server.port)", "\(server.tlsPort)")
        try await ask("ldaps://127.0.0.1:\(tls)", startsTLS: false, authority: authority)
        try await ask("ldap://127.0.0.1:\(plain)", startsTLS: true, authority: authority)
        try await ask(server.socketURI, startsTLS: false, authority: nil)
        for wrong in [others.authority, nil, "/no/such/file"] {
            await #expect(throws: BackendError.self) {
                try await ask("ldaps://127.0.0.1:\(tls)", startsTLS: false, authority: wrong)
            }
            await #expect(throws: BackendError.self) {
                try await ask("ldap://127.0.0.1:\(plain)", startsTLS: true, authority: wrong)
            }
        }
        let elsewhere = try await SlapdServer(ldif: TestDirectory.ldif, names: "DNS:elsewhere.example.com")
        for (uri, startsTLS) in [
            ("ldaps://127.0.0.1:\(elsewhere.tlsPort)", false), ("ldap://127.0.0.1:\(elsewhere.port)", true),
            ("ldaps://localhost:\(elsewhere.tlsPort)", false), ("ldap://localhost:\(elsewhere.port)", true),
        ] {
            await #expect(throws: BackendError.self, "\(uri)") {
                try await ask(uri, startsTLS: startsTLS, authority: elsewhere.certificates.authority)
            }
        }
    }

    @Test func `a CA file that is not there matters to nobody who does without TLS`() async throws {
        let server = try await SlapdServer(ldif: TestDirectory.ldif)
        for uri in ["ldap://127.0.0.1:\(server.port)", server.socketURI] {
            var configuration = LDAPDirectory.Configuration(uri: uri, baseDN: TestDirectory.base)
            configuration.certificateAuthority = "/no/such/file"
            #expect(try await LDAPDirectory(configuration).account(for: "alice") == .found(Account(uid: "alice")))
        }
    }

    @Test func `where TLS is required and not used, the server's refusal is an error`() async throws {
        let server = try await SlapdServer(ldif: TestDirectory.ldif, options: "security simple_bind=128 ssf=128")
        var configuration = TestDirectory.configuration(server)
        await #expect(throws: BackendError.self) { try await LDAPDirectory(configuration).account(for: "alice") }
        configuration.startsTLS = true
        configuration.certificateAuthority = server.certificates.authority
        #expect(try await LDAPDirectory(configuration).account(for: "alice") == .found(Account(uid: "alice")))
    }

    @Test func `a login costs one search, for three attributes, and a bind is done once`() async throws {
        let server = try await SlapdServer(ldif: TestDirectory.ldif)
        var configuration = TestDirectory.configuration(server)
        configuration.poolSize = 1
        configuration.bindDN = SlapdServer.rootDN
        configuration.bindPassword = Secret(SlapdServer.rootPassword)
        let directory = LDAPDirectory(configuration)
        for _ in 0..<50 { _ = try await directory.account(for: "alice") }
        let log = try server.log.split(separator: "\n")
        #expect(log.count { $0.contains("BIND dn=\"\(SlapdServer.rootDN)\" method=128") } == 1)
        #expect(log.count { $0.contains("SRCH base=\"\(TestDirectory.base)\" scope=2") } == 50)
        #expect(log.count { $0.contains("SRCH attr=uid homeDirectory loginShell") } == 50)
        // Everything the server got: the harness's own look at the root, our bind, our searches.
        let operations = log.filter { $0.contains(" op=") && !$0.contains("RESULT") && !$0.contains("SRCH attr") }
        let ours = operations.filter {
            !$0.contains("dn=\"\" method=128") && !$0.contains("base=\"\"") && !$0.contains("UNBIND")
        }
        #expect(ours.count { $0.contains("BIND dn") && $0.contains("mech=") } <= 1)
        #expect(ours.filter { !$0.contains("mech=") }.count == 51)
    }

    @Test func `answers are used again for as long as is set, each name's own`() async throws {
        let server = try await SlapdServer(ldif: TestDirectory.ldif)
        var configuration = TestDirectory.configuration(server)
        configuration.cacheLifetime = .seconds(60)
        configuration.cacheSize = 3
        let clock = HandClock()
        let directory = LDAPDirectory(configuration) { clock.instant }
        func searches() throws -> Int {
            try server.log.split(separator: "\n").count { $0.contains("SRCH base=\"\(TestDirectory.base)\"") }
        }
        for _ in 0..<3 {
            #expect(try await directory.account(for: "alice") == .found(Account(uid: "alice")))
            #expect(try await directory.account(for: "nobody") == .notFound)
        }
        #expect(try searches() == 2)
        clock.advance(by: .seconds(59))
        _ = try await directory.account(for: "alice")
        #expect(try searches() == 2)
        clock.advance(by: .seconds(1))
        _ = try await directory.account(for: "alice")
        #expect(try searches() == 3)
        // Equal to Swift, two names to us.
        _ = try await directory.account(for: "m\u{fc}ller")
        _ = try await directory.account(for: "mu\u{308}ller")
        #expect(try searches() == 5)
        for number in 0..<10 { _ = try await directory.account(for: "other\(number)") }
        _ = try await directory.account(for: "alice")
        #expect(try searches() == 16, "the oldest answers make room")
        _ = try await directory.account(for: "alice")
        #expect(try searches() == 16)
    }
}

import TestKit
import AppPasswordCore
import LDAPDirectory
import TestServers
import Testing

/// Directories whose rules hide what says that an account is disabled.
@Suite(.enabled(if: InstalledServers.slapd, "\(InstalledServers.slapdMissing)"))
struct HiddenAttributeTests {
    /// - Parameter right: What everybody may do with the attribute, in the words of slapd.access(5).
    private func server(_ right: String, to attribute: String) async throws -> SlapdServer {
        try await SlapdServer(
            ldif: TestDirectory.ldif,
            access: "access to attrs=\(attribute) by * \(right)\naccess to * by * read")
    }

    private func comparisons(_ server: SlapdServer) throws -> Int {
        try server.log.split(separator: "\n").count { $0.contains(" CMP dn=") }
    }

    @Test(arguments: ["loginShell", "homeDirectory"], ["none", "disclose", "auth"])
    func `an account that may be disabled without our knowing is neither let in nor unknown`(
        attribute: String, right: String
    ) async throws {
        let server = try await server(right, to: attribute)
        var configuration = TestDirectory.configuration(server)
        configuration.poolSize = 1
        let directory = LDAPDirectory(configuration)
        for login in ["alice", attribute == "loginShell" ? "off" : "homeless", "muller", "alice"] {
            let error = await #expect(throws: BackendError.self) { try await directory.account(for: login) }
            #expect(error?.code == .refused)
            #expect(error?.debugDescription.contains("\(attribute) may not be read") == true, "\(error as Any)")
        }
        #expect(try await directory.account(for: "nobody") == .notFound)
        // What can be read and says enough is enough.
        let other = attribute == "loginShell" ? "homeless" : "off"
        #expect(try await directory.account(for: other) == .found(Account(uid: other, isDisabled: true)))
        // Where nothing disables an account, nothing has to be known.
        configuration.disabledShells = attribute == "loginShell" ? [] : configuration.disabledShells
        configuration.disabledHomes = attribute == "homeDirectory" ? [] : configuration.disabledHomes
        #expect(try await LDAPDirectory(configuration).account(for: "alice") == .found(Account(uid: "alice")))
    }

    @Test(arguments: ["compare", "search"])
    func `an attribute that may only be compared disables all the same`(right: String) async throws {
        let server = try await server(right, to: "loginShell,homeDirectory")
        var configuration = TestDirectory.configuration(server)
        configuration.disabledShells = ["/bin/false", "/usr/sbin/nologin"]
        let directory = LDAPDirectory(configuration)
        for _ in 0..<2 {
            for login in ["off", "homeless"] {
                #expect(try await directory.account(for: login) == .found(Account(uid: login, isDisabled: true)))
            }
            for login in ["alice", "j_doe", "muller"] {
                #expect(try await directory.account(for: login) == .found(Account(uid: login)))
            }
        }
    }

    @Test func `an account without the attributes is enabled, which is asked once in a while only`() async throws {
        let server = try await SlapdServer(ldif: TestDirectory.ldif)
        let clock = HandClock()
        let directory = LDAPDirectory(TestDirectory.configuration(server)) { clock.instant }
        for _ in 0..<10 {
            #expect(try await directory.account(for: "alice") == .found(Account(uid: "alice")))
            #expect(try await directory.account(for: "off") == .found(Account(uid: "off", isDisabled: true)))
        }
        #expect(try comparisons(server) == 0, "nothing is missing")
        for _ in 0..<10 {
            #expect(try await directory.account(for: "j_doe") == .found(Account(uid: "j_doe")))
            #expect(try await directory.account(for: "muller") == .found(Account(uid: "muller")))
        }
        #expect(try comparisons(server) == 3, "one has no shell, the other no home either")
        clock.advance(by: .seconds(61))
        #expect(try await directory.account(for: "j_doe") == .found(Account(uid: "j_doe")))
        #expect(try comparisons(server) == 4)
    }

    /// A directory whose account `off` is disabled by a shell that may only be compared, which fails with this result code.
    private func server(comparingFailsWith code: Int32) async throws -> SlapdServer {
        let entry = """
            dn: uid=coded,ou=users,dc=example,dc=com
            objectClass: inetOrgPerson
            objectClass: posixAccount
            objectClass: errAuxObject
            uid: coded
            cn: coded
            sn: coded
            uidNumber: 1000
            gidNumber: 1000
            homeDirectory: /home/coded
            loginShell: /bin/false
            errCode: \(code)
            errOp: compare

            """
        return try await SlapdServer(
            ldif: TestDirectory.ldif + "\n\n" + entry, options: "moduleload retcode",
            access: """
                access to attrs=loginShell by * compare
                access to * by * read
                overlay retcode
                retcode-parent "ou=codes,dc=example,dc=com"
                retcode-indir
                """)
    }

    @Test(arguments: [1, 3, 8, 11, 13, 19, 33, 36, 48, 53, 54, 71, 80] as [Int32])
    func `a comparison that fails in passing is trouble each time, and nothing is kept of it`(code: Int32) async throws
    {
        let server = try await server(comparingFailsWith: code)
        var configuration = TestDirectory.configuration(server)
        configuration.poolSize = 1
        let directory = LDAPDirectory(configuration)
        for number in 1...2 {
            await #expect(throws: BackendError.self) { try await directory.account(for: "coded") }
            #expect(try comparisons(server) >= number)
        }
        #expect(try await directory.account(for: "off") == .found(Account(uid: "off", isDisabled: true)))
    }

    @Test(arguments: [51, 52] as [Int32])
    func `a directory that is too busy to compare is left alone for a moment`(code: Int32) async throws {
        let server = try await server(comparingFailsWith: code)
        let directory = LDAPDirectory(TestDirectory.configuration(server))
        for _ in 0..<2 {
            await #expect(throws: BackendError.self) { try await directory.account(for: "coded") }
        }
    }

    @Test(arguments: [2, 16, 17, 18, 21] as [Int32])
    func `an attribute that a directory cannot compare, or has not, disables nobody`(code: Int32) async throws {
        let server = try await server(comparingFailsWith: code)
        let directory = LDAPDirectory(TestDirectory.configuration(server))
        for _ in 0..<2 {
            #expect(try await directory.account(for: "coded") == .found(Account(uid: "coded")))
        }
    }

    @Test func `a directory that has never heard of shells disables nobody by them`() async throws {
        let server = try await SlapdServer(ldif: TestDirectory.ldif)
        var configuration = TestDirectory.configuration(server)
        configuration.baseDN = "dc=example,dc=com"
        configuration.filter = "(o={username})"
        #expect(
            try await LDAPDirectory(configuration).account(for: "Example") == .found(Account(uid: "Example")),
            "an entry whose classes allow neither attribute")
    }
}

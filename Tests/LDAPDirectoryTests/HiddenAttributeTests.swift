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
        let clock = TestClock()
        let directory = LDAPDirectory(TestDirectory.configuration(server)) { clock.now }
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
        clock.advance(.seconds(61))
        #expect(try await directory.account(for: "j_doe") == .found(Account(uid: "j_doe")))
        #expect(try comparisons(server) == 4)
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

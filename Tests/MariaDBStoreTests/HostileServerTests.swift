import AppPasswordCore
import Settings
import AuditCore
import MariaDBStore
import TestServers
import Testing

/// What poses as the database, or stands between, and answers what a database would not.
struct HostileServerTests {
    private func store(_ server: FakeMariaDBServer, tlsCA: String? = nil) -> MariaDBStore {
        var address = DatabaseServer(
            user: "mailserver", password: Secret("S3cretDBpw"), port: server.port, database: "mail_auth")
        address.tlsCA = tlsCA
        var configuration = MariaDBStore.Configuration(server: address)
        configuration.poolSize = 1
        configuration.timeout = .seconds(20)
        return MariaDBStore(configuration)
    }

    private func script(_ change: (inout FakeMariaDBServer.Script) -> Void) -> FakeMariaDBServer.Script {
        var script = FakeMariaDBServer.Script()
        change(&script)
        return script
    }

    @Test(arguments: ["mysql_clear_password", "dialog", "mysql_old_password", "sha256_password", "no_such_plugin"])
    func `a server that asks for the password itself gets no byte of it`(plugin: String) async throws {
        for script in [script { $0.asksFor = plugin }, script { ($0.greeting, $0.asksFor) = (plugin, plugin) }] {
            let server = try FakeMariaDBServer(script)
            let error = await #expect(throws: BackendError.self) { try await store(server).ping() }
            #expect(error?.code == .refused)
            let received = server.received
            #expect(!received.isEmpty || script.greeting == plugin)
            #expect(received.firstRange(of: Array("S3cret".utf8)) == nil)
        }
    }

    /// 0.0.0.0 leads to this machine as well, but is none of its loopback addresses.
    @Test(arguments: [("127.0.0.1", false, true), ("0.0.0.0", false, false), ("0.0.0.0", true, true)])
    func `caching_sha2_password without TLS is gone along with on this machine, or where the DSN says so`(
        host: String, isAllowed: Bool, goesAlong: Bool
    ) async throws {
        let plugin = "caching_sha2_password"
        for script in [script { $0.asksFor = plugin }, script { ($0.greeting, $0.asksFor) = (plugin, plugin) }] {
            let server = try FakeMariaDBServer(script)
            let option = isAllowed ? "?auth_plugin=\(plugin)" : ""
            let dsn = try DatabaseDSN("mysql://mailserver:S3cretDBpw@\(host):\(server.port)/mail_auth\(option)")
            let address: DatabaseServer? = if case .mariadb(let address) = dsn { address } else { nil }
            var configuration = MariaDBStore.Configuration(server: try #require(address))
            configuration.poolSize = 1
            let store = MariaDBStore(configuration)
            let error = await #expect(throws: BackendError.self) { try await store.ping() }
            #expect(server.isProved == goesAlong, "\(error as Any)")
            #expect(
                error?.hint.contains("auth_plugin=caching_sha2_password") == !goesAlong,
                "\(error?.debugDescription ?? "")")
        }
    }

    @Test(
        arguments: [
            ([0], .unreachable), ([0xFF], .unreachable), ([0xFF, 0x51, 0x04], .unreachable),
            ([0xFF, 0x9C, 0x04] + Array("#HY000no".utf8), .unreachable),
            ([0xFF, 0xDD, 0x07] + Array("#HY000gone".utf8), .unreachable),
            ([0xFF, 0xBD, 0x04] + Array("#40001conflict".utf8), .refused),
        ] as [([UInt8], BackendError.Code)])
    func `after a strange answer to a commit the rows are in doubt`(answer: [UInt8], code: BackendError.Code)
        async throws
    {
        let server = try FakeMariaDBServer(script { $0.commit = answer })
        defer { withExtendedLifetime(server) {} }
        let row = LoginLogRow(
            passwordID: 9, service: "imap", sourceAddress: nil, sourceName: nil, sourceLocation: nil, sourceISP: nil,
            time: Timestamp(milliseconds: 0))
        let error = await #expect(throws: BackendError.self) {
            try await store(server).insert([row], mayBeThere: false)
        }
        #expect(error?.code == code, "\(error as Any)")
    }

    @Test func `with ssl_ca a server that offers no TLS gets not even the user's name`() async throws {
        let certificates = try await TestCertificates()
        let server = try FakeMariaDBServer(FakeMariaDBServer.Script())
        await #expect(throws: BackendError.self) {
            try await store(server, tlsCA: certificates.authority).ping()
        }
        withExtendedLifetime(certificates) {}
        #expect(server.received.firstRange(of: Array("mailserver".utf8)) == nil)
    }

    @Test func `what the fake answers otherwise is read`() async throws {
        let server = try FakeMariaDBServer(FakeMariaDBServer.Script())
        defer { withExtendedLifetime(server) {} }
        let store = store(server)
        #expect(try await store.passwords(of: "alice").map(\.id) == [7])
    }

    @Test(arguments: [0, 2, 3])
    func `a server that counts other parameters is an error, not the end`(parameters: Int) async throws {
        let server = try FakeMariaDBServer(script { $0.parameters = parameters })
        defer { withExtendedLifetime(server) {} }
        let store = store(server)
        for _ in 0..<2 {
            let error = await #expect(throws: BackendError.self) { try await store.passwords(of: "alice") }
            #expect(error?.code == .refused)
            #expect(error?.detail.contains("parameters") == true)
        }
    }

    @Test(arguments: [0, 1, 4])
    func `a server that answers fewer columns is an error, not an account without passwords`(columns: Int) async throws
    {
        let server = try FakeMariaDBServer(script { $0.columns = columns })
        defer { withExtendedLifetime(server) {} }
        let error = await #expect(throws: BackendError.self) { try await store(server).passwords(of: "alice") }
        // Without any column it is no answer even to the library.
        #expect(error?.code == (columns == 0 ? .unreachable : .refused))
    }

    @Test(arguments: [3988, 3854, 1267, 1270, 1271, 1366, 1300, 1977])
    func `that a column cannot hold a name means that nobody has it, of names that only some columns can hold`(
        number: UInt16
    ) async throws {
        let server = try FakeMariaDBServer(script { $0.executionError = number })
        defer { withExtendedLifetime(server) {} }
        let store = store(server)
        for name in ["alice😀", "аlice", "müller"] { #expect(try await store.passwords(of: name).isEmpty) }
        let error = await #expect(throws: BackendError.self) { try await store.passwords(of: "alice") }
        #expect(error?.detail.contains("\(number)") == true)
    }

    @Test(arguments: [1146, 1142, 1064, 3024]) func `other errors are errors, whatever the name`(number: UInt16)
        async throws
    {
        let server = try FakeMariaDBServer(script { $0.executionError = number })
        defer { withExtendedLifetime(server) {} }
        let store = store(server)
        let error = await #expect(throws: BackendError.self) { try await store.passwords(of: "alice😀") }
        #expect(error?.detail.contains("\(number)") == true)
    }
}

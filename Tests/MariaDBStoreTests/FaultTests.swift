import AppPasswordCore
import AuditCore
import Foundation
import MariaDBStore
import TestServers
import Testing

/// What logins see while the database is killed, restarted, frozen or slow.
@Suite(
    .enabled(if: InstalledServers.mariadb, "\(InstalledServers.mariadbMissing)"), .serialized, .timeLimit(.minutes(5)))
struct FaultTests {
    private let server: MariaDBServer
    private let database: TestDatabase

    init() async throws {
        server = try await MariaDBServer(options: ["--innodb-flush-log-at-trx-commit=1"])
        database = try await TestDatabase(.new, on: server)
        try await database.sql("INSERT INTO app_passwords (id, uid, password) VALUES (1, 'alice', 'x')")
    }

    private func store(timeout: Duration = .seconds(2), pool: Int = 4) throws -> MariaDBStore {
        var configuration = try database.configuration
        configuration.timeout = timeout
        configuration.writeTimeout = .seconds(2)
        configuration.poolSize = pool
        return MariaDBStore(configuration)
    }

    /// The errors of so many logins at once, nil for those that went well, and the longest time one took.
    private func logins(_ count: Int, on store: MariaDBStore) async -> (errors: [BackendError?], longest: Duration) {
        await withTaskGroup(of: (BackendError?, Duration).self) { group in
            for _ in 0..<count {
                group.addTask {
                    let start = ContinuousClock.now
                    do throws(BackendError) {
                        let rows = try await store.passwords(of: "alice")
                        #expect(rows.map(\.id) == [1])
                        return (nil, ContinuousClock.now - start)
                    } catch { return (error, ContinuousClock.now - start) }
                }
            }
            var errors: [BackendError?] = []
            var longest: Duration = .zero
            for await (error, took) in group {
                errors.append(error)
                longest = max(longest, took)
            }
            return (errors, longest)
        }
    }

    /// Logs in until it works; at most 30 s.
    private func recovers(_ store: MariaDBStore) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            if (try? await store.passwords(of: "alice"))?.count == 1 { return true }
        }
        return false
    }

    @Test func `connections that the server closed cost no login an error`() async throws {
        let store = try store()
        #expect(await logins(40, on: store).errors.allSatisfy { $0 == nil })
        for _ in 0..<5 {
            try await database.killConnections()
            let errors = await logins(40, on: store).errors.compactMap { $0 }
            #expect(errors.isEmpty)
        }
    }

    @Test func `over TLS, too, connections that the server closed cost no login an error`() async throws {
        let certificates = try await TestCertificates()
        let server = try await MariaDBServer(options: [
            "--ssl-cert=\(certificates.certificate)", "--ssl-key=\(certificates.key)",
        ])
        let database = try await TestDatabase(.new, on: server)
        try await database.sql("INSERT INTO app_passwords (id, uid, password) VALUES (1, 'alice', 'x')")
        var configuration = try database.configuration
        configuration.server.unixSocket = nil
        configuration.server.port = server.port
        configuration.server.tlsCA = certificates.authority
        configuration.timeout = .seconds(20)
        configuration.poolSize = 1
        let store = MariaDBStore(configuration)
        #expect(await logins(4, on: store).errors.compactMap { $0 } == [])
        for _ in 0..<3 {
            try await database.killConnections()
            #expect(await logins(4, on: store).errors.compactMap { $0 } == [])
        }
        try await server.process.restart()
        #expect(await logins(4, on: store).errors.compactMap { $0 } == [])
        try await server.process.kill()
        try await server.process.start()
        #expect(await logins(4, on: store).errors.compactMap { $0 } == [])
    }

    @Test func `a restart of the server costs no login an error once it is back`() async throws {
        let store = try store()
        #expect(await logins(40, on: store).errors.allSatisfy { $0 == nil })
        try await server.process.restart()
        #expect(await logins(40, on: store).errors.compactMap { $0 } == [])
    }

    @Test func `that others found the server gone costs no login an error once it is back`() async throws {
        let store = try store()
        for _ in 0..<3 {
            try await server.process.stop()
            await #expect(throws: BackendError.self) { try await store.ping() }
            let row = LoginLogRow(
                passwordID: 1, service: "imap", sourceAddress: "192.0.2.1", time: Timestamp(milliseconds: 0))
            await #expect(throws: BackendError.self) { try await store.insert([row], mayBeThere: false) }
            try await server.process.start()
            #expect(await logins(4, on: store).errors.compactMap { $0 } == [])
        }
    }

    @Test func `while the server is dead logins fail at once, and go on by themselves when it is back`() async throws {
        let store = try store()
        #expect(await logins(8, on: store).errors.allSatisfy { $0 == nil })
        try await server.process.kill()
        let (errors, longest) = await logins(200, on: store)
        #expect(errors.allSatisfy { $0?.code == .unreachable })
        #expect(longest < .seconds(2))
        try await server.process.start()
        #expect(await recovers(store))
        #expect(await logins(40, on: store).errors.compactMap { $0 } == [])
    }

    @Test func `a frozen server costs a login its timeout and no more, and nothing when it goes on`() async throws {
        let store = try store(timeout: .seconds(1))
        #expect(await logins(8, on: store).errors.allSatisfy { $0 == nil })
        server.process.freeze()
        let (errors, longest) = await logins(30, on: store)
        server.process.thaw()
        #expect(errors.allSatisfy { $0?.code == .timedOut || $0?.code == .unreachable })
        #expect(longest < .seconds(5))  // 1 s, and what a busy machine adds
        #expect(await recovers(store))
        #expect(await logins(40, on: store).errors.compactMap { $0 } == [])
    }

    @Test func `a server that was never there is an error, and the store serves once it starts`() async throws {
        try await server.process.stop()
        let store = try store()
        await #expect(throws: BackendError.self) { try await store.ping() }
        try await server.process.start()
        #expect(await recovers(store))
        try await store.ping()
    }

    @Test func `queries that take too long cost logins their timeout, and they go on by themselves`() async throws {
        let store = try store(timeout: .seconds(1), pool: 2)
        _ = try await store.passwords(of: "alice")
        async let locked = database.sql(
            "LOCK TABLES app_passwords WRITE; SELECT get_lock('held', 0); SELECT sleep(2); UNLOCK TABLES")
        while try await server.sql("SELECT is_used_lock('held') IS NULL") == "1\n" {}
        let errors = await logins(6, on: store).errors
        #expect(errors.allSatisfy { $0?.code == .timedOut })
        _ = try await locked
        #expect(await recovers(store))
    }

    @Test func `more logins than may wait are refused at once`() async throws {
        var configuration = try database.configuration
        configuration.poolSize = 1
        configuration.queueLimit = 3
        configuration.timeout = .seconds(1)
        let store = MariaDBStore(configuration)
        _ = try await store.passwords(of: "alice")
        server.process.freeze()
        let errors = await logins(20, on: store).errors
        server.process.thaw()
        #expect(errors.count { $0?.code == .overloaded } >= 16)
        #expect(errors.allSatisfy { $0 != nil })
        #expect(await recovers(store))
    }

    @Test func `whatever happens to the server, each batch is in the log once when its writer has been told so`()
        async throws
    {
        let store = try store()
        let server = server
        let done = AsyncStream.makeStream(of: Void.self)
        let trouble = Task {
            var stream = done.stream.makeAsyncIterator()
            for round in 0..<12 {
                _ = await stream.next()
                switch round % 4 {
                case 0: try await server.process.kill()
                case 1: try await database.killConnections()
                case 2: server.process.freeze()
                default: try await server.process.restart()
                }
                if round % 4 == 2 {
                    try? await Task.sleep(for: .milliseconds(Int.random(in: 0...2500)))
                    server.process.thaw()
                }
                try await server.process.start()
            }
        }
        var inDoubt = 0
        for batch in 0..<120 {
            if batch % 10 == 5 { done.continuation.yield() }
            let rows = (0..<20).map { row(1, at: Int64(batch * 20 + $0)) }
            var mayBeThere = false
            while true {
                do throws(BackendError) {
                    try await store.insert(rows, mayBeThere: mayBeThere)
                    break
                } catch {
                    mayBeThere = true
                    inDoubt += 1
                }
            }
        }
        done.continuation.finish()
        try await trouble.value
        #expect(inDoubt > 0)
        #expect(try await database.sql("SELECT count(*), count(DISTINCT `timestamp`) FROM log") == "2400\t2400\n")
    }
}

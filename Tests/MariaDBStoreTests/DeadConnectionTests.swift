import AppPasswordCore
import AuditCore
import MariaDBStore
import TestServers
import Testing

/// Connections that a firewall or balancer has dropped without telling either end.
@Suite(
    .enabled(if: InstalledServers.mariadb, "\(InstalledServers.mariadbMissing)"), .serialized, .timeLimit(.minutes(2)))
struct DeadConnectionTests {
    /// A store whose connections go through a proxy.
    private struct Scene {
        let store: MariaDBStore
        let proxy: ForgetfulProxy
        /// Its server ends with it.
        let database: TestDatabase
    }

    private func scene(
        tls: TestCertificates? = nil, forgetsAfter idle: Duration? = nil,
        _ change: (inout MariaDBStore.Configuration) -> Void = { _ in }
    ) async throws -> Scene {
        let server: MariaDBServer
        if let tls {
            server = try await MariaDBServer(options: ["--ssl-cert=\(tls.certificate)", "--ssl-key=\(tls.key)"])
        } else {
            server = try await SharedServer.get()
        }
        let database = try await TestDatabase(.new, on: server)
        try await database.sql("INSERT INTO app_passwords (id, uid, password) VALUES (1, 'alice', 'x')")
        let proxy = try ForgetfulProxy(to: server.port, forgetsAfter: idle)
        var configuration = try database.configuration
        configuration.server.unixSocket = nil
        configuration.server.port = proxy.port
        configuration.server.tlsCA = tls?.authority
        configuration.timeout = .seconds(2)
        configuration.writeTimeout = .seconds(20)
        change(&configuration)
        return Scene(store: MariaDBStore(configuration), proxy: proxy, database: database)
    }

    private func login(_ store: MariaDBStore) async -> BackendError? {
        do throws(BackendError) {
            let rows = try await store.passwords(of: "alice")
            #expect(rows.map(\.id) == [1])
            return nil
        } catch { return error }
    }

    private func logins(_ count: Int, _ store: MariaDBStore) async -> [BackendError] {
        await withTaskGroup(of: BackendError?.self) { group in
            for _ in 0..<count { group.addTask { await login(store) } }
            return await group.reduce(into: []) { if let error = $1 { $0.append(error) } }
        }
    }

    @Test(arguments: [false, true])
    func `connections that were forgotten while they were idle cost no login an error`(usesTLS: Bool) async throws {
        let certificates = usesTLS ? try await TestCertificates() : nil
        defer { withExtendedLifetime(certificates) {} }
        let scene = try await scene(tls: certificates)
        defer { withExtendedLifetime(scene) {} }
        let (store, proxy) = (scene.store, scene.proxy)
        for _ in 0..<2 {
            #expect(await logins(8, store) == [])
            try await Task.sleep(for: .milliseconds(1200))  // so long are they idle
            let before = proxy.acceptedConnections
            proxy.forgetConnections()
            #expect(await login(store) == nil)
            #expect(await logins(8, store) == [])
            #expect(await logins(30, store) == [])
            #expect(proxy.acceptedConnections > before)
        }
    }

    @Test func `a proxy that forgets by itself after a while costs no login an error`() async throws {
        let scene = try await scene(forgetsAfter: .seconds(3))
        let (store, proxy) = (scene.store, scene.proxy)
        #expect(await logins(8, store) == [])
        try await Task.sleep(for: .seconds(5))  // so long are they idle
        let before = proxy.acceptedConnections
        #expect(await login(store) == nil)
        #expect(await logins(8, store) == [])
        #expect(proxy.acceptedConnections > before)
    }

    @Test func `a connection that has been idle for too long is not tried again`() async throws {
        let hasty = try await scene { ($0.idleLimit, $0.poolSize) = (.milliseconds(1), 1) }
        for count in 1...5 {
            #expect(await login(hasty.store) == nil)
            #expect(hasty.proxy.acceptedConnections == count)
            try await Task.sleep(for: .milliseconds(2))  // so long is it idle
        }
        let patient = try await scene { $0.poolSize = 1 }
        for _ in 1...5 {
            #expect(await login(patient.store) == nil)
            #expect(patient.proxy.acceptedConnections == 1)
        }
    }

    @Test func `the log is written over a fresh connection, long before its timeout`() async throws {
        let scene = try await scene()
        let (store, proxy) = (scene.store, scene.proxy)
        try await store.insert([row(1, at: 0)], mayBeThere: false)
        proxy.forgetConnections()
        let start = ContinuousClock.now
        try await store.insert([row(1, at: 1)], mayBeThere: false)
        #expect(ContinuousClock.now - start < .seconds(10))
    }
}

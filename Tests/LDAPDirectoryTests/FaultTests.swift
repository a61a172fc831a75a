import AppPasswordCore
import Foundation
import LDAPDirectory
import TestServers
import Testing

/// What logins see while the directory is killed, restarted or frozen.
@Suite(
    .enabled(if: InstalledServers.slapd, "\(InstalledServers.slapdMissing)"), .serialized, .timeLimit(.minutes(5)))
struct FaultTests {
    private let server: SlapdServer

    init() async throws { server = try await SlapdServer(ldif: TestDirectory.ldif, options: "idletimeout 1") }

    private func directory(timeout: Duration = .seconds(2), _ servers: [String] = []) -> LDAPDirectory {
        var configuration = TestDirectory.configuration(server)
        configuration.timeout = timeout
        if !servers.isEmpty { configuration.servers = servers }
        return LDAPDirectory(configuration)
    }

    /// The errors of so many logins at once, nil for those that went well, and the longest time one took.
    private func logins(_ count: Int, on directory: LDAPDirectory) async -> (errors: [BackendError?], longest: Duration)
    {
        await withTaskGroup(of: (BackendError?, Duration).self) { group in
            for _ in 0..<count {
                group.addTask {
                    let start = ContinuousClock.now
                    do throws(BackendError) {
                        #expect(try await directory.account(for: "alice") == .found(Account(uid: "alice")))
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

    private func recovers(_ directory: LDAPDirectory) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            if (try? await directory.account(for: "alice")) != nil { return true }
        }
        return false
    }

    @Test func `connections that the server closed, or lost in a restart, cost no login an error`() async throws {
        let directory = directory()
        #expect(await logins(40, on: directory).errors.compactMap { $0 } == [])
        try await server.process.restart()
        #expect(await logins(40, on: directory).errors.compactMap { $0 } == [])
        // slapd closes what is idle for a second; its log says so.
        let deadline = ContinuousClock.now + .seconds(20)
        let before = try closedIdle()
        while try closedIdle() < before + 2, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(try closedIdle() > before)
        #expect(await logins(40, on: directory).errors.compactMap { $0 } == [])
    }

    private func closedIdle() throws -> Int {
        try server.log.split(separator: "\n").count { $0.contains("closed (idletimeout)") }
    }

    @Test func `that others found the server gone costs no login an error once it is back`() async throws {
        let directory = directory()
        for _ in 0..<3 {
            try await server.process.stop()
            await #expect(throws: BackendError.self) { try await directory.ping() }
            try await server.process.start()
            #expect(await logins(4, on: directory).errors.compactMap { $0 } == [])
        }
    }

    @Test func `while the server is dead logins fail at once, and go on by themselves when it is back`() async throws {
        let directory = directory()
        #expect(await logins(8, on: directory).errors.compactMap { $0 } == [])
        try await server.process.kill()
        let (errors, longest) = await logins(200, on: directory)
        #expect(errors.allSatisfy { $0?.code == .unreachable })
        #expect(longest < .seconds(2))
        try await server.process.start()
        #expect(await recovers(directory))
        #expect(await logins(40, on: directory).errors.compactMap { $0 } == [])
    }

    @Test(arguments: ["ldap", "ldaps", "StartTLS"])
    func `a frozen server costs a login its timeout and no more, on old and on new connections`(way: String)
        async throws
    {
        var configuration = TestDirectory.configuration(server)
        configuration.timeout = .seconds(1)
        configuration.certificateAuthority = server.certificates.authority
        configuration.startsTLS = way == "StartTLS"
        if way == "ldaps" { configuration.servers = ["ldaps://127.0.0.1:\(server.tlsPort)"] }
        let old = LDAPDirectory(configuration)
        #expect(await recovers(old))
        let new = LDAPDirectory(configuration)
        server.process.freeze()
        for directory in [old, new] {
            let (errors, longest) = await logins(20, on: directory)
            #expect(errors.allSatisfy { $0?.code == .timedOut || $0?.code == .unreachable })
            #expect(longest < .seconds(5))
        }
        server.process.thaw()
        #expect(await recovers(old))
        #expect(await recovers(new))
        #expect(await logins(40, on: old).errors.compactMap { $0 } == [])
        #expect(await logins(40, on: new).errors.compactMap { $0 } == [])
    }

    @Test func `with a second server a dead or frozen first one costs no login an error`() async throws {
        let second = try await SlapdServer(ldif: TestDirectory.ldif)
        let uris = ["ldap://127.0.0.1:\(server.port)", "ldap://127.0.0.1:\(second.port)"]
        let directory = directory(timeout: .seconds(10), uris)
        #expect(await logins(40, on: directory).errors.compactMap { $0 } == [])
        #expect(!(try second.log.contains("SRCH base=\"\(TestDirectory.base)\"")), "the first serves while it can")
        try await server.process.kill()
        #expect(await logins(40, on: directory).errors.compactMap { $0 } == [])
        try await server.process.start()
        let other = self.directory(timeout: .seconds(4), uris)
        #expect(await logins(40, on: other).errors.compactMap { $0 } == [])
        server.process.freeze()
        #expect(await logins(3, on: other).errors.compactMap { $0 } == [])
        server.process.thaw()
    }
}

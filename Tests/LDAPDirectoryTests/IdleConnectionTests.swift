import TestKit
import AppPasswordCore
import Foundation
import LDAPDirectory
import TestServers
import Testing

/// Connections that nobody used for a while, which a firewall on the way may have forgotten without a word.
@Suite(.enabled(if: InstalledServers.slapd, "\(InstalledServers.slapdMissing)"), .timeLimit(.minutes(5)))
struct IdleConnectionTests {
    private let alice = AccountAnswer.found(Account(uid: "alice"))

    private func logins(_ count: Int, on directory: LDAPDirectory) async throws {
        try await withThrowingTaskGroup(of: AccountAnswer.self) { group in
            for _ in 0..<count { group.addTask { try await directory.account(for: "alice") } }
            for try await answer in group { #expect(answer == alice) }
        }
    }

    @Test(arguments: ["ldap", "ldaps", "StartTLS"])
    func `forgotten connections cost no login an error`(way: String) async throws {
        let server = try await TestDirectory.server()
        let proxy = try ForgetfulProxy(to: way == "ldaps" ? server.tlsPort : server.port)
        var configuration = TestDirectory.configuration(server)
        configuration.servers = ["\(way == "ldaps" ? "ldaps" : "ldap")://127.0.0.1:\(proxy.port)"]
        configuration.startsTLS = way == "StartTLS"
        configuration.certificateAuthority = server.certificates.authority
        configuration.timeout = .seconds(10)
        configuration.poolSize = 8
        let clock = HandClock()
        let directory = LDAPDirectory(configuration) { clock.instant }
        try await logins(8, on: directory)
        for pause in [Duration.seconds(5), .seconds(3600)] {
            clock.advance(by: pause)
            proxy.forgetConnections()
            try await logins(1, on: directory)
            try await logins(8, on: directory)
        }
    }

    @Test func `a connection is used again after a short pause, and replaced after a long one`() async throws {
        let server = try await TestDirectory.server()
        let proxy = try ForgetfulProxy(to: server.port)
        var configuration = TestDirectory.configuration(server)
        configuration.servers = ["ldap://127.0.0.1:\(proxy.port)"]
        configuration.poolSize = 1
        let clock = HandClock()
        let directory = LDAPDirectory(configuration) { clock.instant }
        try await logins(1, on: directory)
        for _ in 0..<3 {
            clock.advance(by: .seconds(59))
            try await logins(1, on: directory)
        }
        #expect(proxy.acceptedConnections == 1)
        clock.advance(by: .seconds(60))
        try await logins(1, on: directory)
        #expect(proxy.acceptedConnections == 2)
    }

    @Test func `a server that is slow after a pause is asked again, and waited for`() async throws {
        let server = try await SlapdServer(ldif: TestDirectory.ldif)
        let proxy = try ForgetfulProxy(to: server.port)
        var configuration = TestDirectory.configuration(server)
        configuration.servers = ["ldap://127.0.0.1:\(proxy.port)"]
        configuration.poolSize = 1
        let clock = HandClock()
        let directory = LDAPDirectory(configuration) { clock.instant }
        try await logins(1, on: directory)
        clock.advance(by: .seconds(5))
        server.process.freeze()
        async let late: Void = try await logins(1, on: directory)
        while proxy.acceptedConnections < 2 { await Task.yield() }
        server.process.thaw()
        try await late
    }

    @Test func `the system keeps connections alive`() async throws {
        let server = try await SlapdServer(ldif: TestDirectory.ldif)
        let directory = LDAPDirectory(TestDirectory.configuration(server))
        try await logins(1, on: directory)
        func option(_ level: Int32, _ name: Int32, of descriptor: Int32) -> Int32 {
            var (value, length) = (Int32(-1), socklen_t(MemoryLayout<Int32>.size))
            return getsockopt(descriptor, level, name, &value, &length) == 0 ? value : -1
        }
        let ours = (0..<Int32(1024)).filter { descriptor in
            var (address, length) = (sockaddr_in(), socklen_t(MemoryLayout<sockaddr_in>.size))
            let status = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
            }
            return status == 0 && address.sin_port == server.port.bigEndian
        }
        #expect(!ours.isEmpty)
        for descriptor in ours {
            #expect(option(SOL_SOCKET, SO_KEEPALIVE, of: descriptor) == 1)
            #expect(option(Int32(IPPROTO_TCP), TCP_KEEPIDLE, of: descriptor) == 30)
            #expect(option(Int32(IPPROTO_TCP), TCP_KEEPINTVL, of: descriptor) == 10)
            #expect(option(Int32(IPPROTO_TCP), TCP_KEEPCNT, of: descriptor) == 3)
            #expect(option(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, of: descriptor) == 30_000)
        }
    }
}

import DovecotHarness
import Foundation
import Testing

/// Two mail servers, each with a service of its own, on one database and one directory, as docs/upgrade.md has it.
@Suite(.serialized, .timeLimit(.minutes(5)), .enabled(if: MailSite.canRun, "\(MailSite.missing)"))
struct TwoServersTests {
    private static func servers(_ site: MailSite) async throws -> (one: ServerProcess, other: ServerProcess) {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", site.directory.read("config.toml"))
        return try await (ServerProcess(in: site.directory), ServerProcess(in: directory))
    }

    @Test func `both know the same passwords, write to the same history, and heed a revocation at once`() async throws {
        let site = try await MailSite()
        let plugin = RoundcubePlugin(site: site)
        let password = try await plugin.add("alice")
        let id = try #require(try await plugin.list("alice").first?.id)
        let servers = try await Self.servers(site)
        #expect(try servers.one.auth("alice", password, from: "192.88.97.1").status == 200)
        #expect(try servers.other.auth("alice", password, from: "192.88.97.2").status == 200)
        try await site.wait { _ in try await plugin.uses(id, of: "alice") == 2 }
        #expect(try await Set(plugin.history(id, page: 0)) == ["192.88.97.1", "192.88.97.2"])
        try await plugin.remove(id, of: "alice")
        for server in [servers.one, servers.other] {
            #expect(try server.auth("alice", password, from: "192.88.97.1").status == 410)
        }
    }

    @Test(arguments: DovecotVersion.tested)
    func `Dovecot goes on with the other server when its own is gone`(version: DovecotVersion) async throws {
        let site = try await MailSite()
        let password = try await RoundcubePlugin(site: site).add("alice")
        let servers = try await Self.servers(site)
        let urls = "http://127.0.0.1:\(servers.one.port) http://127.0.0.1:\(servers.other.port)"
        try await DovecotServer.with(version, apiURL: urls, environment: ["WEB_AUTH_TIMEOUT": "20"]) {
            dovecot async throws in
            #expect(try await dovecot.imapLogin(user: "alice", password: password) == .ok)
            servers.one.signal(SIGKILL)
            _ = await servers.one.waitForExit()
            for _ in 0..<3 { #expect(try await dovecot.imapLogin(user: "alice", password: password) == .ok) }
            #expect(try await dovecot.imapLogin(user: "alice", password: "wrong").code == "AUTHENTICATIONFAILED")
            servers.other.signal(SIGKILL)
            _ = await servers.other.waitForExit()
            #expect(try await dovecot.imapLogin(user: "alice", password: password).code == "UNAVAILABLE")
        }
    }
}

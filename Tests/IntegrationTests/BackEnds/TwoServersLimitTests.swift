import Foundation
import TestServers
import Testing

/// Two servers with one database.
@Suite(.serialized, .timeLimit(.minutes(5)), .enabled(if: MailSite.canRun, "\(MailSite.missing)"))
struct TwoServersLimitTests {
    @Test func `they agree on an end to the moment, by the database's clock`() async throws {
        let site = try await MailSite()
        let password = try await RoundcubePlugin(site: site).add("alice")
        let other = try TemporaryDirectory()
        try other.write("config.toml", site.directory.read("config.toml"))
        let servers = [try await ServerProcess(in: site.directory), try await ServerProcess(in: other)]
        for server in servers { #expect(try server.auth("alice", password).status == 200) }
        try await site.sql(
            """
            INSERT INTO app_password_limits (pwid, expires) SELECT id, UTC_TIMESTAMP(3) + INTERVAL 2 SECOND FROM app_passwords
            """)
        func isOver() async throws -> Bool {
            try await site.rows("SELECT UTC_TIMESTAMP(3) >= expires FROM app_password_limits")[0][0] == "1"
        }
        var (ended, allowed) = (Set<Int>(), 0)
        while ended.count < servers.count {
            for (index, server) in servers.enumerated() {
                let before = try await isOver()
                let status = try server.auth("alice", password).status
                let after = try await isOver()
                #expect([200, 410].contains(status))
                // Between the two looks it may be either.
                if before { #expect(status == 410) }
                if !after { #expect(status == 200) }
                if status == 410 { ended.insert(index) } else { allowed += 1 }
            }
        }
        #expect(allowed > 1)
        for server in servers {
            server.signal(SIGTERM)
            #expect(await server.waitForExit() == 0)
        }
    }
}

import DovecotHarness
import Foundation
import TestServers
import Testing

/// What a real fail2ban with the shipped jail makes of the service's own journal.
extension DovecotSessionTests {
    @Test(
        .enabled(
            if: Fail2ban.isAvailable && UnitWriter.isAvailable, "\(Fail2ban.missing), or \(UnitWriter.missing)"),
        arguments: DovecotVersion.tested)
    func `a dead password that is tried on after a kick has nobody banned, and guesses have`(
        version: DovecotVersion
    ) async throws {
        let site = try await site()
        let settings = site.directory.read("config.toml")
        try site.directory.write("config.toml", settings.replacing(#"["jsonl:"#, with: #"["journal", "jsonl:"#))
        let plugin = RoundcubePlugin(site: site)
        let password = try await plugin.add("alice")
        let revoked = try await id(site, 0)
        // Before the service starts, which looks for it then.
        _ = try await JournaldServer.shared
        let unit = try BorrowedUnit("web-auth.service")
        defer { unit.giveBack() }
        // Addresses of this test alone, as the jail looks ten minutes back; of two networks, as each one's lines are thinned out.
        let number = version == .v23 ? 7 : 8
        let (client, guesser) = ("192.88.101.\(number)", "192.88.102.\(number)")
        try await with(version, site) { dovecot, server async throws in
            try unit.take(server.pid)
            let jail = try await Fail2banServer(packaging: Tool.sources + "/packaging/fail2ban")
            let session = try OpenSession(imap: dovecot, user: "alice", password: password, from: client)
            try await plugin.remove(revoked, of: "alice")
            #expect(try await wait(.seconds(7)) { session.isClosed })
            for _ in 0..<30 {
                let reply = try await dovecot.imapLogin(user: "alice", password: password, from: client)
                #expect(reply.code == "EXPIRED")
            }
            for number in 0..<30 {
                let reply = try await dovecot.imapLogin(user: "alice", password: "wrong \(number)", from: guesser)
                #expect(!reply.isOK)
            }
            // It reads the journal from its start to its end, so that it has read of the others when it bans the guesser.
            #expect(try await wait(.seconds(30)) { try await jail.banned().contains(guesser) }, "\(jail.log)")
            // It may hold those of other tests.
            #expect(try await jail.banned().filter { $0 == client || $0 == guesser } == [guesser])
        }
        let records = site.directory.read("audit.jsonl").split(separator: "\n")
        #expect(records.count { $0.contains(#""event":"revoked""#) && $0.contains(client) } >= 20)
    }
}

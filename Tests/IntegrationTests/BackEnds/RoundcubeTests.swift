import DovecotHarness
import Foundation
import Testing

/// The plugin's statements in MariaDB, a real Dovecot, the real server, MariaDB and LDAP: what a user does and sees.
@Suite(.serialized, .timeLimit(.minutes(10)), .enabled(if: MailSite.canRun, "\(MailSite.missing)"))
struct RoundcubeTests {
    static let sites: [(DovecotVersion, MailSite.Tables)] = {
        let all: [(DovecotVersion, MailSite.Tables)] = [(.v23, .shipped), (.v23, .old), (.v24, .shipped)]
        return all.filter { $0.0.shouldRun }
    }()

    @Test(arguments: RoundcubeTests.sites)
    func `a password made in the webmail logs in, shows its uses, and stops when it is revoked or removed`(
        version: DovecotVersion, tables: MailSite.Tables
    ) async throws {
        let disabled = LDIF.account("eve", more: "homeDirectory: /home/mail\nloginShell: /bin/false")
        let site = try await MailSite(
            tables: tables, accounts: LDIF.account("alice") + LDIF.account("bob") + disabled)
        let plugin = RoundcubePlugin(site: site)
        let server = try await ServerProcess(in: site.directory)
        let password = try await plugin.add("alice")
        let fromBob = try await plugin.add("bob")
        let ofDisabled = try await plugin.add("eve")
        let id = try #require(try await plugin.list("alice").first?.id)
        #expect(try await plugin.list("alice").map(\.lastUsed) == [nil])
        try await plugin.rename(id, of: "alice", to: "phone's 📱 Mail")
        try await plugin.rename(id, of: "bob", to: "not his")
        #expect(try await plugin.list("alice").map(\.comment) == ["phone's 📱 Mail"])

        try await DovecotServer.with(
            version, apiURL: "http://127.0.0.1:\(server.port)", environment: ["WEB_AUTH_TIMEOUT": "20"]
        ) { dovecot async throws in
            let before = Date.now
            #expect(try await dovecot.settledLogin(user: "alice", password: password, from: "192.88.97.7") == .ok)
            #expect(try await dovecot.settledLogin(user: "alice", password: fromBob).code == "AUTHENTICATIONFAILED")
            #expect(try await dovecot.settledLogin(user: "eve", password: ofDisabled).code == "AUTHENTICATIONFAILED")
            #expect(await dovecot.logs("web-auth: 403 account disabled"))
            try await site.wait { _ in try await plugin.list("alice").first?.lastUsed != nil }
            let used = try #require(try await plugin.list("alice").first)
            #expect(used.lastAddress == "192.88.97.7")
            let time = try Self.time(#require(used.lastUsed))
            #expect((before.addingTimeInterval(-1)...Date.now.addingTimeInterval(1)).contains(time))

            // 26 uses over SMTP make two pages of the history.
            for host in 1...26 {
                var sent = try await dovecot.doveadmAuthTest(
                    service: "smtp", user: "alice", password: password, from: "192.88.98.\(host)")
                for _ in 0..<10 where sent.output.contains("temp_fail") {
                    sent = try await dovecot.doveadmAuthTest(
                        service: "smtp", user: "alice", password: password, from: "192.88.98.\(host)")
                }
                #expect(sent.status == 0, "\(sent.output)")
            }
            try await site.wait { _ in try await plugin.uses(id, of: "alice") == 27 }
            let pages = try await [plugin.history(id, page: 0), plugin.history(id, page: 1)]
            #expect(pages[0] == (7...26).reversed().map { "192.88.98.\($0)" })
            #expect(pages[1] == (1...6).reversed().map { "192.88.98.\($0)" } + ["192.88.97.7"])
            #expect(try await plugin.list("alice").map(\.lastAddress) == ["192.88.98.26"])
            #expect(try await plugin.uses(id, of: "bob") == nil)

            try await revoke(id, plugin, tables)
            #expect(try await plugin.list("alice").isEmpty)
            #expect(try await dovecot.settledLogin(user: "alice", password: password).code == "EXPIRED")
            #expect(try server.auth("alice", password).status == 410)

            try await plugin.delete(id, of: "alice")
            #expect(try await dovecot.settledLogin(user: "alice", password: password).code == "AUTHENTICATIONFAILED")
            #expect(try server.auth("alice", password).status == 401)
            #expect(try await site.rows("SELECT count(*) FROM log WHERE pwid = \(id)") == [["0"]])
            try await plugin.deleteAll(of: "bob")
            #expect(try await dovecot.settledLogin(user: "bob", password: fromBob).code == "AUTHENTICATIONFAILED")
            #expect(!dovecot.log.contains(password))
        }
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        #expect(!server.logText.contains(password) && !server.logText.contains("$6$"))
    }

    /// The old rights do not let the webmail revoke softly: there the administrator does.
    private func revoke(_ id: Int, _ plugin: RoundcubePlugin, _ tables: MailSite.Tables) async throws {
        switch tables {
        case .shipped:
            try await plugin.remove(id, of: "bob")
            #expect(try await plugin.list("alice").map(\.id) == [id], "only its owner can revoke it")
            try await plugin.remove(id, of: "alice")
        case .old:
            await #expect(throws: (any Error).self) { try await plugin.remove(id, of: "alice") }
            try await plugin.site.sql(RoundcubePlugin.removal(id, "alice"))
        }
    }

    /// The time of a row, which the plugin reads as UTC.
    private static func time(_ text: String) throws -> Date {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyy-MM-dd HH:mm:ss.SSS"
        return try #require(formatter.date(from: text))
    }
}

extension DovecotServer {
    /// Logs in over IMAP, again if it could not be decided: so a machine with too much other work answers in time limits.
    fileprivate func settledLogin(user: String, password: String, from address: String? = nil) async throws
        -> LoginReply
    {
        for _ in 0..<10 {
            let reply = try await imapLogin(user: user, password: password, from: address)
            if reply.code != "UNAVAILABLE" { return reply }
        }
        return try await imapLogin(user: user, password: password, from: address)
    }
}

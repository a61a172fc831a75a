import Foundation
import TestServers
import Testing

/// The plugin's statements with the webmail's rights, on both tables and both MariaDBs.
@Suite(.serialized, .timeLimit(.minutes(10)), .enabled(if: MailSite.canRun, "\(MailSite.missing)"))
struct RoundcubeStatementTests {
    @Test(.enabled(if: MariaDBVersion.v118.shouldRun, "\(MariaDBVersion.v118.skipped)"))
    func `MariaDB 11.8 is tested`() { #expect(MariaDBVersion.tested.contains(.v118)) }

    /// Uses of a password, one a minute, from `192.0.2.1` on.
    private func use(_ id: Int, times: Int, _ site: MailSite) async throws {
        try await site.sql(
            """
            INSERT INTO log (pwid, service, src_ip, src_rdns, src_loc, src_isp, `timestamp`)
            SELECT \(id), 'imap', concat('192.0.2.', seq), '<>', 'Linköping', 'Universität Köln', \
            '2026-11-23 17:00:00.125' + INTERVAL seq MINUTE FROM seq_1_to_\(times)
            """)
    }

    @Test(arguments: MariaDBVersion.tested, MailSite.Tables.allCases)
    func `a user makes, sees, names and revokes passwords, and reaches nobody else's`(
        version: MariaDBVersion, tables: MailSite.Tables
    ) async throws {
        let site = try await MailSite(version, tables: tables)
        let plugin = RoundcubePlugin(site: site)
        // The plugin takes every time for UTC, wherever the server thinks it is.
        try await site.sql("SET GLOBAL time_zone = '+09:00'")
        if tables == .old {
            _ = try await plugin.add("alice")
            let first = try #require(try await plugin.list("alice").first?.id)
            await #expect(throws: (any Error).self) { try await plugin.remove(first, of: "alice") }
            try await plugin.delete(first, of: "alice")
            // As docs/roundcube.md says: the older rights know no soft deletion.
            try await site.grant()
        }

        let password = try await plugin.add("alice")
        #expect(password.wholeMatch(of: /(\w{4}-){3}\w{4}/) != nil)
        _ = try await plugin.add("alice")
        _ = try await plugin.add("bob")
        let ids = try await plugin.list("alice").map(\.id).sorted()
        let ofBob = try #require(try await plugin.list("bob").first?.id)
        try #require(ids.count == 2)
        let hash = try await site.rows("SELECT password FROM app_passwords WHERE id = \(ids[0])")[0][0]
        #expect(hash.wholeMatch(of: /\{CRYPT\}\$6\$[.\/\w]{16}\$[.\/\w]{86}/) != nil)
        let skew = try await site.rows(
            "SELECT max(abs(timestampdiff(SECOND, created, utc_timestamp()))) FROM app_passwords")
        #expect(try #require(Int(skew[0][0])) < 60)

        try await plugin.rename(ids[0], of: "alice", to: "Œuvre 📱 o'Neill \"x\"")
        for other in ["bob", "", "%", "alice' OR '1'='1"] {
            try await plugin.rename(ids[0], of: other, to: "not his")
            try await plugin.remove(ids[0], of: other)
            try await plugin.delete(ids[0], of: other)
            #expect(try await plugin.uses(ids[0], of: other) == nil)
        }
        try await plugin.removeAll(of: "carol")
        try await plugin.deleteAll(of: "carol")
        #expect(try await plugin.list("alice").first { $0.id == ids[0] }?.comment == "Œuvre 📱 o'Neill \"x\"")
        #expect(try await plugin.list("alice").count == 2)

        try await use(ids[0], times: 26, site)
        try await use(ofBob, times: 2, site)
        #expect(try await plugin.uses(ids[0], of: "alice") == 26)
        #expect(try await plugin.history(ids[0], page: 0) == (7...26).reversed().map { "192.0.2.\($0)" })
        #expect(try await plugin.history(ids[0], page: 1) == (1...6).reversed().map { "192.0.2.\($0)" })
        #expect(try await plugin.history(ids[0], page: 2).isEmpty)
        let listed = try #require(try await plugin.list("alice").first { $0.id == ids[0] })
        #expect(listed.lastUsed == "2026-11-23 17:26:00.125" && listed.lastAddress == "192.0.2.26")
        #expect(try await plugin.list("alice").first { $0.id == ids[1] }?.lastUsed == nil)

        try await plugin.remove(ids[0], of: "alice")
        #expect(try await plugin.list("alice").map(\.id) == [ids[1]])
        #expect(try await site.rows("SELECT count(*) FROM log WHERE pwid = \(ids[0])") == [["26"]], "kept")
        try await plugin.removeAll(of: "alice")
        #expect(try await plugin.list("alice").isEmpty)
        let revoked =
            "SELECT count(*) FROM app_passwords WHERE abs(timestampdiff(SECOND, deleted, utc_timestamp())) < 60"
        #expect(try await site.rows(revoked) == [["2"]])
        try await plugin.delete(ids[0], of: "alice")
        #expect(try await site.rows("SELECT count(*) FROM log WHERE pwid = \(ids[0])") == [["0"]])
        try await plugin.deleteAll(of: "alice")
        #expect(try await site.rows("SELECT DISTINCT uid FROM app_passwords") == [["bob"]])
        #expect(try await plugin.list("bob").map(\.lastAddress) == ["192.0.2.2"])
    }

    @Test(arguments: MariaDBVersion.tested)
    func `names that differ in accents or capitals share a list on older tables, until these are brought up to date`(
        version: MariaDBVersion
    ) async throws {
        let site = try await MailSite(version, tables: .old)
        let plugin = RoundcubePlugin(site: site)
        _ = try await plugin.add("müller")
        #expect(try await plugin.list("MULLER").count == 1)
        try await site.upgrade()
        #expect(try await plugin.list("MULLER").isEmpty)
        #expect(try await plugin.list("müller").count == 1)
        // As docs/install.md says: all rights, once the tables are all there.
        try await site.grant()
        try await plugin.remove(try #require(try await plugin.list("müller").first?.id), of: "müller")
        #expect(try await plugin.list("müller").isEmpty)
    }

    @Test(arguments: MariaDBVersion.tested)
    func `what docs/roundcube.md says of the plugin is so`(version: MariaDBVersion) async throws {
        let site = try await MailSite(version)
        let plugin = RoundcubePlugin(site: site)
        _ = try await plugin.add("alice")
        let id = try #require(try await plugin.list("alice").first?.id)
        try await use(id, times: 1, site)

        // A history is shown to whoever asks, for the row that the plugin counts is there for everybody.
        #expect(try await plugin.historyHead(id, of: "bob").count == 1)
        let page = try String(contentsOfFile: "\(Tool.sources)/docs/roundcube.md", encoding: .utf8)
        let command = try #require(page.firstMatch(of: /sed -i '([^']+)' \S*ShowHistory.php/)).1
        let mended = try Tool.run("/usr/bin/sed", [String(command)], input: RoundcubePlugin.historyHead).output
        #expect(mended != RoundcubePlugin.historyHead)
        #expect(try await plugin.historyHead(id, of: "bob", statement: mended).isEmpty)
        #expect(try await plugin.historyHead(id, of: "alice", statement: mended).map { $0[6] } == ["1"])

        // Without its charset in the DSN a connection may be a latin1 one.
        let rename = "UPDATE app_passwords SET comment = 'Linköping' WHERE id = \(id) AND uid = 'alice'"
        try await site.webmail("SET NAMES latin1; \(rename)")
        #expect(try await plugin.list("alice").first?.comment == "LinkÃ¶ping")
        try await site.webmail(rename)
        #expect(try await plugin.list("alice").first?.comment == "Linköping")
        #expect(page.contains("charset=utf8mb4"))
    }

    @Test(arguments: MariaDBVersion.tested)
    func `without its line for hard deletion the webmail cannot delete`(version: MariaDBVersion) async throws {
        let site = try await MailSite(version)
        let plugin = RoundcubePlugin(site: site)
        _ = try await plugin.add("alice")
        let id = try #require(try await plugin.list("alice").first?.id)
        try await site.sql("REVOKE DELETE ON mail_auth.app_passwords FROM roundcube@localhost")
        await #expect(throws: (any Error).self) { try await plugin.delete(id, of: "alice") }
        await #expect(throws: (any Error).self) { try await plugin.deleteAll(of: "alice") }
        try await plugin.remove(id, of: "alice")
        #expect(try await plugin.list("alice").isEmpty)
    }
}

import AppPasswordCore
import AuditCore
import MariaDBStore
import TestServers
import Testing

/// What looking for ended passwords costs the database, by the very statement that the store asks.
@Suite(.enabled(if: InstalledServers.mariadb, "\(InstalledServers.mariadbMissing)"))
struct EndedPasswordTests {
    /// The statement, fifteen seconds after the last one, with its parameters written into it.
    private func question(among ids: [Int64]) -> String {
        MariaDBStore.endedQuestion(hasLimits: true, hasSuspended: true, hasMoment: true, among: ids).sql
            .replacing("?", with: "UTC_TIMESTAMP(3) - INTERVAL 15 SECOND")
    }

    /// Passwords of which a third was revoked and half has an end long ago or far away; ten each are revoked, at their end and
    /// suspended just now.
    private func database(_ passwords: Int, on server: MariaDBServer) async throws -> TestDatabase {
        let database = try await TestDatabase(.new, on: server)
        try await database.sql(
            """
            INSERT INTO app_passwords (uid, password, deleted)
                SELECT concat('user', seq DIV 10), seq, IF(seq % 3 = 0, '2026-01-01' - INTERVAL seq SECOND, NULL)
                FROM seq_1_to_\(passwords);
            INSERT INTO app_password_limits (pwid, expires, suspended)
                SELECT id, IF(id % 4 = 0, '2026-01-01' - INTERVAL id SECOND, '2099-01-01' + INTERVAL id SECOND),
                IF(id % 10 = 0, '2026-01-01' - INTERVAL id SECOND, NULL) FROM app_passwords WHERE id % 2 = 0;
            ANALYZE TABLE app_passwords, app_password_limits;
            UPDATE app_passwords SET deleted = UTC_TIMESTAMP(3) WHERE id % 2 = 1 AND id % 3 > 0 LIMIT 10;
            UPDATE app_password_limits SET expires = UTC_TIMESTAMP(3) WHERE pwid % 10 = 2 LIMIT 10;
            UPDATE app_password_limits SET suspended = UTC_TIMESTAMP(3) WHERE pwid % 10 = 4 LIMIT 10;
            """)
        return database
    }

    @Test(arguments: MariaDBVersion.tested)
    func `each part of it goes by an index`(version: MariaDBVersion) async throws {
        let database = try await database(20_000, on: try await SharedServer.get(version))
        for ids in [[], Array(stride(from: Int64(1), to: 20_000, by: 200))] {
            let plan = try await database.sql("EXPLAIN " + question(among: ids))
            let lines = plan.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
            let looks = lines.filter { ["app_passwords", "m", "p"].contains($0[2]) }
            #expect(looks.count == (ids.isEmpty ? 5 : 7), "\(plan)")
            #expect(looks.allSatisfy { $0[3].hasPrefix("range") || $0[3] == "eq_ref" }, "\(plan)")
            let keys = Set(looks.map { $0[5] })
            #expect(
                keys.isSuperset(of: [
                    "app_passwords_deleted", "app_password_limits_expires", "app_password_limits_suspended",
                ]), "\(plan)")
        }
    }

    @Test(arguments: MariaDBVersion.tested)
    func `it reads what has ended and what is asked about, whatever the size of the tables`(
        version: MariaDBVersion
    ) async throws {
        let server = try await SharedServer.get(version)
        var reads: [Int: Int] = [:]
        for size in [4000, 80_000] {
            let database = try await database(size, on: server)
            let ids = Array(stride(from: Int64(1), to: Int64(size), by: size / 100))
            let output = try await database.sql(
                "FLUSH STATUS; \(question(among: ids)); SHOW SESSION STATUS LIKE 'Handler_%';")
            let lines = output.split(separator: "\n").map { $0.split(separator: "\t") }
            for reason in ["revoked", "expired", "suspended"] {
                #expect(lines.contains { $0[0] == reason }, "\(reason)")
            }
            // What the engine looks at by itself, to pass it over, counts as well.
            let handlers = lines.filter { $0[0].hasPrefix("Handler_read") || $0[0] == "Handler_icp_attempts" }
            reads[size] = handlers.compactMap { Int($0[1]) }.reduce(0, +)
        }
        let (small, large) = (try #require(reads[4000]), try #require(reads[80_000]))
        // The rows of 100 ids in both tables, 30 that have ended, and what comes of them.
        #expect((200...1000).contains(large) && abs(large - small) < 100, "\(reads)")
    }

    @Test func `one that is revoked without a time is revoked now, by the database's clock`() async throws {
        let database = try await TestDatabase(.new, on: try await SharedServer.get())
        let store = try database.administration()
        let id = try await store.add(
            uid: "alice", storedHash: "{CRYPT}a", comment: nil, created: Timestamp(milliseconds: 0))
        #expect(try await store.revoke(id: id, hard: false, at: nil))
        let age = try await database.sql(
            "SELECT TIMESTAMPDIFF(SECOND, deleted, UTC_TIMESTAMP(3)) BETWEEN 0 AND 60 FROM app_passwords")
        #expect(age == "1\n")
    }
}

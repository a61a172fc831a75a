import AppPasswordCore
import AuditCore
import CMariaDB
import Foundation
import MariaDBStore
import TestServers
import Testing

/// Figures of the promises that need a server: `BENCHMARKS=1 swift test -c release --filter MariaDBStoreTests.Benchmark`.
@Suite(
    .enabled(if: ProcessInfo.processInfo.environment["BENCHMARKS"] == "1", "set BENCHMARKS=1"), .serialized)
struct BenchmarkTests {
    @Test func `a user's list with last use takes at most 5 ms among a million log rows`() async throws {
        let server = try await MariaDBServer(options: ["--innodb-buffer-pool-size=512M"])
        let new = try await TestDatabase(.new, on: server)
        let old = try await TestDatabase(.old, on: server)
        for database in [new, old] {
            // 1,000 users with 20 passwords each; a third of all uses is by the first of them.
            try await database.sql(
                """
                INSERT INTO app_passwords (uid, password) SELECT concat('user', (seq - 1) DIV 20), seq FROM seq_1_to_20000;
                INSERT INTO log (pwid, service, src_ip, src_rdns, src_loc, src_isp, `timestamp`)
                SELECT IF(seq % 3 = 0, 1 + seq DIV 3 % 20, 1 + seq * 7919 % 20000), 'imap', '192.0.2.1', 'host.example.org',
                'Dresden, SN, Germany', 'Example ISP', '2026-01-01' + INTERVAL seq * 20 SECOND FROM seq_1_to_1000000;
                ANALYZE TABLE app_passwords, log;
                """)
        }
        for user in ["user0", "user7"] {
            let list = "SELECT * FROM app_passwords_with_log WHERE uid = '\(user)' AND deleted IS NULL"
            let (fast, slow) = (try await milliseconds(list, new), try await milliseconds(list, old))
            print("list of \(user): \(fast) ms, with the older view \(slow) ms")
            #expect(fast <= 5)
        }
        let page =
            "SELECT * FROM log, (SELECT count(*) AS total FROM log WHERE pwid = 1) c WHERE pwid = 1 ORDER BY timestamp DESC LIMIT 20 OFFSET 0"
        print(
            "first history page: \(try await milliseconds(page, new)) ms, with the older index \(try await milliseconds(page, old)) ms"
        )
    }

    @Test func `a look for ended passwords takes less than a millisecond of the database`() async throws {
        let server = try await MariaDBServer(options: [
            "--innodb-buffer-pool-size=1G", "--innodb-log-file-size=512M", "--performance-schema=ON",
        ])
        let database = try await TestDatabase(.new, on: server)
        try await fillForPolls(database)
        let store = try database.store()
        let last = try #require(Int64(try await database.sql("SELECT MAX(id) FROM app_passwords").dropLast()))
        for (name, count) in [("none in use", 0), ("100 asked about", 100)] {
            func spent() async throws -> Double {
                let text = try await database.sql(
                    """
                    SELECT SUM(SUM_TIMER_WAIT) / 1e9 FROM performance_schema.events_statements_summary_by_user_by_event_name \
                    WHERE USER = '\(database.serviceUser)'
                    """)
                return Double(text.dropLast()) ?? 0
            }
            var since = try await store.ended(since: nil, among: []).now
            let before = try await spent()
            let polls = 1000
            for _ in 0..<polls {
                let ids = (0..<count).map { _ in Int64.random(in: 1...last) }
                since = try await store.ended(since: since.advanced(by: .seconds(-15)), among: ids).now
            }
            let milliseconds = (try await spent() - before) / Double(polls)
            print("a poll, \(name): \(milliseconds) ms of the database")
            #expect(milliseconds > 0 && milliseconds < 1)
        }
    }

    /// A million passwords, a tenth of them revoked and a fifth limited, and ten million uses.
    private func fillForPolls(_ database: TestDatabase) async throws {
        let quick = "SET unique_checks = 0, foreign_key_checks = 0;"
        for part in 0..<4 {
            try await database.sql(
                """
                \(quick) INSERT INTO app_passwords (uid, password, created, deleted)
                SELECT concat('user', n DIV 5), concat('{CRYPT}$6$', n, repeat('x', 90)), '2025-01-01' + INTERVAL n SECOND,
                IF(n % 10 = 0, '2025-01-01' + INTERVAL n * 50 SECOND, NULL)
                FROM (SELECT seq + \(part * 250_000) AS n FROM seq_1_to_250000) s;
                """)
        }
        try await database.sql(
            """
            \(quick) INSERT INTO app_password_limits (pwid, services, expires, suspended)
            SELECT id, 'imap', '2025-06-01' + INTERVAL id * 100 SECOND, IF(id % 500 = 0, '2026-01-01', NULL)
            FROM app_passwords WHERE id % 5 = 0;
            """)
        for part in 0..<20 {
            try await database.sql(
                """
                \(quick) INSERT INTO log (pwid, service, src_ip, src_rdns, src_loc, src_isp, `timestamp`)
                SELECT 1 + seq * 7919 % 1000000, 'imap', '192.0.2.1', 'host.example.org', 'Dresden, SN, Germany', 'Example ISP',
                '2025-01-01' + INTERVAL seq + \(part * 500_000) SECOND FROM seq_1_to_500000;
                """)
        }
        try await database.sql("ANALYZE TABLE app_passwords, app_password_limits, log")
    }

    /// The shortest of a few runs, as the server measures it.
    private func milliseconds(_ sql: String, _ database: TestDatabase) async throws -> Double {
        let runs = repeatElement("\(sql);", count: 4).joined()
        let output = try await database.sql("SET profiling = 1; \(runs) SHOW PROFILES;")
        let times = output.split(separator: "\n").compactMap { line -> Double? in
            let fields = line.split(separator: "\t")
            return fields.count == 3 && fields[2].hasPrefix("SELECT") ? Double(fields[1]) : nil
        }
        return try #require(times.min()) * 1000
    }

    @Test func `a login's query costs not much more than the same query in a loop`() async throws {
        let database = try await TestDatabase(.new, on: try await SharedServer.get())
        try await database.sql(
            "INSERT INTO app_passwords (uid, password) SELECT 'alice', concat('{CRYPT}$6$', seq, repeat('x', 100)) FROM seq_1_to_20"
        )
        let count = 5000
        let clock = ContinuousClock()
        var loop = Duration.seconds(1000), alone = loop, many = loop
        let store = try database.store()
        for _ in 0..<3 {
            loop = min(loop, try rawLoop(count, database))
            alone = min(
                alone, try await clock.measure { for _ in 0..<count { _ = try await store.passwords(of: "alice") } })
            many = min(
                many,
                try await clock.measure {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for _ in 0..<16 {
                            group.addTask { for _ in 0..<count / 16 { _ = try await store.passwords(of: "alice") } }
                        }
                        try await group.waitForAll()
                    }
                })
        }
        func micros(_ duration: Duration) -> Int { Int(duration / .microseconds(count)) }
        print(
            "20 rows: loop \(micros(loop)) us, pool \(micros(alone)) us one by one (\(alone / loop)), \(micros(many)) us by sixteen (\(many / loop))"
        )
        #expect(alone / loop < 3)
    }

    /// The same statement on one connection, with fixed buffers, rows read and thrown away.
    private func rawLoop(_ count: Int, _ database: TestDatabase) throws -> Duration {
        let handle = try #require(mysql_init(nil))
        defer { mysql_close(handle) }
        let connected = mysql_real_connect(handle, "localhost", "root", "", database.name, 0, database.server.socket, 0)
        try #require(connected != nil)
        let statement = try #require(mysql_stmt_init(handle))
        defer { mysql_stmt_close(statement) }
        let sql = "SELECT id, uid, password, deleted IS NOT NULL, created FROM app_passwords WHERE uid = ? LIMIT 10000"
        try #require(mysql_stmt_prepare(statement, sql, UInt(sql.utf8.count)) == 0)
        let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: 6 * 512)
        let binds = UnsafeMutablePointer<MYSQL_BIND>.allocate(capacity: 6)
        defer { buffer.deallocate() }
        defer { binds.deallocate() }
        for column in 0..<6 {
            var bind = MYSQL_BIND()
            bind.buffer_type = MYSQL_TYPE_STRING
            bind.buffer = UnsafeMutableRawPointer(buffer + column * 512)
            bind.buffer_length = column == 5 ? 5 : 512
            binds[column] = bind
        }
        for (index, byte) in "alice".utf8.enumerated() { buffer[5 * 512 + index] = CChar(byte) }
        try #require(mysql_stmt_bind_param(statement, binds + 5) == 0)
        try #require(mysql_stmt_bind_result(statement, binds) == 0)
        var rows = 0
        let took = ContinuousClock().measure {
            for _ in 0..<count {
                if mysql_stmt_execute(statement) != 0 { return }
                while mysql_stmt_fetch(statement) == 0 { rows += 1 }
            }
        }
        #expect(rows == count * 20)
        return took
    }
}

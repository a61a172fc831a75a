import AppPasswordCore
import AuditCore
import CMariaDB
import Foundation
import Logging
import LoginSpool
import MariaDBStore
import TestServers
import Testing

/// How fast a backlog gets into the `log` table after an outage and a crash, against plain multi-row INSERTs of the same
/// rows: `BENCHMARKS=1 swift test -c release --filter MariaDBStoreTests.DrainBenchmark`.
@Suite(
    .enabled(if: ProcessInfo.processInfo.environment["BENCHMARKS"] == "1", "set BENCHMARKS=1"), .serialized)
struct DrainBenchmarkTests {
    /// Takes what it is given, and the answer is lost.
    private struct Deaf: LoginLog {
        let store: MariaDBStore
        func insert(_ rows: [LoginLogRow], mayBeThere: Bool) async throws(BackendError) {
            try await store.insert(rows, mayBeThere: mayBeThere)
            throw BackendError("database", .unreachable)
        }
        func position() async throws(BackendError) -> Int64 { try await store.position() }
    }

    private static let count = 20_000

    @Test(arguments: [(TestDatabase.Schema.new, 0, 0.35), (.old, 0, 0.1), (.old, 100_000, 0.09)])
    func `a backlog drains at a good part of the pace of plain inserts`(
        schema: TestDatabase.Schema, rowsThere: Int, least: Double
    ) async throws {
        let server = try await MariaDBServer(options: ["--innodb-buffer-pool-size=512M"])
        let (plain, ours) = (try await TestDatabase(schema, on: server), try await TestDatabase(schema, on: server))
        for database in [plain, ours] {
            try await database.sql(
                """
                INSERT INTO app_passwords (id, uid, password) SELECT seq, 'alice', seq FROM seq_1_to_50;
                INSERT INTO log (pwid, service, src_ip, src_rdns, src_loc, src_isp, `timestamp`)
                SELECT 1, 'imap', '192.0.2.1', 'host.example.org', 'Dresden, SN, Germany', 'Example ISP',
                '2026-01-01' + INTERVAL seq SECOND FROM seq_1_to_100000 WHERE seq <= \(rowsThere);
                ANALYZE TABLE log;
                """)
        }
        // With rows there they are all of the one password that has them.
        let rows = (0..<Self.count).map { row(rowsThere > 0 ? 1 : Int64(1 + $0 % 50), at: Int64($0) * 61_000) }

        let spool = FileManager.default.temporaryDirectory.appending(path: "drain-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: spool) }
        let store = try ours.store()
        func open(_ log: any LoginLog) throws -> SpooledLoginRecorder {
            try SpooledLoginRecorder(
                directory: spool.path, log: log, configuration: SpoolConfiguration(),
                logger: Logger(label: "benchmark", factory: { _ in SwiftLogNoOpLogHandler() }),
                now: { Timestamp(milliseconds: 1_900_000_000_000) })
        }
        var killed: SpooledLoginRecorder? = try open(Deaf(store: store))
        for row in rows {
            guard let ticket = await killed?.record(row) else { continue }
            killed?.complete(ticket, name: nil, location: nil, isp: nil)
        }
        for _ in 0..<2 { _ = await killed?.step() }
        killed = nil

        let next = try open(store)
        let clock = ContinuousClock()
        let drained = await clock.measure { #expect(await next.flush(within: .seconds(600)) == 0) }
        #expect(try await ours.sql("SELECT count(*) FROM log") == "\(Self.count + rowsThere)\n")
        let inserted = try clock.measure { try insert(rows, plain) }
        let pace = Int(Double(Self.count) / (drained / .seconds(1)))
        print("\(schema) tables, \(rowsThere) rows there: \(pace) rows/s, \(inserted / drained) of plain inserts")
        #expect(inserted / drained >= least)
    }

    /// Plain statements of 200 rows each, on one connection.
    private func insert(_ rows: [LoginLogRow], _ database: TestDatabase) throws {
        let handle = try #require(mysql_init(nil))
        defer { mysql_close(handle) }
        let connected = mysql_real_connect(handle, "localhost", "root", "", database.name, 0, database.server.socket, 0)
        try #require(connected != nil)
        for start in stride(from: 0, to: rows.count, by: 200) {
            let values = rows[start..<min(start + 200, rows.count)].map { row in
                """
                (\(row.passwordID), '\(row.service)', '\(row.sourceAddress ?? "")', '\(row.sourceName ?? "")', \
                '\(row.sourceLocation ?? "")', '\(row.sourceISP ?? "")', '\(row.time.sqlText)')
                """
            }
            let sql = """
                INSERT INTO log (pwid, service, src_ip, src_rdns, src_loc, src_isp, `timestamp`) VALUES \
                \(values.joined(separator: ", "))
                """
            try #require(mysql_real_query(handle, sql, UInt(sql.utf8.count)) == 0)
        }
    }
}

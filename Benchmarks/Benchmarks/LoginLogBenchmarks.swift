import AppPasswordCore
import AuditCore
import Foundation
import LoginSpool
import Logging
import SQLiteStore

private struct NowhereLog: LoginLog {
    func insert(_ rows: [LoginLogRow], mayBeThere: Bool) async throws(BackendError) {}
}

/// What a login pays for its row, and for its app passwords in the embedded database.
func loginLogBenchmarks(_ suite: Suite) async throws {
    guard suite.wants("spool.record") || suite.wants("sqlite.passwords.20") else { return }
    let directory = FileManager.default.temporaryDirectory.appending(path: "benchmark-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }

    let start = Timestamp(milliseconds: 1_700_000_000_000)
    let recorder = try SpooledLoginRecorder(
        directory: directory.appending(path: "spool").path, log: NowhereLog(), configuration: SpoolConfiguration(),
        logger: Logger(label: "benchmark", factory: { _ in SwiftLogNoOpLogHandler() }), now: { start })
    var replayed: SpooledLoginRecorder?
    var row = LoginLogRow(passwordID: 1, service: "imap", sourceAddress: "2001:db8:1:2::33", time: start)
    // A client that does not pause: each use replaces the one before.
    try await suite.measureAsync("spool.record", repeats: 10_000) { repeats in
        for _ in 0..<repeats {
            row.time = Timestamp(milliseconds: row.time.milliseconds + 1)
            _ = await recorder.record(row)
        }
    }
    // Each use of another password, with its facts.
    try await suite.measureAsync("spool.record.with-facts", repeats: 10_000) { repeats in
        for _ in 0..<repeats {
            row.passwordID += 1
            let ticket = await recorder.record(row)
            recorder.complete(
                ticket, name: "dyn-1.example.org", location: "24941 Jarplund, SH, Germany", isp: "Vodafone GmbH")
        }
        // Writes what was recorded, so that the benchmark does not measure a growing array.
        guard await recorder.flush(within: .seconds(60)) == 0 else { throw CancellationError() }
    }

    // Finding what an earlier process left: 20,000 rows that wait.
    func open() throws -> SpooledLoginRecorder {
        try SpooledLoginRecorder(
            directory: directory.appending(path: "replay").path, log: NowhereLog(), configuration: SpoolConfiguration(),
            logger: Logger(label: "benchmark", factory: { _ in SwiftLogNoOpLogHandler() }), now: { start })
    }
    for number in 0..<20_000 as Range<Int64> {
        row.passwordID = number
        if number == 0 { replayed = try open() }
        _ = await replayed?.record(row)
    }
    replayed = nil
    try suite.measure("spool.replay.20000", samples: 3) { repeats in
        for _ in 0..<repeats {
            let waiting = try open().statistics.waiting
            precondition(waiting == 20_000)
        }
    }

    let store = try SQLiteStore(path: directory.appending(path: "app.sqlite").path)
    for number in 0..<20 {
        let salt = String(repeating: "x", count: 86)
        _ = try await store.add(uid: "alice", storedHash: "{CRYPT}$6$\(number)$\(salt)", comment: nil, created: start)
    }
    try await suite.measureAsync("sqlite.passwords.20", repeats: 1000) { repeats in
        for _ in 0..<repeats {
            let rows = try await store.passwords(of: "alice")
            precondition(rows.count == 20)
        }
    }
}

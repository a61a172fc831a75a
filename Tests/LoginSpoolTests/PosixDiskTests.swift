import AppPasswordCore
import AuditCore
import Foundation
import LoginSpool
import Logging
import Testing

/// The spool in a real directory.
struct PosixDiskTests {
    final class TemporaryDirectory {
        let url = FileManager.default.temporaryDirectory.appending(path: "login-spool-\(UUID().uuidString)")
        deinit { try? FileManager.default.removeItem(at: url) }
    }

    let directory = TemporaryDirectory()
    let database = ScriptedLoginLog()
    var path: String { directory.url.appending(path: "state/spool").path }

    private func recorder(fsync: Bool = false, segmentBytes: Int = 4 << 20) throws -> SpooledLoginRecorder {
        var configuration = SpoolConfiguration()
        configuration.fsync = fsync
        configuration.segmentBytes = segmentBytes
        return try SpooledLoginRecorder(
            directory: path, log: database, configuration: configuration,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            now: { Timestamp(milliseconds: 1_700_000_000_000) })
    }

    private func row(_ password: Int64) -> LoginLogRow {
        LoginLogRow(
            passwordID: password, service: "imap", sourceAddress: "192.0.2.1",
            time: Timestamp(milliseconds: 1_700_000_000_000))
    }

    private var files: [URL] {
        ((try? FileManager.default.contentsOfDirectory(at: URL(fileURLWithPath: path), includingPropertiesForKeys: nil))
            ?? [])
            .filter { $0.pathExtension == "spool" }
    }

    @Test(arguments: [false, true])
    func `rows survive the process`(fsync: Bool) async throws {
        var recorder: SpooledLoginRecorder? = try recorder(fsync: fsync)
        for password in 1...100 as ClosedRange<Int64> { _ = await recorder?.record(row(password)) }
        recorder = nil
        let next = try self.recorder()
        #expect(await next.flush(within: .seconds(60)) == 0)
        #expect(database.rows.count == 100)
    }

    @Test func `the files are nobody else's`() async throws {
        let recorder = try recorder()
        _ = await recorder.record(row(1))
        let attributes = { try FileManager.default.attributesOfItem(atPath: $0)[.posixPermissions] as? Int }
        #expect(try attributes(path) == 0o700)
        #expect(try attributes(path + "/lock") == 0o600)
        #expect(try attributes(#require(files.first).path) == 0o600)
    }

    @Test func `a second process is told why it cannot start`() throws {
        let first = try recorder()
        let error = #expect(throws: SpoolError.self) { try recorder() }
        #expect(error?.description.contains("another process uses this state directory") == true)
        _ = first.statistics
    }

    @Test func `a directory that vanishes is made again, and what was in it is still written`() async throws {
        let recorder = try recorder()
        _ = await recorder.record(row(1))
        try FileManager.default.removeItem(atPath: path)
        _ = await recorder.step()
        _ = await recorder.record(row(2))
        #expect(files.count == 1)
        #expect(await recorder.flush(within: .seconds(60)) == 0)
        #expect(database.rows.map(\.passwordID) == [1, 2])
    }

    @Test func `files whose rows are written are removed`() async throws {
        let recorder = try recorder(segmentBytes: 500)
        for password in 1...100 as ClosedRange<Int64> { _ = await recorder.record(row(password)) }
        #expect(files.count > 10)
        #expect(await recorder.flush(within: .seconds(60)) == 0)
        #expect(recorder.statistics.segments == files.count)
    }

    @Test func `a torn end is cut off once`() async throws {
        var recorder: SpooledLoginRecorder? = try recorder()
        _ = await recorder?.record(row(1))
        recorder = nil
        let handle = try FileHandle(forWritingTo: #require(files.first))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("R\n\u{20}\0torn".utf8))
        try handle.close()
        recorder = try self.recorder()
        #expect(recorder?.statistics.damaged == 1)
        recorder = nil
        #expect(try self.recorder().statistics.damaged == 0)
    }

    @Test func `a directory that cannot be made is an error`() {
        #expect(throws: SpoolError.self) {
            try PosixDisk(path: "/proc/no/such", syncsDirectory: false)
        }
    }
}

import AppPasswordCore
import AuditCore
import LoginSpool
import Logging
import Locks

/// One database and one state directory, and the processes that live and die on them.
final class World {
    final class Now: Sendable {
        let milliseconds = Mutex<Int64>(1_700_000_000_000)
        var timestamp: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }
    }

    let database = ScriptedLoginLog()
    let now = Now()
    var configuration: SpoolConfiguration
    var disk = MemoryDisk()
    private(set) var recorder: SpooledLoginRecorder

    init(_ configuration: SpoolConfiguration = SpoolConfiguration(), disk: MemoryDisk = MemoryDisk()) throws {
        self.configuration = configuration
        self.disk = disk
        recorder = try Self.recorder(disk, database, configuration, now)
    }

    private static func recorder(
        _ disk: MemoryDisk, _ database: ScriptedLoginLog, _ configuration: SpoolConfiguration, _ now: Now
    ) throws -> SpooledLoginRecorder {
        try SpooledLoginRecorder(
            disk: disk, log: database, configuration: configuration,
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), now: { now.timestamp })
    }

    /// Starts a process on what an earlier one left, by default now.
    func restart(on contents: [String: [UInt8]]? = nil) async throws {
        await recorder.turn()
        disk = MemoryDisk(contents ?? disk.contents())
        recorder = try Self.recorder(disk, database, configuration, now)
    }

    /// Says that the facts of a use are complete, and waits until that is done.
    func complete(_ ticket: LoginTicket, name: String?, location: String?, isp: String?) async {
        recorder.complete(ticket, name: name, location: location, isp: isp)
        await recorder.turn()
    }

    func advance(milliseconds: Int64) { now.milliseconds.withLock { $0 += milliseconds } }

    /// Lets hours pass and writes until nothing waits.
    func drain() async {
        database.answer(.takes)
        disk.state.withLock {
            $0.broken = []
            $0.freeBytes = .max
        }
        // A disk that hung may not have gone on yet.
        while await !recorder.turn() { await Task.yield() }
        var steps = 0
        while steps < 10_000, recorder.statistics.waiting > 0 {
            advance(milliseconds: 60_000)
            if await recorder.step() == .busy { await Task.yield() } else { steps += 1 }
        }
    }

    func row(_ password: Int64 = 1, service: String = "imap", from address: String? = "192.0.2.1") -> LoginLogRow {
        LoginLogRow(passwordID: password, service: service, sourceAddress: address, time: now.timestamp)
    }
}

/// The coalescing rule once more, on all logins of one key at once: the times that get a row, in order.
func expectedTimes(_ times: [Int64], bucket: Int64 = 60_000, quiet: Int64 = 5_000) -> [Int64] {
    var expected: [Int64] = []
    var rest = Array(Set(times)).sorted()[...]
    while let start = rest.popFirst() {
        expected.append(start)
        var last: Int64?
        while let next = rest.first, next < start + bucket, last.map({ next < $0 + quiet }) ?? true {
            last = next
            rest.removeFirst()
        }
        if let last { expected.append(last) }
    }
    return expected
}

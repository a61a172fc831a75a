import AppPasswordCore
import AppPasswordCoreTesting
import Locks
import LoginSpool
import Logging
import Testing

struct ContractTests {
    @Test func `the spool keeps what is asked of recorders`() async throws {
        let (database, now) = (ScriptedLoginLog(), World.Now())
        try await LoginRecorderContract(written: { (recorder: SpooledLoginRecorder) in
            await recorder.turn()
            var steps = 0
            while steps < 10_000, recorder.statistics.waiting > 0 {
                now.milliseconds.withLock { $0 += 60_000 }
                if await recorder.step() == .busy { await Task.yield() } else { steps += 1 }
            }
            return database.rows
        }) {
            try SpooledLoginRecorder(
                disk: MemoryDisk(), log: database, configuration: SpoolConfiguration(),
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), now: { now.timestamp })
        }.run()
    }
}

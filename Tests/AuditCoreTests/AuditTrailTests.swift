import AuditCore
import AuditCoreTesting
import Locks
import Testing

struct AuditTrailTests {
    private final class BrokenSink: AuditSink {
        private let isBroken = Mutex(true)
        let name = "broken"
        func mend() { isBroken.withLock { $0 = false } }
        func write(_ entry: AuditEntry) async throws(AuditSinkError) {
            if isBroken.withLock({ $0 }) { throw AuditSinkError("no space left") }
        }
        func reopen() async throws(AuditSinkError) {}
    }

    private func finishAndRun(_ trail: AuditTrail) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await trail.finish(within: .seconds(60)) }
            group.addTask { await trail.run() }
        }
    }

    @Test func `every sink gets every record, in order, also those queued at the end`() async throws {
        let (one, two) = (RecordingAuditSink(), RecordingAuditSink())
        let trail = AuditTrail { _ in }
        trail.use([one, two])
        let records = (0..<100).map { (number: Int64) in
            var record = SampleRecords.vk()
            record.passwordID = number
            return record
        }
        for record in records { trail.submit(record) }
        await finishAndRun(trail)
        #expect(one.records == records)
        #expect(two.records == records)
    }

    @Test func `a failing sink hides nothing from another, is counted, and reported once`() async throws {
        let (broken, good) = (BrokenSink(), RecordingAuditSink())
        let record = SampleRecords.vk()
        let (events, event) = AsyncStream<AuditTrail.Event>.makeStream()
        let trail = AuditTrail { event.yield($0) }
        trail.use([broken, good])
        for _ in 0..<3 { trail.submit(SampleRecords.vk()) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await trail.run() }
            while trail.counts[0].lost < 3 { await Task.yield() }
            broken.mend()
            trail.submit(record)
            await trail.finish(within: .seconds(60))
        }
        event.finish()
        #expect(trail.counts.map(\.lost) == [3, 0])
        #expect(trail.counts.map(\.written) == [1, 4])
        var seen: [String] = []
        for await event in events { seen.append("\(event)") }
        #expect(
            seen == ["losing(sink: \"broken\", reason: \"no space left\")", "recovered(sink: \"broken\", lost: 3)"])
    }

    @Test func `a full queue loses the newest record, and counts it`() async throws {
        let sink = RecordingAuditSink()
        let trail = AuditTrail(queueBound: 2) { _ in }
        trail.use([sink])
        for _ in 0..<5 { trail.submit(SampleRecords.vk()) }
        #expect(trail.counts.map(\.lost) == [3])
        await finishAndRun(trail)
        #expect(sink.records.count == 2)
    }

    @Test func `a sink in the place of another of its name goes on counting`() async throws {
        let trail = AuditTrail(queueBound: 1) { _ in }
        trail.use([RecordingAuditSink(), BrokenSink(), RecordingAuditSink()])
        for _ in 0..<3 { trail.submit(SampleRecords.vk()) }
        trail.use([BrokenSink(), RecordingAuditSink()])
        #expect(trail.counts.map(\.lost) == [2, 2])
        for _ in 0..<3 { trail.submit(SampleRecords.vk()) }
        #expect(trail.counts.map(\.lost) == [4, 4])
        await finishAndRun(trail)
        #expect(trail.counts.map(\.lost) == [6, 4])
        #expect(trail.counts.map(\.written) == [0, 2])
    }

    @Test func `sinks that are replaced write what they still hold`() async throws {
        let (old, new) = (RecordingAuditSink(), RecordingAuditSink())
        let trail = AuditTrail { _ in }
        trail.use([old])
        trail.submit(SampleRecords.vk())
        trail.use([new])
        trail.submit(SampleRecords.google())
        await finishAndRun(trail)
        #expect(old.records.map(\.attempt.login) == ["honey-craig"])
        #expect(new.records.map(\.attempt.login) == ["bbecker"])
    }

    /// A sink that takes nothing before it is told to.
    private final class StandingSink: AuditSink {
        let name = "standing"
        let entered = Latch()
        let gate = Latch()
        func write(_ entry: AuditEntry) async throws(AuditSinkError) {
            entered.open()
            await gate.wait(atMost: .seconds(60))
        }
        func reopen() async throws(AuditSinkError) {}
    }

    @Test func `whoever waits no longer is not kept by what a sink still holds`() async throws {
        let sink = StandingSink()
        let trail = AuditTrail { _ in }
        trail.use([sink])
        for _ in 0..<100 { trail.submit(SampleRecords.vk()) }
        let running = Task { await trail.run() }
        await sink.entered.wait(atMost: .seconds(60))
        await trail.finish(within: .milliseconds(1))
        running.cancel()
        sink.gate.open()
        await running.value
        #expect(trail.counts.map(\.written) == [1])
        #expect(trail.counts.map(\.lost) == [99])
    }

    @Test func `a record that comes after the end is counted as lost`() async throws {
        let trail = AuditTrail { _ in }
        trail.use([RecordingAuditSink()])
        await finishAndRun(trail)
        trail.submit(SampleRecords.vk())
        #expect(trail.counts.map(\.lost) == [1])
    }
}

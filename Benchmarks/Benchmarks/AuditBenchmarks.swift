import AuditCore
import AuditCoreTesting
import FileAuditSinks
import Foundation
import SystemdJournal

/// What recording costs a login of its own time: making the record and handing it to the queue of each sink, while the
/// sinks write.
func auditBenchmarks(_ suite: Suite) async {
    let path = NSTemporaryDirectory() + "/benchmark-\(getpid()).jsonl"
    defer { unlink(path) }
    await auditBenchmark(suite, "jsonl", [JSONLinesSink(path: path)])
    guard JournalSink.isAvailable else { return print("audit.submit.journal, .both: no, journald does not listen") }
    await auditBenchmark(suite, "journal", [JournalSink()])
    await auditBenchmark(suite, "both", [JournalSink(), JSONLinesSink(path: path)])
}

private func auditBenchmark(_ suite: Suite, _ sinks: String, _ use: [any AuditSink]) async {
    let name = "audit.submit.\(sinks)"
    guard suite.wants(name) else { return }
    let trail = AuditTrail { _ in }
    trail.use(use)
    let sample = SampleRecords.vk()
    await withTaskGroup(of: Void.self) { group in
        group.addTask { await trail.run() }
        var best = Double.infinity
        for _ in 0..<8 {  // all of them fit the queues, should a sink be slow
            let start = threadSeconds()
            for number in 0..<4000 {
                trail.submit(
                    AuditRecord(
                        attempt: sample.attempt, passwordID: Int64(number), facts: sample.facts, isBlocked: false,
                        matched: nil, rule: nil, duration: .microseconds(number)))
            }
            best = min(best, (threadSeconds() - start) * 1e6 / 4000)
        }
        suite.check(name + ".us", best, atMost: 30)
        await trail.finish(within: .seconds(120))
        suite.check(name + ".lost", Double(trail.counts.reduce(0) { $0 + $1.lost }), atMost: 0)
    }
}

/// CPU time this thread has used: what is measured does not suspend, and the sinks work on other threads.
private func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

import Locks

/// Carries audit entries to every sink, each at its own pace.
///
/// A sink has a queue of its own, so that a slow one holds neither a login nor another sink. What comes within a few
/// milliseconds is handed over together: a login then costs its record, not the threads' waking. A queue holds
/// `queueBound` records; what comes beyond that, and what a sink fails to write, is lost for that sink: counted,
/// and reported when the loss begins and when it ends.
public final class AuditTrail: Sendable {
    /// What happened to a sink.
    public enum Event: Sendable {
        /// The first record since all was well could not be written.
        case losing(sink: String, reason: String)
        /// A record was written again, after so many were lost.
        case recovered(sink: String, lost: UInt64)
    }

    /// What became of a sink's records; a sink that takes the place of another of its name goes on counting.
    private final class Tally: Sendable {
        struct Counters {
            var written: UInt64 = 0
            var lost: UInt64 = 0
            var lostInARow: UInt64 = 0
        }
        let counters = Mutex(Counters())
    }

    private final class Lane: Sendable {
        let sink: any AuditSink
        let tally: Tally
        let queue: EntryQueue

        init(_ sink: any AuditSink, _ tally: Tally, bound: Int) {
            (self.sink, self.tally) = (sink, tally)
            queue = EntryQueue(bound: bound)
        }
    }

    /// How many records a sink gets at once, at most.
    private static let mostAtOnce = 256

    /// How many records wait for one sink, at most.
    package let queueBound: Int
    private let pause: Duration
    private let lanes = Mutex<[Lane]>([])
    private let started: AsyncStream<Lane>
    private let start: AsyncStream<Lane>.Continuation
    private let report: @Sendable (Event) -> Void
    private let ended = Latch()

    /// Makes a trail without sinks.
    ///
    /// - Parameters:
    ///   - queueBound: How many records wait for one sink, at most.
    ///   - pause: How long a sink that has written something waits for more to write together.
    ///   - report: Told when records begin to be lost, and when that ends.
    public init(
        queueBound: Int = 32_768, pause: Duration = .milliseconds(5), report: @escaping @Sendable (Event) -> Void
    ) {
        self.queueBound = queueBound
        self.pause = pause
        self.report = report
        (started, start) = AsyncStream.makeStream()
    }

    /// Sends all records from now on to these sinks; those of before write what they still hold, and end.
    public func use(_ sinks: [any AuditSink]) {
        let (old, fresh) = lanes.withLock { lanes in
            let old = lanes
            var predecessors = old
            lanes = sinks.map { sink in
                let index = predecessors.firstIndex { $0.sink.name == sink.name }
                let tally = index.map { predecessors.remove(at: $0).tally } ?? Tally()
                return Lane(sink, tally, bound: queueBound)
            }
            return (old, lanes)
        }
        for lane in old { lane.queue.finish() }
        for lane in fresh { start.yield(lane) }
    }

    /// Takes the record of a login; never waits.
    package func submit(_ record: AuditRecord) { submit(.login(record)) }

    /// Takes an entry; never waits.
    package func submit(_ entry: AuditEntry) {
        // While the sinks are locked: a queue that was replaced and finished meanwhile would take nothing.
        let refusals = lanes.withLock { lanes in
            lanes.compactMap { lane -> (Lane, String)? in
                switch lane.queue.add(entry) {
                case nil: nil
                case .full: (lane, "its queue of \(queueBound) records is full")
                case .finished: (lane, "the service is ending")
                }
            }
        }
        for (lane, reason) in refusals { noteLoss(lane, reason) }
    }

    /// Has every sink reopen its file.
    package func reopen() async {
        for lane in lanes.withLock({ $0 }) {
            do { try await lane.sink.reopen() } catch { noteLoss(lane, error.description, records: 0) }
        }
    }

    /// Writes until ``finish(within:)`` was called and every queue is empty; what is left when its task is cancelled is lost.
    public func run() async {
        defer { ended.open() }
        await withDiscardingTaskGroup { group in
            for await lane in started {
                group.addTask { await self.write(from: lane) }
            }
        }
    }

    /// Takes no more records; ``run()`` returns once all are written. Waits for that, but no longer than the limit.
    public func finish(within limit: Duration) async {
        for lane in lanes.withLock({ $0 }) { lane.queue.finish() }
        start.finish()
        await ended.wait(atMost: limit)
    }

    /// How many records each sink in use has written and lost, those before it in the same place included.
    package var counts: [(sink: String, written: UInt64, lost: UInt64)] {
        lanes.withLock { $0 }.map { lane in lane.tally.counters.withLock { (lane.sink.name, $0.written, $0.lost) } }
    }

    private func write(from lane: Lane) async {
        while true {
            let entries = await lane.queue.next(atMost: Self.mostAtOnce)
            guard !entries.isEmpty else { return }
            let count = UInt64(entries.count)
            // Whoever cancels waits for no more of them.
            guard !Task.isCancelled else {
                noteLoss(lane, "the service is ending", records: count)
                continue
            }
            let (written, trouble) = await lane.sink.write(entries)
            if written > 0 { noteWritten(lane, UInt64(written)) }
            if let trouble { noteLoss(lane, trouble.description, records: count - UInt64(written)) }
            if lane.queue.count < Self.mostAtOnce { try? await Task.sleep(for: pause) }
        }
    }

    private func noteWritten(_ lane: Lane, _ records: UInt64) {
        let lost = lane.tally.counters.withLock { counters in
            counters.written += records
            let lost = counters.lostInARow
            counters.lostInARow = 0
            return lost
        }
        if lost > 0 { report(.recovered(sink: lane.sink.name, lost: lost)) }
    }

    private func noteLoss(_ lane: Lane, _ reason: String, records: UInt64 = 1) {
        let isFirst = lane.tally.counters.withLock { counters in
            let isFirst = counters.lostInARow == 0
            counters.lost += records
            counters.lostInARow += records
            return isFirst
        }
        if isFirst { report(.losing(sink: lane.sink.name, reason: reason)) }
    }
}

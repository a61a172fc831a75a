internal import AppPasswordCore
package import AuditCore
internal import Locks

extension SpooledLoginRecorder {
    /// What one step of the writer came to.
    package enum Step: Sendable, Equatable {
        /// So many rows were written.
        case wrote(Int)
        /// There is nothing to do before this time; nil: before the next login.
        case idle(until: Timestamp?)
        /// The database did not take the rows.
        case failed
        /// The database refused the rows; fewer of them go next, at once.
        case split
        /// Another task is writing just now, or the disk does not go on.
        case busy
    }

    /// Writes rows as they become due, until the task is cancelled; call it once.
    ///
    /// A batch that is under way when the task is cancelled ends as the database takes the cancellation; its rows stay
    /// in the spool. Call ``flush(within:)`` afterwards to write everything.
    package func run() async {
        var failures = 0
        while !Task.isCancelled {
            switch await step() {
            case .wrote:
                failures = 0
            case .failed:
                failures += 1
                await pause(afterFailures: failures)
            case .idle(let due):
                failures = 0
                await sleep(until: due)
            case .split:
                continue
            case .busy:
                try? await clock.sleep(for: .milliseconds(5))
            }
        }
    }

    /// Writes everything that waits, also what is pending and what waits for facts, for the end of the process.
    ///
    /// Call it from a task that is not cancelled, after the last login; it does not need ``run()``. A call of the database
    /// that is under way at the limit is cancelled, and waited for.
    ///
    /// - Returns: How many rows still wait; they stay in the spool and are written after the next start.
    package func flush(within limit: Duration) async -> Int {
        _ = await race({ await self.writeAll() }, against: { try? await self.clock.sleep(for: limit) })
        return statistics.waiting
    }

    private func writeAll() async {
        var failures = 0
        while !Task.isCancelled {
            keeper.shared.withLock { $0.inbox.releasesAll = true }
            switch await step() {
            case .wrote:
                failures = 0
            case .idle:
                return
            case .failed:
                failures += 1
                await pause(afterFailures: failures)
            case .split:
                continue
            case .busy:
                try? await clock.sleep(for: .milliseconds(5))
            }
        }
    }

    /// Does one thing: writes a batch, or finds that there is none. What must be read from files before is read.
    package func step() async -> Step {
        let isBusy = keeper.shared.withLock { shared in
            defer { shared.isWriting = true }
            return shared.isWriting
        }
        guard !isBusy else { return .busy }
        defer { keeper.shared.withLock { $0.isWriting = false } }
        var request = SpoolKeeper.Request(position: nil, isFirst: true)
        while true {
            guard let work = await next(request) else { return .busy }
            request = SpoolKeeper.Request(position: nil, isFirst: false)
            switch work {
            case .survey(let reader):
                send(.surveyed(await reading.run { reader.survey() }))
            case .load(let reader, let expected):
                let found = await reading.run { reader.load() }
                send(.loaded(reader.segments[0].name.sequence, found, expected: expected))
            case .position:
                do throws(BackendError) {
                    request.position = try await keeper.shared.withLock { $0.log }.position()
                } catch {
                    return await fail(.unreachable(error), error)
                }
            case .batch(let batch) where batch.isCompaction:
                send(.compacted(await reading.run { batch.rows() }))
            case .batch(let batch):
                return await write(batch)
            case .nothing(let due):
                return .idle(until: due)
            case .withheld:
                return .failed
            }
            if Task.isCancelled { return .busy }
        }
    }

    private func write(_ batch: Batch) async -> Step {
        let read = await reading.run { batch.rows() }
        let rows = read.compactMap(\.self)
        let unreadable = read.count - rows.count
        if unreadable > 0 { keeper.complain(.unreadable(unreadable)) }
        do throws(BackendError) {
            if !rows.isEmpty {
                let log = keeper.shared.withLock { $0.log }
                try await log.insert(rows, mayBeThere: batch.isInDoubt, after: batch.position)
            }
        } catch {
            return await fail(.failed(read, error), error)
        }
        send(.written(unreadable: unreadable))
        await turn()
        return .wrote(rows.count)
    }

    private func fail(_ outcome: Spool.Outcome, _ error: BackendError) async -> Step {
        send(outcome)
        keeper.complain(.database(error.debugDescription))
        let isOver = await turn()
        return isOver && keeper.shared.withLock { $0.isSplit } ? .split : .failed
    }

    /// Asks for work; nil if the disk does not go on. Then the work comes with a later call: only one request is out at a
    /// time, whatever the turns last, so that no work comes twice.
    private func next(_ request: SpoolKeeper.Request) async -> Spool.Work? {
        func taken() -> Spool.Work? {
            keeper.shared.withLock { shared in
                guard let work = shared.work else { return nil }
                (shared.work, shared.isAsked) = (nil, false)
                return work
            }
        }
        if let left = taken() { return left }
        keeper.shared.withLock { shared in
            if !shared.isAsked { (shared.inbox.request, shared.isAsked) = (request, true) }
        }
        await turn()
        return taken()
    }

    private func send(_ outcome: Spool.Outcome) { keeper.shared.withLock { $0.inbox.outcome = outcome } }

    /// Waits after the database failed: the longer the more often, jittered by a quarter.
    private func pause(afterFailures failures: Int) async {
        let configuration = keeper.configuration
        let doubled = configuration.backoff * (1 << min(failures - 1, 20))
        let wait = min(doubled, configuration.maxBackoff) * Double.random(in: 0.75...1.25)
        try? await clock.sleep(for: wait)
    }

    private func sleep(until due: Timestamp?) async {
        // A minute at most: the time of day may be set back meanwhile.
        let now = now()
        let until = min(due ?? Timestamp(milliseconds: .max), now.advanced(by: .seconds(60)))
        let isLate = keeper.shared.withLock { shared in
            shared.sleepsUntil = until
            return shared.mustWake()
        }
        if isLate || until <= now { return }
        await keeper.bell.wait(atMost: .milliseconds(until.milliseconds - now.milliseconds), clock: clock)
        keeper.shared.withLock { $0.sleepsUntil = nil }
    }
}

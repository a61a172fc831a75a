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
        /// Another task is writing just now.
        case busy
    }

    /// Writes rows as they become due, until the task is cancelled; call it once.
    ///
    /// A batch that is under way when the task is cancelled ends as the database takes the cancellation; its rows stay
    /// in the spool. Call ``flush(within:)`` afterwards to write everything.
    public func run() async {
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
                await sleep(until: now().advanced(by: .milliseconds(5)))
            }
        }
    }

    /// Writes everything that waits, also what is pending and what waits for facts, for the end of the process.
    ///
    /// Call it from a task that is not cancelled, after the last login; it does not need ``run()``. A call of the database
    /// that is under way at the limit is cancelled, and waited for.
    ///
    /// - Returns: How many rows still wait; they stay in the spool and are written after the next start.
    public func flush(within limit: Duration) async -> Int {
        await withTaskGroup { group in
            group.addTask { await self.writeAll() }
            group.addTask { try? await self.clock.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
        return statistics.waiting
    }

    private func writeAll() async {
        var failures = 0
        while !Task.isCancelled {
            state.withLock { $0.spool.releaseAll() }
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

    /// Does one thing: writes a batch, or finds that there is none.
    package func step() async -> Step {
        let now = now()
        let (batch, log, wasUnlinked, isBusy, due) = state.withLock { state in
            let isBusy = state.isWriting
            let wasUnlinked = state.spool.sealIfUnlinked()
            for _ in 0..<8 where !isBusy {
                if !state.spool.compact(now: now) { break }
            }
            let batch = isBusy ? nil : state.spool.takeBatch(now: now)
            state.isWriting = isBusy || batch != nil
            return (batch, state.log, wasUnlinked, isBusy, state.spool.nextDue)
        }
        if wasUnlinked { complain(.unlinked) }
        guard let batch else { return isBusy ? .busy : .idle(until: due) }
        let read = batch.rows()
        let rows = read.compactMap(\.self)
        if rows.count < read.count { complain(.unreadable(read.count - rows.count)) }
        do throws(BackendError) {
            if !rows.isEmpty { try await log.insert(rows, mayBeThere: batch.isInDoubt) }
        } catch {
            let isSplit = state.withLock { state in
                state.isWriting = false
                return state.spool.fail(batch, rows: rows, error: error)
            }
            complain(.database(error.debugDescription))
            return isSplit ? .split : .failed
        }
        let trouble = state.withLock { state in
            state.isWriting = false
            return state.spool.finish(batch, unreadable: read.count - rows.count, now: self.now())
        }
        if let trouble { complain(.storage(trouble)) }
        return .wrote(rows.count)
    }

    /// Waits after the database failed: the longer the more often, jittered by a quarter.
    private func pause(afterFailures failures: Int) async {
        let configuration = state.withLock { $0.spool.configuration }
        let doubled = configuration.backoff * (1 << min(failures - 1, 20))
        let wait = min(doubled, configuration.maxBackoff) * Double.random(in: 0.75...1.25)
        try? await clock.sleep(for: wait)
    }

    private func sleep(until due: Timestamp?) async {
        // A minute at most: the time of day may be set back meanwhile.
        let now = now()
        let until = min(due ?? Timestamp(milliseconds: .max), now.advanced(by: .seconds(60)))
        let isLate = state.withLock { state in
            state.sleepsUntil = until
            return state.mustWake()
        }
        if isLate || until <= now { return }
        await bell.wait(atMost: .milliseconds(until.milliseconds - now.milliseconds), clock: clock)
        state.withLock { $0.sleepsUntil = nil }
    }
}

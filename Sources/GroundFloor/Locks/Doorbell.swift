/// Wakes the one task that waits; a ring while nobody waits is kept.
package final class Doorbell: Sendable {
    private struct State {
        var hasRung = false
        var sleeper: CheckedContinuation<Void, Never>?
    }
    private let state = Mutex(State())

    /// Makes a bell that has not rung.
    package init() {}

    /// Wakes who waits, or who waits next.
    package func ring() {
        let sleeper = state.withLock { state in
            state.hasRung = state.sleeper == nil
            defer { state.sleeper = nil }
            return state.sleeper
        }
        sleeper?.resume()
    }

    /// Returns at the next ring, or when the task is cancelled.
    package func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.hasRung || Task.isCancelled {
                        state.hasRung = false
                        return true
                    }
                    state.sleeper = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                defer { state.sleeper = nil }
                return state.sleeper
            }
            sleeper?.resume()
        }
    }

    /// Returns at the next ring, after `duration`, or when the task is cancelled.
    package func wait(atMost duration: Duration, clock: any Clock<Duration>) async {
        _ = await race({ await self.wait() }, against: { try? await clock.sleep(for: duration) })
    }
}

/// Something that happens once and that tasks wait for, no longer than they like.
package final class Latch: Sendable {
    private struct State {
        var isOpen = false
        var nextWaiter: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    /// Makes a latch that has not been opened.
    package init() {}

    /// Says that it has happened.
    package func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            let waiting = state.waiting
            state.waiting = [:]
            return waiting
        }
        for continuation in waiting.values { continuation.resume() }
    }

    /// Waits until it has happened, or the task is cancelled.
    package func wait() async {
        let waiter = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    // A cancellation that came first found nobody to wake.
                    if state.isOpen || Task.isCancelled { return true }
                    state.waiting[waiter] = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: waiter) }?.resume()
        }
    }

    /// Waits until it has happened, or the time is over; that ends no other wait.
    package func wait(atMost limit: Duration) async {
        _ = await race({ await self.wait() }, against: { try? await Task.sleep(for: limit) })
    }
}

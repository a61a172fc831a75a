import Foundation
import Locks

/// Clients that do something over and over, each on a thread of its own, until they are told to stop.
final class Clients: Sendable {
    private let isStopped = Mutex(false)
    private let counts = Mutex([Int: Int]())
    private let ended = DispatchSemaphore(value: 0)
    private let number: Int

    /// Starts them.
    ///
    /// - Parameter act: Gets the number of the client and of its turn; returns a status to be counted.
    init(_ number: Int, act: @escaping @Sendable (_ client: Int, _ turn: Int) -> Int) {
        self.number = number
        for client in 0..<number {
            Thread.detachNewThread { [self] in
                var turn = 0
                while !isStopped.withLock({ $0 }) {
                    let status = act(client, turn)
                    counts.withLock { $0[status, default: 0] += 1 }
                    // Who is sent away comes back a little later, so that what is starting can start.
                    if status != 200 { usleep(10_000) }
                    turn += 1
                }
                ended.signal()
            }
        }
    }

    /// How often each status has come up so far.
    var statuses: [Int: Int] { counts.withLock { $0 } }

    /// Lets each end its turn, and waits for that.
    func stop() async -> [Int: Int] {
        isStopped.withLock { $0 = true }
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [self] in
                for _ in 0..<number { ended.wait() }
                continuation.resume()
            }
        }
        return statuses
    }
}

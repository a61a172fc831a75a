import Foundation
import Synchronization

/// 2,000 distinct wrong guesses a second, at many accounts and from many networks, by 40 threads at their own pace.
final class Flood: Sendable {
    private struct State {
        var isOver = false
        var sent = 0
        var refused = 0
    }
    private let state = Mutex(State())
    private let threads = DispatchGroup()
    private let start = ContinuousClock.now

    init(_ server: Server) {
        let port = server.port
        for thread in 0..<40 {
            threads.enter()
            Thread { [self] in
                defer { threads.leave() }
                guard let client = try? Client(port: port) else { return }
                for number in 0... {
                    let due = start + .milliseconds(20 * number) + .microseconds(500 * thread)
                    let wait = ContinuousClock.now.duration(to: due)
                    if wait > .zero { usleep(UInt32(wait / .microseconds(1))) }
                    if state.withLock({ $0.isOver }) { return }
                    let network = thread * 250 + number % 250
                    let status = client.logIn(
                        "user\(number % 16)", "guess \(thread) \(number)",
                        from: "10.\(network / 250).\(network % 250).1")
                    state.withLock { state in
                        state.sent += 1
                        state.refused += status == 503 ? 1 : 0
                    }
                }
            }.start()
        }
    }

    /// Ends it; how many guesses were answered in a second, and what part of them with 503.
    func stop() -> (rate: Double, refused: Double) {
        state.withLock { $0.isOver = true }
        threads.wait()
        let (sent, refused) = state.withLock { ($0.sent, $0.refused) }
        return (Double(sent) / (start.duration(to: .now) / .seconds(1)), Double(refused) / Double(max(1, sent)))
    }
}

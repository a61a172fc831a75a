import Foundation
import Synchronization

/// SIGHUP, which asks a running service to reload, and by default ends a process.
///
/// Blocking it would not do: what is left of the main thread when it waits for tasks blocks no signal.
enum HangUp {
    private static let came = Atomic(false)

    /// Has it end nothing from here on, until somebody takes signals in.
    static func hold() {
        // So that it is there before the first signal.
        came.store(false, ordering: .relaxed)
        signal(SIGHUP) { _ in HangUp.came.store(true, ordering: .relaxed) }
    }

    /// Lets it end the process again; so does one that was held back.
    static func release() {
        signal(SIGHUP, SIG_DFL)
        if take() { raise(SIGHUP) }
    }

    /// Whether one came that was held back; once.
    static func take() -> Bool { came.exchange(false, ordering: .relaxed) }
}

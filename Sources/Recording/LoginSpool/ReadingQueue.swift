internal import Dispatch

/// A thread to read files on.
struct ReadingQueue: Sendable {
    private let queue = DispatchQueue(label: "login-spool-read")

    /// Runs what reads files, and returns what it found.
    func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body()) }
        }
    }
}

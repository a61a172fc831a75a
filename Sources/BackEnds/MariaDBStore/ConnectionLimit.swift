internal import AppPasswordCore

/// What to do while the server has no more connections for us.
enum ConnectionLimit {
    /// Runs something that needs a connection, anew while the server still counts one that has just been closed.
    static func waiting<Value>(
        until end: ContinuousClock.Instant, _ body: () async throws(BackendError) -> Value
    ) async throws(BackendError) -> Value {
        var pause = Duration.milliseconds(5)
        while true {
            do throws(BackendError) {
                return try await body()
            } catch {
                guard error.isConnectionLimit, pause < .milliseconds(500), .now + pause < end else { throw error }
            }
            try? await Task.sleep(for: pause)
            pause *= 2
        }
    }
}

extension BackendError {
    /// Whether it is the server that has no more connections for us, not our own queue that is full.
    var isConnectionLimit: Bool { code == .overloaded && !detail.isEmpty }
}

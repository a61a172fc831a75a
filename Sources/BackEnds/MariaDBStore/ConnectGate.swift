internal import Locks

/// Says when it is worth asking the server for a connection, and until then what came of it the last time.
///
/// Shared by the connections of one kind.
final class ConnectGate: Sendable {
    private let circuit: Circuit
    private let lastFailure = Mutex<SQLError?>(nil)

    /// - Parameters:
    ///   - firstPause: For how long nobody asks after a failure.
    ///   - longestPause: What that grows to.
    init(firstPause: Duration = .milliseconds(100), longestPause: Duration = .seconds(1)) {
        circuit = Circuit(firstPause: firstPause, longestPause: longestPause)
    }

    /// - Throws: What the last attempt failed with, while a pause after it lasts.
    func enter(at now: ContinuousClock.Instant) throws(SQLError) {
        guard !circuit.admits(at: now), let error = lastFailure.withLock({ $0 }) else { return }
        throw error
    }

    /// Whether all is well as far as is known.
    var isClosed: Bool { circuit.isClosed }

    /// Says that a connection was had.
    func succeeded() { circuit.succeeded(at: .now) }

    /// Says that none was had.
    func failed(_ error: SQLError, begunAt start: ContinuousClock.Instant) {
        lastFailure.withLock { $0 = error }
        if error.isConnectionLimit {
            circuit.succeeded(at: .now)  // it answers, and others have connections
        } else if error.isNoConnection {
            circuit.refused(at: .now, begunAt: start)
        } else {
            circuit.failed(at: .now, begunAt: start)
        }
    }
}

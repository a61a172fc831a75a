import Logging
import Locks

/// Logs what keeps logins from being answered, at most once a second: a database that is away must not fill the log.
final class Troubles: Sendable {
    private struct State {
        var last: ContinuousClock.Instant?
        var unsaid = 0
    }
    private let state = Mutex(State())
    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    /// Logs a warning, with the number of those left out since the last one.
    func note(_ message: Logger.Message, _ metadata: Logger.Metadata) {
        let unsaid: Int? = state.withLock { state in
            let now = ContinuousClock.now
            if let last = state.last, now - last < .seconds(1) {
                state.unsaid += 1
                return nil
            }
            defer { (state.last, state.unsaid) = (now, 0) }
            return state.unsaid
        }
        guard let unsaid else { return }
        var metadata = metadata
        if unsaid > 0 { metadata["log.suppressed"] = "\(unsaid)" }
        logger.warning(message, metadata: metadata)
    }
}

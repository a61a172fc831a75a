import Locks
import Logging

/// What was logged.
final class RecordedLog: Sendable {
    private let lines = Mutex<[(message: String, metadata: String)]>([])

    /// A logger that writes here.
    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }
    /// `level: message`, in order.
    var messages: [String] { lines.withLock { $0.map(\.message) } }
    /// The metadata of each message.
    var metadata: [String] { lines.withLock { $0.map(\.metadata) } }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var logLevel = Logger.Level.info
        var metadata: Logger.Metadata = [:]

        init(log: RecordedLog) { self.log = log }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            log.lines.withLock { $0.append(("\(event.level): \(event.message)", "\(event.metadata ?? [:])")) }
        }
    }
}

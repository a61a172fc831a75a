package import Logging
import Locks

/// Keeps what is logged.
package final class RecordedLog: Sendable {
    private let kept = Mutex<[(message: String, metadata: Logger.Metadata)]>([])
    private let level: Logger.Level

    /// Keeps what is logged; what is only for debugging if it is detailed.
    package init(isDetailed: Bool = true) { level = isDetailed ? .trace : .info }

    /// A logger that writes here.
    package var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(log: self) }
        logger.logLevel = level
        return logger
    }

    /// `level: message`, in order.
    package var messages: [String] { kept.withLock { $0.map(\.message) } }
    /// The metadata of each message.
    package var metadata: [String] { kept.withLock { $0.map { "\($0.metadata)" } } }
    /// `level: message key=value`, in order; the keys in theirs.
    package var lines: [String] {
        kept.withLock { kept in
            kept.map { message, metadata in
                message + metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
            }
        }
    }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            log.kept.withLock { $0.append(("\(event.level): \(event.message)", event.metadata ?? [:])) }
        }
    }
}

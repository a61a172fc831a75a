import AuditCore
import Foundation
import Logging
import Settings

/// The program's own log, on standard error, a line for each event.
enum ProgramLog {
    /// The process has one standard error, and one queue in front of it.
    static let lines = LineQueue(descriptor: 2)

    /// What the end of the process waits for the log's reader.
    private static let flushTime = Duration.seconds(2)

    /// Writes out what has been logged, unless nobody reads it.
    ///
    /// - Returns: Whether everything has been written, so that standard error takes more.
    @discardableResult static func flush() -> Bool { lines.flush(within: flushTime) }

    /// Hands lines to the queue.
    fileprivate struct Stream: TextOutputStream, Sendable {
        func write(_ line: String) { lines.write(line.hasSuffix("\n") ? line.dropLast() : line[...]) }
    }
}

extension Logger {
    /// The program's own log; logging never waits.
    static func program(level: LogLevel) -> Logger {
        var logger = Logger(label: "web-auth") { StreamLogHandler(label: $0, stream: ProgramLog.Stream()) }
        logger.logLevel =
            switch level {
            case .debug: .debug
            case .info: .info
            case .warning: .warning
            case .error: .error
            case .critical: .critical
            }
        return logger
    }
}

extension Timestamp {
    /// The time of the system's clock.
    static var now: Timestamp {
        Timestamp(milliseconds: Int64((Date.now.timeIntervalSince1970 * 1000).rounded(.down)))
    }
}

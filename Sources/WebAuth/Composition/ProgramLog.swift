import AuditCore
import Foundation
import Logging
import Settings

extension Logger {
    /// The program's own log, on standard error, a line for each event.
    static func program(level: LogLevel) -> Logger {
        var logger = Logger(label: "web-auth") { StreamLogHandler.standardError(label: $0) }
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

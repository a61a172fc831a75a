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
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

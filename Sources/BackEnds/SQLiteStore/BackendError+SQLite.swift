internal import AppPasswordCore
internal import Foundation
internal import GRDB

extension BackendError {
    /// What SQLite or GRDB threw, without SQL and its arguments.
    ///
    /// - Parameter path: The database file, which is named.
    init(_ error: any Error, in path: String) {
        switch error {
        case let error as BackendError:
            self = error
        case let error as DatabaseError:
            let code: Code =
                switch error.resultCode {
                case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_INTERRUPT: .timedOut
                case .SQLITE_CANTOPEN, .SQLITE_IOERR, .SQLITE_FULL, .SQLITE_CORRUPT, .SQLITE_NOTADB: .unreachable
                default: .refused
                }
            self.init(
                "database", code,
                detail: "\(path): SQLite \(error.extendedResultCode.rawValue)\(error.message.map { ": \($0)" } ?? "")")
        case is CancellationError:
            self.init("database", .timedOut, detail: "cancelled")
        case let error as NSError where error.domain == NSCocoaErrorDomain:
            let cause = (error.userInfo[NSUnderlyingErrorKey] as? NSError).map {
                ": " + String(cString: strerror(Int32($0.code)))
            }
            self.init("database", .unreachable, detail: "cannot make \(path)\(cause ?? "")")
        default:
            self.init("database", .unreachable, detail: "\(path): \(type(of: error))")
        }
    }
}

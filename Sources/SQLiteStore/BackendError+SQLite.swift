internal import AppPasswordCore
internal import GRDB

extension BackendError {
    /// What SQLite or GRDB threw, without SQL and its arguments.
    init(_ error: any Error) {
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
                detail: "SQLite \(error.extendedResultCode.rawValue)\(error.message.map { ": \($0)" } ?? "")")
        case is CancellationError:
            self.init("database", .timedOut, detail: "cancelled")
        default:
            self.init("database", .unreachable, detail: "\(type(of: error))")
        }
    }
}

/// From which level on the program's own log is written (the level of `dovecot_web_auth` in `[log]`).
package enum LogLevel: String, Sendable, CaseIterable {
    /// What each request did.
    case debug
    /// What an administrator may like to know.
    case info
    /// What should be looked at.
    case warning
    /// What failed.
    case error
    /// What the program cannot go on with.
    case critical

    /// Reads a level of Python's `logging`: a name in capitals, or a number, which counts as the first level that it
    /// does not hide.
    init?(python node: TOMLNode) {
        switch node {
        case .string("NOTSET"), .string("DEBUG"): self = .debug
        case .string("INFO"): self = .info
        case .string("WARNING"), .string("WARN"): self = .warning
        case .string("ERROR"): self = .error
        case .string("CRITICAL"), .string("FATAL"): self = .critical
        case .integer(let number) where number >= 0:
            self =
                number <= 10
                ? .debug : number <= 20 ? .info : number <= 30 ? .warning : number <= 40 ? .error : .critical
        case .string, .integer, .boolean, .fraction, .array, .table, .other: return nil
        }
    }
}

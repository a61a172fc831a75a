/// What the tables have beyond those that the plugin's older DDL makes.
struct TableShape: Sendable, Equatable {
    /// Whether `log.result` is there, which tells refused logins from uses.
    var hasResult = false
    /// Whether `app_password_limits` is there, and may be read.
    var hasLimits = false

    /// Whether its passwords can be suspended.
    var hasSuspended = false

    /// Whether everything is there.
    var isComplete: Bool { hasResult && hasLimits && hasSuspended }

    /// The condition, after another one, for rows `n` of `log` that are uses.
    var uses: String { hasResult ? " AND n.result IS NULL" : "" }

    /// Takes what is to be seen of the tables.
    init(_ columns: [DatabaseSurvey.Column]) {
        hasResult = columns.contains { $0.table == "log" && $0.name.lowercased() == "result" }
        hasLimits = columns.contains { $0.table == "app_password_limits" }
        hasSuspended = columns.contains { $0.table == "app_password_limits" && $0.name.lowercased() == "suspended" }
    }
}

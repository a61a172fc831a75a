internal import AppPasswordCore
internal import AuditCore

/// The columns of `app_password_limits` in a query: nine more of its own, and none where there is no such table.
enum LimitColumns {
    /// What follows the columns of `p`, an app password: whether it has limits, the database's time, the last use where days
    /// without one are limited, and the limits.
    static func list(_ tables: TableShape) -> String {
        guard tables.hasLimits else { return "" }
        return """
            , m.pwid, IF(m.pwid IS NULL, NULL, UTC_TIMESTAMP(3)), IF(m.unused_days IS NULL, NULL, (\
            SELECT n.`timestamp` FROM log n WHERE n.pwid = p.id\(tables.uses) \
            ORDER BY n.`timestamp` DESC LIMIT 1)), \(names(tables).joined(separator: ", "))
            """
    }

    /// How many columns ``list(_:)`` is.
    static func count(_ tables: TableShape) -> Int { tables.hasLimits ? 3 + StoredLimits.columnNames.count : 0 }

    /// The limits' columns; what an older table lacks is NULL.
    private static func names(_ tables: TableShape) -> [String] {
        StoredLimits.columnNames.map { $0 == "suspended" && !tables.hasSuspended ? "NULL" : "m.\($0)" }
    }

    /// What follows `FROM app_passwords p`.
    static func join(_ tables: TableShape) -> String {
        tables.hasLimits ? " LEFT JOIN app_password_limits m ON m.pwid = p.id" : ""
    }

    /// Reads them, from the first one on.
    static func read(_ row: any ResultRow, from column: Int, _ tables: TableShape) -> StoredLimits? {
        guard tables.hasLimits, row.text(column) != nil else { return nil }
        return StoredLimits(
            columns: StoredLimits.columnNames.indices.map { row.text(column + 3 + $0) },
            now: row.text(column + 1).flatMap { Timestamp(sqlText: $0) },
            lastUse: row.text(column + 2).flatMap { Timestamp(sqlText: $0) })
    }
}

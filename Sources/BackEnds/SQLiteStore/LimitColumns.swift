internal import AppPasswordCore
internal import AuditCore
internal import GRDB

/// The columns of `app_password_limits` in a query.
enum LimitColumns {
    /// What follows the columns of `p`, an app password: whether it has limits, the time, the last use where days without one
    /// are limited, and the limits.
    static let list = """
        , m.pwid, CASE WHEN m.pwid IS NOT NULL THEN strftime('%Y-%m-%d %H:%M:%f', 'now') END AS now,
        CASE WHEN m.unused_days IS NOT NULL THEN (
            SELECT max(timestamp) FROM log WHERE pwid = p.id AND result IS NULL) END AS last_use,
        \(StoredLimits.columnNames.map { "m.\($0)" }.joined(separator: ", "))
        """

    /// What follows `FROM app_passwords AS p`.
    static let join = " LEFT JOIN app_password_limits AS m ON m.pwid = p.id"

    /// Reads them, from the first one on.
    static func read(_ row: Row, from column: Int) -> StoredLimits? {
        guard row.integer(column) != nil else { return nil }
        return StoredLimits(
            columns: StoredLimits.columnNames.indices.map { row.anyText(column + 3 + $0) }, now: row.time(column + 1),
            lastUse: row.time(column + 2))
    }
}

extension Row {
    /// A value as text; what is none says nothing that could be read.
    fileprivate func anyText(_ column: Int) -> String? {
        let value: DatabaseValue = self[column]
        return switch value.storage {
        case .null: nil
        case .string(let text): text
        case .int64(let number): "\(number)"
        case .double(let number): "\(number)"
        case .blob: "\u{0}"
        }
    }
}

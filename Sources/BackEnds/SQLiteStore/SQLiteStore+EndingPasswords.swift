package import AppPasswordCore
internal import AuditCore
internal import GRDB

extension SQLiteStore: EndingPasswords {
    /// Reads passwords that may end soon.
    package func endingPasswords(after id: Int64, limit: Int) async throws(BackendError) -> [EndingPassword] {
        try await read { database in
            // Days are enough to choose by; which end is near is told by what is read.
            let sql = """
                SELECT p.id, p.uid, p.comment, p.created, m.announced\(LimitColumns.list)
                FROM app_password_limits AS m JOIN app_passwords AS p ON p.id = m.pwid
                WHERE m.pwid > ? AND p.deleted IS NULL AND (m.unused_days IS NOT NULL
                    OR substr(m.expires, 1, 10) BETWEEN date('now') AND date('now', '+15 days'))
                ORDER BY m.pwid LIMIT ?
                """
            return try Row.fetchAll(database, sql: sql, arguments: [id, max(0, limit)]).compactMap { row in
                guard let id = row.integer(0), let limits = LimitColumns.read(row, from: 5) else { return nil }
                return EndingPassword(
                    id: id, uid: row.text(1) ?? "", comment: row.text(2), created: row.time(3), limits: limits,
                    announced: row.text(4))
            }
        }
    }

    /// Notes an announcement.
    package func noteAnnouncement(
        _ mark: String, of id: Int64, after old: String?
    ) async throws(BackendError) -> Bool {
        try await change(
            "UPDATE app_password_limits SET announced = ? WHERE pwid = ? AND announced IS ?", [mark, id, old])
    }
}

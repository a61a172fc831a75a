package import AppPasswordCore
internal import AuditCore

extension MariaDBStore: EndingPasswords {
    /// Reads passwords that may end soon, on the connection that writes; none where there is no table of limits.
    package func endingPasswords(after id: Int64, limit: Int) async throws(BackendError) -> [EndingPassword] {
        try await manage { connection throws(SQLError) in
            let tables = try connection.tables()
            guard tables.hasLimits else { return [] }
            return try connection.select(
                """
                SELECT p.id, p.uid, p.comment, p.created, m.announced\(LimitColumns.list(tables)) \
                FROM app_password_limits m JOIN app_passwords p ON p.id = m.pwid \
                WHERE m.pwid > ? AND p.deleted IS NULL AND (m.unused_days IS NOT NULL \
                OR m.expires BETWEEN UTC_TIMESTAMP(3) AND UTC_TIMESTAMP(3) + INTERVAL 15 DAY) ORDER BY m.pwid LIMIT ?
                """, [.integer(id), .integer(Int64(max(0, limit)))]
            ) { row in
                guard let id = row.integer(0), let limits = LimitColumns.read(row, from: 5, tables) else { return nil }
                return EndingPassword(
                    id: id, uid: row.text(1) ?? "", comment: row.text(2),
                    created: row.text(3).flatMap { Timestamp(sqlText: $0) }, limits: limits, announced: row.text(4))
            }
        }
    }

    /// Notes an announcement; needs `UPDATE (announced)` on `app_password_limits`.
    package func noteAnnouncement(
        _ mark: String, of id: Int64, after old: String?
    ) async throws(BackendError) -> Bool {
        try await manage { connection throws(SQLError) in
            try connection.change(
                "UPDATE app_password_limits SET announced = ? WHERE pwid = ? AND announced <=> ?",
                [.text(mark), .integer(id), SQLValue(old)]
            ).rows > 0
        }
    }
}

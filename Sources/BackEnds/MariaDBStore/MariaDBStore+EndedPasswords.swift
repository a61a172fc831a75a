package import AppPasswordCore
package import AuditCore

extension MariaDBStore: EndedPasswords {
    /// Looks for passwords that have ended, on the connection that writes; `SELECT` on the tables is enough. The indexes of
    /// `mariadb-upgrade.sql` make it one look each: without them all passwords are read.
    package func ended(since moment: Timestamp?, among ids: [Int64]) async throws(BackendError) -> EndedAnswer {
        let rows = try await reading { connection throws(SQLError) -> [EndedRow] in
            let tables = try connection.tables()
            let (sql, count) = Self.question(tables, hasMoment: moment != nil, ids)
            let parameters = Array(repeating: SQLValue(moment?.sqlText), count: moment == nil ? 0 : count)
            return try connection.selectOnce(sql, parameters) { row in
                EndedRow(kind: row.text(0) ?? "", id: row.integer(1), user: row.text(2), time: row.text(3))
            }
        }
        var answer = EndedAnswer(now: Timestamp(milliseconds: 0), ended: [], present: [])
        for row in rows {
            let time = row.time.flatMap { Timestamp(sqlText: $0) }
            if let reason = EndReason(rawValue: row.kind), let id = row.id, let time {
                answer.ended.append(EndedPassword(id: id, user: row.user, reason: reason, time: time))
            } else if row.kind == "present", let id = row.id {
                answer.present.insert(id)
            } else if row.kind == "now", let time {
                answer.now = time
            }
        }
        guard answer.now.milliseconds > 0 else {
            throw BackendError("database", .refused, detail: "the database's time cannot be read")
        }
        return answer
    }

    /// Counts passwords.
    package func counts() async throws(BackendError) -> PasswordCounts {
        let numbers = try await reading { connection throws(SQLError) -> [Int64] in
            let tables = try connection.tables()
            let suspended = tables.hasSuspended ? "m.suspended IS NOT NULL" : "FALSE"
            let limited =
                tables.hasLimits
                ? """
                SUM(\(suspended)), SUM(NOT \(suspended) AND m.expires <= UTC_TIMESTAMP(3)), \
                SUM(NOT \(suspended) AND (m.expires IS NULL OR m.expires > UTC_TIMESTAMP(3)) \
                AND m.not_before > UTC_TIMESTAMP(3)) FROM app_password_limits m JOIN app_passwords p ON p.id = m.pwid \
                WHERE p.deleted IS NULL
                """ : "0, 0, 0"
            return try connection.selectOnce(
                """
                SELECT (SELECT COUNT(*) FROM app_passwords), \
                (SELECT COUNT(*) FROM app_passwords WHERE deleted IS NOT NULL), \(limited)
                """, []
            ) { row in (0..<5).map { row.text($0).flatMap { Int64($0) } ?? 0 } }.first ?? []
        }
        guard numbers.count == 5 else { throw BackendError("database", .refused, detail: "nothing was counted") }
        return PasswordCounts(
            total: numbers[0], revoked: numbers[1], suspended: numbers[2], expired: numbers[3], notYet: numbers[4])
    }

    private struct EndedRow: Sendable {
        var kind: String
        var id: Int64?
        var user: String?
        var time: String?
    }

    /// One statement, and how often it takes the moment.
    private static func question(_ tables: TableShape, hasMoment: Bool, _ ids: [Int64]) -> (sql: String, count: Int) {
        let since = hasMoment ? "CAST(? AS DATETIME(3))" : "UTC_TIMESTAMP(3) - INTERVAL 1 HOUR"
        let most = EndedAnswer.mostOfAKind
        var parts = [
            "SELECT 'now', NULL, NULL, UTC_TIMESTAMP(3)",
            """
            (SELECT 'revoked', id, uid, deleted FROM app_passwords WHERE deleted >= \(since) \
            ORDER BY deleted LIMIT \(most))
            """,
        ]
        let columns = tables.hasSuspended ? ["expires", "suspended"] : tables.hasLimits ? ["expires"] : []
        func limited(_ column: String) -> String {
            """
            SELECT '\(column == "expires" ? "expired" : column)', p.id, p.uid, m.\(column) \
            FROM app_password_limits m JOIN app_passwords p ON p.id = m.pwid \
            WHERE p.deleted IS NULL AND m.\(column) \(column == "expires" ? "<= UTC_TIMESTAMP(3)" : "IS NOT NULL")
            """
        }
        for column in columns {
            parts.append("(\(limited(column)) AND m.\(column) >= \(since) ORDER BY m.\(column) LIMIT \(most))")
        }
        let count = parts.count - 1
        if !ids.isEmpty {
            let list = ids.map { "\($0)" }.joined(separator: ", ")
            for column in columns { parts.append("(\(limited(column)) AND m.pwid IN (\(list)))") }
            parts.append(
                "(SELECT 'present', id, NULL, NULL FROM app_passwords WHERE id IN (\(list)) AND deleted IS NULL)")
        }
        return (parts.joined(separator: " UNION ALL "), count)
    }

    private func reading<Value: Sendable>(
        _ body: @escaping @Sendable (MariaDBConnection) throws(SQLError) -> Value
    ) async throws(BackendError) -> Value {
        try await writer.run(within: configuration.writeTimeout) { connection, deadline throws(BackendError) in
            try connection.perform(by: deadline, for: .reading, body)
        }
    }
}

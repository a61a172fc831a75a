package import AppPasswordCore
package import AuditCore

extension MariaDBStore: EndedPasswords {
    /// Looks for passwords that have ended, on the connection that writes; `SELECT` on the tables is enough. The indexes of
    /// `mariadb-upgrade.sql` make it one look each: without them all passwords are read.
    package func ended(since moment: Timestamp?, among ids: [Int64]) async throws(BackendError) -> EndedAnswer {
        let rows = try await reading { connection throws(SQLError) -> [EndedRow] in
            let tables = try connection.tables()
            let (sql, moments) = Self.endedQuestion(
                hasLimits: tables.hasLimits, hasSuspended: tables.hasSuspended, hasMoment: moment != nil, among: ids)
            let parameters = Array(repeating: SQLValue(moment?.sqlText), count: moments)
            return try connection.selectOnce(sql, parameters) { row in
                EndedRow(kind: row.text(0) ?? "", id: row.integer(1), user: row.text(2), time: row.text(3))
            }
        }
        var answer = EndedAnswer(now: Timestamp(milliseconds: 0), ended: [], present: [])
        for row in rows {
            let time = row.time.flatMap { Timestamp(sqlText: $0) }
            // Of one that was asked about it says that it is there, and if it has ended all the same.
            let words = row.kind.split(separator: " ")
            if words.first == "present", let id = row.id { answer.present.insert(id) }
            if let reason = words.last.flatMap({ EndReason(rawValue: String($0)) }), let id = row.id, let time {
                answer.ended.append(EndedPassword(id: id, user: row.user, reason: reason, time: time))
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

    /// The statement of ``ended(since:among:)``, and how often it takes the moment as a parameter.
    ///
    /// - Parameters:
    ///   - hasLimits: Whether `app_password_limits` is there, and `hasSuspended` whether it has that column.
    ///   - hasMoment: False: it looks back for an hour.
    package static func endedQuestion(
        hasLimits: Bool, hasSuspended: Bool, hasMoment: Bool, among ids: [Int64]
    ) -> (sql: String, moments: Int) {
        let since = hasMoment ? "CAST(? AS DATETIME(3))" : "UTC_TIMESTAMP(3) - INTERVAL 1 HOUR"
        let most = EndedAnswer.mostOfAKind
        var parts = [
            "SELECT 'now', NULL, NULL, UTC_TIMESTAMP(3)",
            """
            (SELECT 'revoked', id, uid, deleted FROM app_passwords WHERE deleted >= \(since) \
            ORDER BY deleted LIMIT \(most))
            """,
        ]
        let columns = hasSuspended ? ["expires", "suspended"] : hasLimits ? ["expires"] : []
        func limited(_ column: String, _ condition: String) -> String {
            """
            SELECT '\(reason(column))', p.id, p.uid, m.\(column) \
            FROM app_password_limits m JOIN app_passwords p ON p.id = m.pwid WHERE \(condition)
            """
        }
        func hasCome(_ column: String) -> String {
            column == "expires" ? "m.expires <= UTC_TIMESTAMP(3)" : "m.suspended IS NOT NULL"
        }
        for column in columns {
            let condition = "p.deleted IS NULL AND \(hasCome(column)) AND m.\(column) >= \(since)"
            parts.append("(\(limited(column, condition)) ORDER BY m.\(column) LIMIT \(most))")
        }
        let moments = hasMoment ? parts.count - 1 : 0
        if !ids.isEmpty {
            let list = ids.map { "\($0)" }.joined(separator: ", ")
            // A suspension comes before an end.
            let cases = columns.reversed().map { "WHEN \(hasCome($0)) THEN 'present \(reason($0))'" }
            let kind = columns.isEmpty ? "'present'" : "CASE \(cases.joined(separator: " ")) ELSE 'present' END"
            let times = columns.reversed().map { "m.\($0)" }
            let time = columns.isEmpty ? "NULL" : "COALESCE(\(times.joined(separator: ", ")))"
            let join = columns.isEmpty ? "" : " LEFT JOIN app_password_limits m ON m.pwid = p.id"
            // Written so that it can go by the ids alone: by the index of `deleted` all passwords in force would be looked at.
            parts.append(
                """
                (SELECT \(kind), p.id, p.uid, \(time) FROM app_passwords p\(join) \
                WHERE p.id IN (\(list)) AND IF(p.deleted IS NULL, 1, 0) = 1)
                """)
        }
        return (parts.joined(separator: " UNION ALL "), moments)
    }

    /// What a column of limits ends a password for.
    private static func reason(_ column: String) -> String { column == "expires" ? "expired" : column }

    private func reading<Value: Sendable>(
        _ body: @escaping @Sendable (MariaDBConnection) throws(SQLError) -> Value
    ) async throws(BackendError) -> Value {
        try await writer.run(within: configuration.writeTimeout) { connection, deadline throws(BackendError) in
            try connection.perform(by: deadline, for: .reading, body)
        }
    }
}

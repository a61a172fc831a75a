package import AppPasswordCore
package import AuditCore
internal import GRDB

extension SQLiteStore: EndedPasswords {
    /// Looks for passwords that have ended.
    package func ended(since moment: Timestamp?, among ids: [Int64]) async throws(BackendError) -> EndedAnswer {
        try await read { database in
            let now = try String.fetchOne(database, sql: "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')")
            guard let now = now.flatMap({ Timestamp(sqlText: $0) }) else {
                throw BackendError("database", .refused, detail: "the database's time cannot be read")
            }
            let since = moment ?? now.advanced(by: .seconds(-3600))
            let limits = """
                FROM app_password_limits AS m JOIN app_passwords AS p ON p.id = m.pwid WHERE p.deleted IS NULL AND
                """
            let list = ids.map { "\($0)" }.joined(separator: ", ")
            let sql = """
                SELECT * FROM (SELECT 'revoked', id, uid, deleted FROM app_passwords
                    WHERE deleted >= :since ORDER BY deleted LIMIT :most)
                UNION ALL SELECT * FROM (SELECT 'expired', p.id, p.uid, m.expires \(limits)
                    m.expires >= :since AND m.expires <= :now ORDER BY m.expires LIMIT :most)
                UNION ALL SELECT * FROM (SELECT 'suspended', p.id, p.uid, m.suspended \(limits)
                    m.suspended >= :since ORDER BY m.suspended LIMIT :most)
                UNION ALL SELECT 'expired', p.id, p.uid, m.expires \(limits) m.pwid IN (\(list)) AND m.expires <= :now
                UNION ALL SELECT 'suspended', p.id, p.uid, m.suspended \(limits)
                    m.pwid IN (\(list)) AND m.suspended IS NOT NULL
                """
            let arguments: StatementArguments = [
                "since": since.sqlText, "now": now.sqlText, "most": EndedAnswer.mostOfAKind,
            ]
            let ended = try Row.fetchAll(database, sql: sql, arguments: arguments).compactMap { row -> EndedPassword? in
                guard let reason = row.text(0).flatMap({ EndReason(rawValue: $0) }), let id = row.integer(1),
                    let time = row.time(3)
                else { return nil }
                return EndedPassword(id: id, user: row.text(2), reason: reason, time: time)
            }
            let present = try Int64.fetchAll(
                database, sql: "SELECT id FROM app_passwords WHERE id IN (\(list)) AND deleted IS NULL")
            return EndedAnswer(now: now, ended: ended, present: Set(present))
        }
    }

    /// Counts passwords.
    package func counts() async throws(BackendError) -> PasswordCounts {
        try await read { database in
            let sql = """
                SELECT (SELECT count(*) FROM app_passwords), (SELECT count(*) FROM app_passwords WHERE deleted IS NOT NULL),
                    total(m.suspended IS NOT NULL), total(m.suspended IS NULL AND m.expires <= now),
                    total(m.suspended IS NULL AND coalesce(m.expires > now, TRUE) AND m.not_before > now)
                FROM (SELECT strftime('%Y-%m-%d %H:%M:%f', 'now') AS now)
                LEFT JOIN (app_password_limits AS m JOIN app_passwords AS p ON p.id = m.pwid AND p.deleted IS NULL)
                """
            guard let row = try Row.fetchOne(database, sql: sql) else { return PasswordCounts([:]) }
            let numbers = (0..<5).map { (row[$0] as Double?) ?? 0 }.map { Int64($0) }
            return PasswordCounts(
                total: numbers[0], revoked: numbers[1], suspended: numbers[2], expired: numbers[3], notYet: numbers[4])
        }
    }
}

package import AppPasswordCore
package import AuditCore
internal import GRDB

extension SQLiteStore: AppPasswordAdministration {
    /// Adds a row with its limits and returns its id.
    package func add(
        uid: String, storedHash: String, comment: String?, created: Timestamp, limits: Limits?
    ) async throws(BackendError) -> Int64 {
        try await write { database in
            try database.execute(
                sql: "INSERT INTO app_passwords (uid, password, comment, created) VALUES (?, ?, ?, ?)",
                arguments: [uid, storedHash, comment, created.sqlText])
            let id = database.lastInsertedRowID
            if let limits, !limits.isEmpty { try Self.write(limits, id, database) }
            return id
        }
    }

    /// Changes the limits of a row.
    package func limit(id: Int64, _ limits: Limits, afresh: Bool) async throws(BackendError) -> Bool {
        try await write { database in
            let exists = try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM app_passwords WHERE id = ?)", arguments: [id])
            guard exists == true else { return false }
            if limits.isEmpty {
                // A suspension is no limit that could be taken away so.
                let all = StoredLimits.columnNames.filter { $0 != "suspended" } + ["announced"]
                try database.execute(
                    sql: "DELETE FROM app_password_limits WHERE pwid = ? AND suspended IS NULL", arguments: [id])
                try database.execute(
                    sql:
                        "UPDATE app_password_limits SET \(all.map { "\($0) = NULL" }.joined(separator: ", ")) WHERE pwid = ?",
                    arguments: [id])
            } else {
                try Self.write(limits, id, database, afresh: afresh)
            }
            return true
        }
    }

    /// Suspends a row's password.
    package func suspend(id: Int64) async throws(BackendError) -> Bool {
        try await change(
            """
            INSERT INTO app_password_limits (pwid, suspended)
            SELECT id, strftime('%Y-%m-%d %H:%M:%f', 'now') FROM app_passwords WHERE id = ?
            ON CONFLICT (pwid) DO UPDATE SET suspended = excluded.suspended WHERE suspended IS NULL
            """, [id])
    }

    /// The table is always there.
    package func seesLimits() async throws(BackendError) -> Bool { true }

    /// Releases it.
    package func release(id: Int64) async throws(BackendError) -> Bool {
        try await change(
            "UPDATE app_password_limits SET suspended = NULL WHERE pwid = ? AND suspended IS NOT NULL", [id])
    }

    /// Forgets what a row is bound to.
    package func rebind(id: Int64) async throws(BackendError) -> Bool {
        try await change("UPDATE app_password_limits SET bound = NULL WHERE pwid = ? AND bind IS NOT NULL", [id])
    }

    private static func write(
        _ limits: Limits, _ id: Int64, _ database: Database, afresh: Bool = false
    ) throws {
        // Who suspended a password is not who limits it.
        let names = StoredLimits.columnNames.filter { $0 != "suspended" }
        let others = names.filter { $0 != "bound" }.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        let kept =
            afresh
            ? "bound = excluded.bound, announced = NULL"
            : """
            bound = CASE WHEN bind IS excluded.bind THEN bound ELSE excluded.bound END,
            announced = CASE WHEN expires IS excluded.expires AND unused_days IS excluded.unused_days
                AND not_before IS excluded.not_before THEN announced END
            """
        try database.execute(
            sql: """
                INSERT INTO app_password_limits (pwid, \(names.joined(separator: ", ")))
                VALUES (?\(String(repeating: ", ?", count: names.count)))
                ON CONFLICT (pwid) DO UPDATE SET \(kept), \(others)
                """, arguments: [id] + StatementArguments(StoredLimits.columns(of: limits).prefix(names.count)))
    }

    /// Lists the rows of an account with their last use, the newest first.
    package func list(uid: String) async throws(BackendError) -> [AppPasswordSummary] {
        try await read { database in
            let sql = """
                SELECT p.id, p.uid, p.comment, p.created, p.deleted,
                       l.pwid, l.service, l.src_ip, l.src_rdns, l.src_loc, l.src_isp, l.timestamp, NULL\(LimitColumns.list)
                FROM app_passwords AS p\(LimitColumns.join)
                LEFT JOIN log AS l
                    ON l.id = (
                        SELECT id FROM log WHERE pwid = p.id AND result IS NULL ORDER BY timestamp DESC, id DESC LIMIT 1)
                WHERE p.uid = ? ORDER BY p.created DESC, p.id DESC
                """
            return try Row.fetchAll(database, sql: sql, arguments: [uid]).compactMap { row in
                guard let id = row.integer(0), let uid = row.text(1) else { return nil }
                return AppPasswordSummary(
                    id: id, uid: uid, comment: row.text(2), created: row.time(3), deleted: row.storedTime(4).timestamp,
                    lastUsed: row.logRow(from: 5), limits: LimitColumns.read(row, from: 13))
            }
        }
    }

    /// Changes a comment; false if there is no such row.
    package func rename(id: Int64, comment: String?) async throws(BackendError) -> Bool {
        try await change("UPDATE app_passwords SET comment = ? WHERE id = ?", [comment, id])
    }

    /// Marks a row deleted, or removes it with its log rows if `hard`; false if there is none, or none to be marked.
    package func revoke(id: Int64, hard: Bool, at time: Timestamp?) async throws(BackendError) -> Bool {
        hard
            ? try await change("DELETE FROM app_passwords WHERE id = ?", [id])
            : try await change(
                """
                UPDATE app_passwords SET deleted = COALESCE(?, strftime('%Y-%m-%d %H:%M:%f', 'now'))
                WHERE id = ? AND deleted IS NULL
                """, [time?.sqlText, id])
    }

    /// Reads the log rows of a password, the newest first, leaving out those whose time is none; nil if there is no
    /// such password.
    package func history(id: Int64, limit: Int, offset: Int) async throws(BackendError) -> [LoginLogRow]? {
        try await read { database in
            let exists = try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM app_passwords WHERE id = ?)", arguments: [id])
            guard exists == true else { return nil }
            let sql = """
                SELECT pwid, service, src_ip, src_rdns, src_loc, src_isp, timestamp, result FROM log
                WHERE pwid = ? ORDER BY timestamp DESC, id DESC LIMIT ? OFFSET ?
                """
            return try Row.fetchAll(database, sql: sql, arguments: [id, max(0, limit), max(0, offset)])
                .compactMap { $0.logRow(from: 0) }
        }
    }

    /// Reads rows of all accounts; a name or hash that is no text is empty.
    package func rows(after id: Int64, limit: Int) async throws(BackendError) -> [AppPasswordRow] {
        try await read { database in
            let sql = """
                SELECT p.id, p.uid, p.password, p.created, p.deleted,
                       (SELECT max(timestamp) FROM log WHERE pwid = p.id AND result IS NULL)\(LimitColumns.list)
                FROM app_passwords AS p\(LimitColumns.join) WHERE p.id > ? ORDER BY p.id LIMIT ?
                """
            return try Row.fetchAll(database, sql: sql, arguments: [id, max(0, limit)]).compactMap { row in
                guard let id = row.integer(0) else { return nil }
                return AppPasswordRow(
                    id: id, uid: row.text(1) ?? "", storedHash: row.text(2) ?? "", created: row.storedTime(3),
                    deleted: row.storedTime(4), lastUse: row.storedTime(5), limits: LimitColumns.read(row, from: 6))
            }
        }
    }

    func change(_ sql: String, _ arguments: StatementArguments) async throws(BackendError) -> Bool {
        try await write { database in
            try database.execute(sql: sql, arguments: arguments)
            return database.changesCount > 0
        }
    }
}

extension Row {
    /// A row of `log` in eight columns: password, service, address, name, location, ISP, time, refusal.
    fileprivate func logRow(from column: Int) -> LoginLogRow? {
        guard let password = integer(column), let time = time(column + 6) else { return nil }
        return LoginLogRow(
            passwordID: password, service: text(column + 1) ?? "", sourceAddress: text(column + 2),
            sourceName: text(column + 3), sourceLocation: text(column + 4), sourceISP: text(column + 5), time: time,
            refusal: refusal(column + 7))
    }
}

package import AppPasswordCore
package import AuditCore
internal import BlockingLanes

extension MariaDBStore: AppPasswordAdministration {
    /// Adds a row; needs `INSERT` on `app_passwords`, and for limits `SELECT, INSERT, UPDATE` on `app_password_limits`.
    ///
    /// - Throws: ``BackendError`` `.refused` if the account has that very hash already, or a value is too long.
    package func add(
        uid: String, storedHash: String, comment: String?, created: Timestamp, limits: Limits?
    ) async throws(BackendError) -> Int64 {
        try await manage { connection throws(SQLError) in
            try connection.transaction { () throws(SQLError) in
                let id = try connection.change(
                    "INSERT INTO app_passwords (uid, password, comment, created) VALUES (?, ?, ?, ?)",
                    [.text(uid), .text(storedHash), SQLValue(comment), .text(created.sqlText)]
                ).insertedID
                if let limits, !limits.isEmpty { try Self.write(limits, id, connection) }
                return id
            }
        }
    }

    /// Changes limits; needs `SELECT, INSERT, UPDATE, DELETE` on `app_password_limits`.
    package func limit(id: Int64, _ limits: Limits, afresh: Bool) async throws(BackendError) -> Bool {
        try await manage { connection throws(SQLError) in
            let exists = try connection.select("SELECT 1 FROM app_passwords WHERE id = ?", [.integer(id)]) {
                $0.integer(0)
            }
            guard !exists.isEmpty else { return false }
            guard limits.isEmpty else {
                try Self.write(limits, id, connection, afresh: afresh)
                return true
            }
            let tables = try connection.tables()
            guard tables.hasLimits else { return true }
            // A suspension is no limit that could be taken away so.
            let isSuspended = tables.hasSuspended ? " AND suspended IS NULL" : ""
            _ = try connection.change(
                "DELETE FROM app_password_limits WHERE pwid = ?\(isSuspended)", [.integer(id)])
            if tables.hasSuspended {
                let all = StoredLimits.columnNames.filter { $0 != "suspended" } + ["announced"]
                _ = try connection.change(
                    "UPDATE app_password_limits SET \(all.map { "\($0) = NULL" }.joined(separator: ", ")) WHERE pwid = ?",
                    [.integer(id)])
            }
            return true
        }
    }

    /// Suspends a password; needs `INSERT (pwid, suspended), UPDATE (suspended)` on `app_password_limits`.
    ///
    /// - Throws: ``BackendError`` also if the table is none that could say so.
    package func suspend(id: Int64) async throws(BackendError) -> Bool {
        try await manage { connection throws(SQLError) in
            try connection.transaction { () throws(SQLError) in
                let isNew =
                    try connection.change(
                        "UPDATE app_password_limits SET suspended = UTC_TIMESTAMP(3) WHERE pwid = ? AND suspended IS NULL",
                        [.integer(id)]
                    ).rows > 0
                if isNew { return true }
                return try connection.change(
                    """
                    INSERT IGNORE INTO app_password_limits (pwid, suspended) SELECT id, UTC_TIMESTAMP(3) FROM app_passwords p \
                    WHERE id = ? AND NOT EXISTS (SELECT 1 FROM app_password_limits m WHERE m.pwid = p.id)
                    """, [.integer(id)]
                ).rows > 0
            }
        }
    }

    /// Whether the table is there and may be read.
    package func seesLimits() async throws(BackendError) -> Bool {
        try await manage { connection throws(SQLError) in try connection.tables().hasLimits }
    }

    /// Releases a password; needs `UPDATE (suspended)`.
    package func release(id: Int64) async throws(BackendError) -> Bool {
        try await manage { connection throws(SQLError) in
            guard try connection.tables().hasSuspended else { return false }
            return try connection.change(
                "UPDATE app_password_limits SET suspended = NULL WHERE pwid = ? AND suspended IS NOT NULL",
                [.integer(id)]
            ).rows > 0
        }
    }

    /// Forgets what a password is bound to.
    package func rebind(id: Int64) async throws(BackendError) -> Bool {
        try await manage { connection throws(SQLError) in
            guard try connection.tables().hasLimits else { return false }
            return try connection.change(
                "UPDATE app_password_limits SET bound = NULL WHERE pwid = ? AND bind IS NOT NULL", [.integer(id)]
            ).rows > 0
        }
    }

    private static func write(
        _ limits: Limits, _ id: Int64, _ connection: MariaDBConnection, afresh: Bool = false
    ) throws(SQLError) {
        // Who suspended a password is not who limits it.
        let names = StoredLimits.columnNames.filter { $0 != "suspended" }
        // From left to right: `bound` is judged by the old `bind`, and is not undone if a login fixed it a moment ago.
        let others = names.filter { $0 != "bound" }.map { "\($0) = VALUES(\($0))" }.joined(separator: ", ")
        let kept =
            afresh
            ? "bound = VALUES(bound), announced = NULL"
            : """
            bound = IF(bind <=> VALUES(bind), bound, VALUES(bound)), announced = IF(expires <=> VALUES(expires) \
            AND unused_days <=> VALUES(unused_days) AND not_before <=> VALUES(not_before), announced, NULL)
            """
        _ = try connection.change(
            """
            INSERT INTO app_password_limits (pwid, \(names.joined(separator: ", "))) \
            VALUES (?\(String(repeating: ", ?", count: names.count))) \
            ON DUPLICATE KEY UPDATE \(kept), \(others)
            """, [.integer(id)] + StoredLimits.columns(of: limits).prefix(names.count).map { SQLValue($0) })
    }

    /// Lists an account's rows with their last use, the newest first.
    package func list(uid: String) async throws(BackendError) -> [AppPasswordSummary] {
        let rows = try await manage { connection throws(SQLError) in
            let tables = try connection.tables()
            return try connection.selectRows(
                of: uid,
                """
                SELECT p.id, p.uid, p.comment, p.created, p.deleted, \
                l.id, l.service, l.src_ip, l.src_rdns, l.src_loc, l.src_isp, l.`timestamp`\(LimitColumns.list(tables)) \
                FROM app_passwords p\(LimitColumns.join(tables)) LEFT JOIN log l ON l.id = (\
                SELECT n.id FROM log n WHERE n.pwid = p.id\(tables.uses) \
                ORDER BY n.`timestamp` DESC, n.id DESC LIMIT 1) WHERE p.uid = ?
                """
            ) { row -> AppPasswordSummary? in
                guard let id = row.integer(0), let stored = row.text(1), stored.utf8.elementsEqual(uid.utf8) else {
                    return nil
                }
                return AppPasswordSummary(
                    id: id, uid: stored, comment: row.text(2), created: row.text(3).flatMap { Timestamp(sqlText: $0) },
                    deleted: row.text(4).map { Timestamp(sqlText: $0) ?? Timestamp(milliseconds: 0) },
                    lastUsed: Self.logRow(row, from: 6, passwordID: id),
                    limits: LimitColumns.read(row, from: 12, tables))
            }
        }
        return rows.sorted { one, other in
            let (mine, theirs) = (one.created?.milliseconds ?? .min, other.created?.milliseconds ?? .min)
            return (mine, one.id) > (theirs, other.id)
        }
    }

    /// Changes a comment; needs `UPDATE(comment)`.
    package func rename(id: Int64, comment: String?) async throws(BackendError) -> Bool {
        try await manage { connection throws(SQLError) in
            try connection.change(
                "UPDATE app_passwords SET comment = ? WHERE id = ?", [SQLValue(comment), .integer(id)]
            )
            .rows > 0
        }
    }

    /// Marks a row deleted (needs `UPDATE(deleted)`), or removes it, its log rows with it (needs `DELETE`).
    package func revoke(id: Int64, hard: Bool, at time: Timestamp?) async throws(BackendError) -> Bool {
        try await manage { connection throws(SQLError) in
            if hard {
                return try connection.change("DELETE FROM app_passwords WHERE id = ?", [.integer(id)]).rows > 0
            }
            return try connection.change(
                "UPDATE app_passwords SET deleted = COALESCE(?, UTC_TIMESTAMP(3)) WHERE id = ? AND deleted IS NULL",
                [SQLValue(time?.sqlText), .integer(id)]
            ).rows > 0
        }
    }

    /// Reads log rows, the newest first.
    package func history(id: Int64, limit: Int, offset: Int) async throws(BackendError) -> [LoginLogRow]? {
        try await manage { connection throws(SQLError) in
            let exists = try connection.select("SELECT 1 FROM app_passwords WHERE id = ?", [.integer(id)]) {
                $0.integer(0)
            }
            guard !exists.isEmpty else { return nil }
            let result = try connection.tables().hasResult ? "result" : "NULL"
            return try connection.select(
                """
                SELECT service, src_ip, src_rdns, src_loc, src_isp, `timestamp`, \(result) FROM log WHERE pwid = ? \
                ORDER BY `timestamp` DESC, id DESC LIMIT ? OFFSET ?
                """, [.integer(id), .integer(Int64(max(0, limit))), .integer(Int64(max(0, offset)))]
            ) { row in
                var use = Self.logRow(row, from: 0, passwordID: id)
                use?.refusal = row.text(6)
                return use
            }
        }
    }

    /// Reads rows of all accounts; `SELECT` on both tables is enough.
    package func rows(after id: Int64, limit: Int) async throws(BackendError) -> [AppPasswordRow] {
        try await manage { connection throws(SQLError) in
            let tables = try connection.tables()
            return try connection.select(
                """
                SELECT p.id, p.uid, p.password, p.created, p.deleted, (\
                SELECT n.`timestamp` FROM log n WHERE n.pwid = p.id\(tables.uses) ORDER BY n.`timestamp` DESC LIMIT 1)\
                \(LimitColumns.list(tables)) FROM app_passwords p\(LimitColumns.join(tables)) WHERE p.id > ? ORDER BY p.id LIMIT ?
                """, [.integer(id), .integer(Int64(max(0, limit)))]
            ) { row in
                guard let id = row.integer(0) else { return nil }
                let (created, deleted, used) = (row.text(3), row.text(4), row.text(5))
                return AppPasswordRow(
                    id: id, uid: row.text(1) ?? "", storedHash: row.text(2) ?? "",
                    created: StoredTime(isNull: created == nil, text: created),
                    deleted: StoredTime(isNull: deleted == nil, text: deleted),
                    lastUse: StoredTime(isNull: used == nil, text: used),
                    limits: LimitColumns.read(row, from: 6, tables))
            }
        }
    }

    func manage<Value: Sendable>(
        _ body: @escaping @Sendable (MariaDBConnection) throws(SQLError) -> Value
    ) async throws(BackendError) -> Value {
        try await writer.run(within: configuration.writeTimeout) { connection, deadline throws(BackendError) in
            try connection.perform(by: deadline, for: .changes, body)
        }
    }

    /// Reads service, src_ip, src_rdns, src_loc, src_isp and timestamp; nil without a time.
    private static func logRow(_ row: any ResultRow, from column: Int, passwordID: Int64) -> LoginLogRow? {
        guard let time = row.text(column + 5).flatMap({ Timestamp(sqlText: $0) }) else { return nil }
        return LoginLogRow(
            passwordID: passwordID, service: row.text(column) ?? "", sourceAddress: row.text(column + 1),
            sourceName: row.text(column + 2), sourceLocation: row.text(column + 3), sourceISP: row.text(column + 4),
            time: time)
    }
}

package import AppPasswordCore
internal import AuditCore

extension MariaDBStore {
    /// Asks the server what it is, and what the tables are like.
    ///
    /// - Throws: ``BackendError`` if it cannot be asked.
    /// - Complexity: Four queries of its `information_schema`, on the connection that writes.
    package func survey() async throws(BackendError) -> DatabaseSurvey {
        try await onWriter { connection throws(SQLError) in
            let server =
                try connection.selectOnce(
                    """
                    SELECT VERSION(), CURRENT_USER(), DATABASE(), UTC_TIMESTAMP(3), @@global.time_zone, @@system_time_zone, \
                    @@global.max_connections, @@session.max_user_connections
                    """, []
                ) { row in (0...7).map { row.text($0) ?? "" } }.first ?? Array(repeating: "", count: 8)
            let zone = server[4] == "SYSTEM" ? server[5] : server[4]
            let limits = [server[6], server[7]].compactMap { Int($0) }.filter { $0 > 0 }
            return DatabaseSurvey(
                version: server[0], user: server[1], database: server[2],
                time: Timestamp(sqlText: server[3]) ?? Timestamp(milliseconds: 0),
                timeZone: server[4] == "SYSTEM" ? "SYSTEM (\(zone))" : zone,
                isInUTC: ["UTC", "GMT", "ETC/UTC", "+00:00"].contains(zone.uppercased()),
                connectionLimit: limits.min() ?? Int.max, columns: try Self.columns(connection),
                indexes: try Self.indexes(connection), engines: try Self.engines(connection))
        }
    }

    /// Tries what one side does, each thing in a transaction that is rolled back.
    ///
    /// Tables that cannot roll back are only read.
    ///
    /// - Returns: For each right nil if it is there, else what the server said.
    /// - Throws: ``BackendError`` if the server cannot be asked.
    package func attempt(
        _ rights: [DatabaseRight]
    ) async throws(BackendError) -> [(right: DatabaseRight, trouble: BackendError?)] {
        try await onWriter { connection throws(SQLError) in
            let canRollBack = try Self.engines(connection).values.allSatisfy { $0 == "innodb" }
            var outcomes: [(right: DatabaseRight, trouble: BackendError?)] = []
            for right in rights where canRollBack || !right.isChange {
                do throws(SQLError) {
                    try connection.undone { () throws(SQLError) in
                        if right.isChange {
                            _ = try connection.change(right.statement, [], isKept: false)
                        } else {
                            _ = try connection.selectOnce(right.statement, []) { _ in 0 }
                        }
                    }
                    outcomes.append((right, nil))
                } catch {
                    guard !error.isConnectionLost else { throw error }
                    outcomes.append((right, error.backendError))
                }
            }
            return outcomes
        }
    }

    static func columns(_ connection: MariaDBConnection) throws(SQLError) -> [DatabaseSurvey.Column] {
        try connection.selectOnce(
            """
            SELECT TABLE_NAME, COLUMN_NAME, CHARACTER_SET_NAME, COLLATION_NAME, COLUMN_DEFAULT \
            FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() \
            AND TABLE_NAME IN ('app_passwords', 'log', 'app_password_limits') ORDER BY TABLE_NAME, ORDINAL_POSITION
            """, []
        ) { row in
            DatabaseSurvey.Column(
                table: row.text(0) ?? "", name: row.text(1) ?? "", characterSet: row.text(2), collation: row.text(3),
                fallback: row.text(4))
        }
    }

    private static func indexes(_ connection: MariaDBConnection) throws(SQLError) -> [DatabaseSurvey.Index] {
        let rows = try connection.selectOnce(
            """
            SELECT TABLE_NAME, INDEX_NAME, COLUMN_NAME FROM information_schema.STATISTICS \
            WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME IN ('app_passwords', 'log') \
            ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX
            """, []
        ) { row in (row.text(0) ?? "", row.text(1) ?? "", (row.text(2) ?? "").lowercased()) }
        var indexes: [DatabaseSurvey.Index] = []
        var last = ("", "")
        for (table, index, column) in rows {
            if (table, index) == last {
                indexes[indexes.count - 1].columns.append(column)
            } else {
                indexes.append(DatabaseSurvey.Index(table: table, columns: [column]))
                last = (table, index)
            }
        }
        return indexes
    }

    private static func engines(_ connection: MariaDBConnection) throws(SQLError) -> [String: String] {
        let rows = try connection.selectOnce(
            """
            SELECT TABLE_NAME, ENGINE FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() \
            AND TABLE_NAME IN ('app_passwords', 'log')
            """, []
        ) { row in (row.text(0) ?? "", (row.text(1) ?? "").lowercased()) }
        return Dictionary(rows) { first, _ in first }
    }

    /// Runs what must not take a login's connection.
    private func onWriter<Value: Sendable>(
        _ body: @escaping @Sendable (MariaDBConnection) throws(SQLError) -> Value
    ) async throws(BackendError) -> Value {
        try await writer.run(within: configuration.writeTimeout) { connection, deadline throws(BackendError) in
            try connection.perform(by: deadline, for: .reading, body)
        }
    }
}

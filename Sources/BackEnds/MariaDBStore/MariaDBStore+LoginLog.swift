package import AppPasswordCore
internal import AuditCore
internal import BlockingLanes

extension MariaDBStore: LoginLog {
    /// Rows in one statement: eight parameters each, of at most 65,535.
    private static let rowsInStatement = 500
    /// No name, place or provider is longer; the columns are `text`, 65,535 bytes.
    private static let longestText = 4096

    /// Ids that a row may lie before ``position()`` and still be younger: servers of a cluster give out theirs in turns.
    private static let idSlack: Int64 = 10_000

    /// Writes rows in one transaction.
    ///
    /// A row whose password was removed meanwhile cannot be written (its own rows went with it) and must not hold up
    /// the others: it is dropped, and `rowRefused` is told. Values that the old tables cannot hold (a place in letters
    /// that their character set has not) are stored as near as possible. A row that the table does not take although its
    /// password is there (partitions that end yesterday) is an error, and nothing is written.
    package func insert(_ rows: [LoginLogRow], mayBeThere: Bool) async throws(BackendError) {
        try await insert(rows, mayBeThere: mayBeThere, after: .min)
    }

    /// Writes rows in one transaction, after looking for those that may be there behind a position.
    ///
    /// Rows of an interrupted call that the server is still working on are waited for, so that none is written twice. The
    /// look-up holds no lock when rows are written, and none but on the youngest rows before.
    package func insert(
        _ rows: [LoginLogRow], mayBeThere: Bool, after position: Int64
    ) async throws(BackendError) {
        guard !rows.isEmpty else { return }
        let rows = rows.map(Self.storable)
        let dropped = try await writer.run(within: configuration.writeTimeout) {
            connection, deadline throws(BackendError) -> [LoginLogRow] in
            try connection.perform(by: deadline, for: .changes) { connection throws(SQLError) -> [LoginLogRow] in
                let tables = try connection.tables()
                let rows = tables.hasResult ? rows : rows.filter { $0.refusal == nil }
                guard !rows.isEmpty else { return [] }
                var missing = rows
                if mayBeThere {
                    let there = try LogSearch(rows).found(after: position, slack: Self.idSlack, connection)
                    missing = rows.filter { row in !there.contains(LogSearch.Use(row)) }
                }
                guard !missing.isEmpty else { return [] }
                return try connection.transaction { () throws(SQLError) in
                    try Self.write(missing, tables, connection)
                }
            }
        }
        for row in dropped { rowRefused(row) }
    }

    /// The id of the youngest row.
    package func position() async throws(BackendError) -> Int64 {
        try await writer.run(within: configuration.writeTimeout) { connection, deadline throws(BackendError) in
            try connection.perform(by: deadline, for: .reading) { connection throws(SQLError) in
                try LogSearch.youngest(connection)
            }
        }
    }

    /// Writes rows and returns those that have no password any more.
    private static func write(
        _ rows: [LoginLogRow], _ tables: TableShape, _ connection: MariaDBConnection
    ) throws(SQLError) -> [LoginLogRow] {
        var dropped: [LoginLogRow] = []
        for start in stride(from: 0, to: rows.count, by: rowsInStatement) {
            let chunk = rows[start..<min(start + rowsInStatement, rows.count)]
            var parameters: [SQLValue] = []
            for row in chunk {
                parameters += [
                    .integer(row.passwordID), .text(row.service), SQLValue(row.sourceAddress),
                    SQLValue(row.sourceName), SQLValue(row.sourceLocation), SQLValue(row.sourceISP),
                    .text(row.time.sqlText),
                ]
                if tables.hasResult { parameters.append(SQLValue(row.refusal)) }
            }
            // IGNORE: rows without a password are left out, values that do not fit are fitted.
            let written = try connection.change(
                "INSERT IGNORE INTO log (pwid, service, src_ip, src_rdns, src_loc, src_isp, `timestamp`"
                    + (tables.hasResult ? ", result) VALUES " : ") VALUES ")
                    + repeatElement(
                        tables.hasResult ? "(?, ?, ?, ?, ?, ?, ?, ?)" : "(?, ?, ?, ?, ?, ?, ?)", count: chunk.count
                    ).joined(separator: ", "),
                parameters, isKept: chunk.count == 1
            ).rows
            guard written < chunk.count else { continue }
            let wanted = Set(chunk.map(\.passwordID))
            let places = repeatElement("?", count: wanted.count).joined(separator: ", ")
            let present = Set(
                try connection.selectOnce(
                    "SELECT id FROM app_passwords WHERE id IN (\(places))", wanted.map(SQLValue.integer)
                ) { $0.integer(0) })
            let orphans = chunk.filter { !present.contains($0.passwordID) }
            // It also leaves out rows for reasons that are none of the row's: those must not be lost.
            guard written + orphans.count >= chunk.count else {
                throw SQLError(notTaken: chunk.count - written - orphans.count, of: chunk.count)
            }
            dropped += orphans
        }
        return dropped
    }

    private static func storable(_ row: LoginLogRow) -> LoginLogRow {
        var row = row.stored
        row.sourceName = row.sourceName?.prefix(utf8Count: longestText)
        row.sourceLocation = row.sourceLocation?.prefix(utf8Count: longestText)
        row.sourceISP = row.sourceISP?.prefix(utf8Count: longestText)
        return row
    }
}

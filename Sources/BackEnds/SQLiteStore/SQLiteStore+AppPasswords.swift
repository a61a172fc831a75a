package import AppPasswordCore
internal import AuditCore
internal import GRDB

extension SQLiteStore: AppPasswordStore {
    /// Reads the rows whose `uid` has just the bytes of one of these names.
    ///
    /// A row whose hash is no text gets an empty one, which no verifier takes; a time that is none is nil.
    /// - Complexity: One query with an index, about 30 microseconds for one name.
    package func passwords(of names: [String]) async throws(BackendError) -> [AppPassword] {
        guard !names.isEmpty else { return [] }
        return try await read { database in
            let places = repeatElement("?", count: names.count).joined(separator: ", ")
            let statement = try database.cachedStatement(
                sql: """
                    SELECT p.id, p.uid, p.password, p.deleted IS NOT NULL AS revoked, p.created\(LimitColumns.list)
                    FROM app_passwords AS p\(LimitColumns.join) WHERE p.uid IN (\(places))
                    """)
            // A cursor: a row is decoded where SQLite holds it, not copied first.
            let cursor = try Row.fetchCursor(statement, arguments: StatementArguments(names))
            var found: [AppPassword] = []
            while let row = try cursor.next() {
                guard let id = row.integer(0), let uid = row.text(1) else { continue }
                let isDeleted = row.integer(3) != 0
                found.append(
                    AppPassword(
                        id: id, uid: uid, storedHash: row.text(2) ?? "", isDeleted: isDeleted, created: row.time(4),
                        limits: LimitColumns.read(row, from: 5)))
            }
            return found
        }
    }

    /// Fixes a place, if there is none.
    package func bind(_ id: Int64, to place: BoundPlace) async throws(BackendError) -> String? {
        try await write { database in
            let arguments: StatementArguments = [place.description, id, place.binding.rawValue]
            try database.execute(
                sql: "UPDATE app_password_limits SET bound = ? WHERE pwid = ? AND bind = ? AND bound IS NULL",
                arguments: arguments)
            return try Row.fetchOne(
                database, sql: "SELECT bound FROM app_password_limits WHERE pwid = ? AND bind = ?",
                arguments: [id, place.binding.rawValue])?.text(0)
        }
    }
}

extension SQLiteStore: LoginLog {
    /// Asks for a sign of life; rows are found by an index wherever they are.
    package func position() async throws(BackendError) -> Int64 {
        try await read { database in
            _ = try Int.fetchOne(database, sql: "SELECT 1 FROM log LIMIT 1")
            return .min
        }
    }

    /// Writes rows in one transaction.
    package func insert(_ rows: [LoginLogRow], mayBeThere: Bool) async throws(BackendError) {
        let isNew = """
             AND NOT EXISTS (
                SELECT 1 FROM log WHERE pwid = :pwid AND timestamp = :time AND service IS :service AND src_ip IS :ip)
            """
        let sql = """
            INSERT INTO log (pwid, service, src_ip, src_rdns, src_loc, src_isp, timestamp, result)
            SELECT id, :service, :ip, :rdns, :loc, :isp, :time, :refusal FROM app_passwords WHERE id = :pwid
            """
        try await write { database in
            let statement = try database.cachedStatement(sql: mayBeThere ? sql + isNew : sql)
            for row in rows.lazy.map(\.stored) {
                try statement.execute(arguments: [
                    "pwid": row.passwordID, "service": row.service, "ip": row.sourceAddress, "rdns": row.sourceName,
                    "loc": row.sourceLocation, "isp": row.sourceISP, "time": row.time.sqlText, "refusal": row.refusal,
                ])
            }
        }
    }
}

extension Row {
    func integer(_ column: Int) -> Int64? { Int64.fromDatabaseValue(databaseValue(column)) }

    /// A text; nil for NULL and everything else.
    func text(_ column: Int) -> String? {
        guard case .string(let text) = databaseValue(column).storage else { return nil }
        return text
    }

    func time(_ column: Int) -> Timestamp? { text(column).flatMap { Timestamp(sqlText: $0) } }

    /// A time, and what stands where one should.
    func storedTime(_ column: Int) -> StoredTime {
        StoredTime(isNull: databaseValue(column).isNull, text: text(column))
    }

    /// What a refusal is called; of what is no text that it was one.
    func refusal(_ column: Int) -> String? { databaseValue(column).isNull ? nil : text(column) ?? "refused" }

    private func databaseValue(_ column: Int) -> DatabaseValue { self[column] }
}

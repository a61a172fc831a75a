internal import AppPasswordCore
internal import AuditCore

/// Looks for rows that an interrupted call may have written.
struct LogSearch {
    /// What tells one use from another.
    struct Use: Hashable {
        let passwordID: Int64
        let milliseconds: Int64
        let service: String
        let address: String?

        init(_ row: LoginLogRow) {
            (passwordID, milliseconds) = (row.passwordID, row.time.milliseconds)
            (service, address) = (row.service, row.sourceAddress)
        }
    }

    /// Rows in one query.
    private static let rowsInQuery = 500
    private static let columns = "SELECT pwid, service, src_ip, `timestamp` FROM log"

    private let rows: [LoginLogRow]

    init(_ rows: [LoginLogRow]) { self.rows = rows }

    /// The id of the youngest row; 0 if there is none.
    static func youngest(_ connection: MariaDBConnection) throws(SQLError) -> Int64 {
        try connection.select("SELECT max(id) FROM log", []) { $0.integer(0) }.first ?? 0
    }

    /// The uses of which there are rows.
    ///
    /// Where an interrupted call may still be at work, among the youngest rows, they are read with a lock: that waits for
    /// its end. All others are read without one, unless they cannot be there by their ids.
    func found(
        after position: Int64, slack: Int64, _ connection: MariaDBConnection
    ) throws(SQLError) -> Set<Use> {
        let isKnown = position > .min
        let youngest = isKnown ? position : try Self.youngest(connection)
        let first = max(0, youngest - slack)
        var found: Set<Use> = []
        for start in stride(from: 0, to: rows.count, by: Self.rowsInQuery) {
            let chunk = rows[start..<min(start + Self.rowsInQuery, rows.count)]
            let times = chunk.map(\.time.milliseconds)
            guard let earliest = times.min(), let latest = times.max() else { continue }
            let span = [earliest, latest].map { SQLValue.text(Timestamp(milliseconds: $0).sqlText) }
            // Locks go with the transaction: before anything is written.
            found.formUnion(
                try connection.transaction(readsCommitted: true) { () throws(SQLError) in
                    try read(amongYoungest: chunk, from: first, span, connection)
                })
            if !isKnown { found.formUnion(try read(everywhere: chunk, span, connection)) }
        }
        return found
    }

    private func read(
        amongYoungest chunk: ArraySlice<LoginLogRow>, from first: Int64, _ span: [SQLValue],
        _ connection: MariaDBConnection
    ) throws(SQLError) -> [Use] {
        let passwords = Set(chunk.map(\.passwordID))
        let sql = """
            \(Self.columns) WHERE id > ? AND `timestamp` BETWEEN ? AND ? AND pwid IN (\(Self.marks(passwords.count))) \
            LOCK IN SHARE MODE
            """
        let parameters = [.integer(first)] + span + passwords.map(SQLValue.integer)
        return try connection.selectOnce(sql, parameters, Self.use)
    }

    /// One condition for each password, so that the index of the new tables leads to the rows and on the old ones, whose
    /// index only knows the password, each of its rows is looked at once.
    private func read(
        everywhere chunk: ArraySlice<LoginLogRow>, _ span: [SQLValue], _ connection: MariaDBConnection
    ) throws(SQLError) -> [Use] {
        var times: [Int64: Set<Timestamp>] = [:]
        for row in chunk { times[row.passwordID, default: []].insert(row.time) }
        let conditions = times.values.map { "(pwid = ? AND `timestamp` IN (\(Self.marks($0.count))))" }
        let sql = """
            \(Self.columns) WHERE `timestamp` BETWEEN ? AND ? AND (\(conditions.joined(separator: " OR ")))
            """
        var parameters = span
        for (password, times) in times {
            parameters.append(.integer(password))
            parameters += times.map { .text($0.sqlText) }
        }
        return try connection.selectOnce(sql, parameters, Self.use)
    }

    private static func marks(_ count: Int) -> String { repeatElement("?", count: count).joined(separator: ", ") }

    private static func use(_ row: any ResultRow) -> Use? {
        guard let id = row.integer(0), let time = row.text(3).flatMap({ Timestamp(sqlText: $0) }) else { return nil }
        return Use(
            LoginLogRow(passwordID: id, service: row.text(1) ?? "", sourceAddress: row.text(2), time: time))
    }
}

internal import CMariaDB

/// A statement that is sent as text, its values put in by the library: for servers that prepare none.
@safe final class PlainStatement: Statement {
    private let parts: [Substring]
    private let handle: UnsafeMutablePointer<MYSQL>
    private var result: UnsafeMutablePointer<MYSQL_RES>?

    /// - Parameter sql: With a `?` for each parameter, and none elsewhere.
    init(_ sql: String, on handle: UnsafeMutablePointer<MYSQL>) {
        parts = sql.split(separator: "?", omittingEmptySubsequences: false)
        unsafe self.handle = handle
    }

    deinit { free() }

    func execute(_ parameters: [SQLValue], watch: Stopwatch) throws(SQLError) -> Int {
        precondition(parts.count == parameters.count + 1)
        free()
        var text = Array(parts[0].utf8)
        for (parameter, part) in zip(parameters, parts.dropFirst()) {
            switch parameter {
            case .null: text += "NULL".utf8
            case .integer(let value): text += String(value).utf8
            case .text(let value): text += literal(value)
            }
            text += part.utf8
        }
        let failed = unsafe text.withUnsafeBytes { bytes in
            let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            return unsafe mysql_real_query(handle, start, UInt(bytes.count)) != 0
        }
        if failed { throw error(watch) }
        guard unsafe mysql_field_count(handle) > 0 else {
            return Int(truncatingIfNeeded: unsafe mysql_affected_rows(handle))
        }
        unsafe result = mysql_store_result(handle)
        guard unsafe result != nil else { throw error(watch) }
        return 0
    }

    func rows<Row>(watch: Stopwatch, _ read: (any ResultRow) -> Row?) throws(SQLError) -> [Row] {
        guard let result = unsafe result else { throw SQLError.malformed("rows are missing") }
        defer { free() }
        let row = unsafe PlainRow(columnCount: Int(mysql_num_fields(result)))
        var rows: [Row] = []
        while let values = unsafe mysql_fetch_row(result), let lengths = unsafe mysql_fetch_lengths(result) {
            unsafe row.values = values
            unsafe row.lengths = lengths
            if let value = read(row) { rows.append(value) }
        }
        guard !row.wasAskedForMore else { throw SQLError.malformed("columns are missing") }
        return rows
    }

    var insertedID: Int64 { Int64(truncatingIfNeeded: unsafe mysql_insert_id(handle)) }

    /// A text in quotes, escaped for the connection's character set and the session's `sql_mode`.
    private func literal(_ value: String) -> [UInt8] {
        var value = value
        let quote = UInt8(ascii: "'")
        return value.withUTF8 { bytes in
            unsafe [UInt8](unsafeUninitializedCapacity: 2 * bytes.count + 3) { target, count in
                unsafe target[0] = quote
                let escaped = unsafe bytes.withMemoryRebound(to: CChar.self) { source in
                    unsafe UnsafeMutableBufferPointer(rebasing: target[1...]).withMemoryRebound(to: CChar.self) {
                        source.isEmpty
                            ? 0
                            : unsafe mysql_real_escape_string(
                                handle, $0.baseAddress, source.baseAddress, UInt(source.count))
                    }
                }
                unsafe target[Int(escaped) + 1] = quote
                count = Int(escaped) + 2
            }
        }
    }

    private func free() {
        if let result = unsafe result { unsafe mysql_free_result(result) }
        unsafe result = nil
    }

    private func error(_ watch: Stopwatch) -> SQLError { unsafe SQLError(of: handle, watch) }
}

/// The row that a ``PlainStatement`` has just fetched.
@safe private final class PlainRow: ResultRow {
    private let columnCount: Int
    var values: MYSQL_ROW?
    var lengths: UnsafeMutablePointer<UInt>?
    /// Whether a column was asked for that the answer has not.
    private(set) var wasAskedForMore = false

    init(columnCount: Int) { self.columnCount = columnCount }

    func text(_ column: Int) -> String? {
        guard column < columnCount, let values = unsafe values, let lengths = unsafe lengths else {
            wasAskedForMore = true
            return nil
        }
        guard let start = unsafe values[column] else { return nil }
        return unsafe String(
            decoding: UnsafeRawBufferPointer(start: start, count: Int(lengths[column])), as: UTF8.self)
    }
}

internal import CMariaDB

/// A prepared statement of one connection, with the buffers its rows are read into.
///
/// Lives and dies before its connection. Columns are read as text of up to ``bufferSize`` bytes in place; longer ones
/// with a call of their own.
@safe final class PreparedStatement: Statement, ResultRow {
    private static let bufferSize = 512
    /// More than any column of the tables may hold (`text` is 65,535 bytes).
    private static let longestColumn = 1 << 17

    private let statement: UnsafeMutablePointer<MYSQL_STMT>
    private let columnCount: Int
    private let results: UnsafeMutablePointer<MYSQL_BIND>
    private let buffer: UnsafeMutableRawPointer
    private let lengths: UnsafeMutablePointer<UInt>
    private let nulls: UnsafeMutablePointer<CChar>
    /// Whether a column of the row just read could not be had.
    private var isRowIncomplete = false

    /// Prepares: one round trip.
    init(_ sql: String, on handle: UnsafeMutablePointer<MYSQL>, watch: Stopwatch) throws(SQLError) {
        guard let statement = unsafe mysql_stmt_init(handle) else {
            throw SQLError(number: UInt32(CR_OUT_OF_MEMORY), message: "out of memory", tookTooLong: false)
        }
        unsafe self.statement = statement
        let failed = unsafe sql.withCString { unsafe mysql_stmt_prepare(statement, $0, UInt(sql.utf8.count)) } != 0
        columnCount = failed ? 0 : Int(unsafe mysql_stmt_field_count(statement))
        unsafe results = .allocate(capacity: max(1, columnCount))
        unsafe buffer = .allocate(byteCount: max(1, columnCount * Self.bufferSize), alignment: 16)
        unsafe lengths = .allocate(capacity: max(1, columnCount))
        unsafe nulls = .allocate(capacity: max(1, columnCount))
        if failed { throw unsafe Self.error(of: statement, watch) }
        for column in 0..<columnCount {
            var bind = unsafe MYSQL_BIND()
            unsafe bind.buffer_type = MYSQL_TYPE_STRING
            unsafe bind.buffer = buffer + column * Self.bufferSize
            unsafe bind.buffer_length = UInt(Self.bufferSize)
            unsafe bind.length = lengths + column
            unsafe bind.is_null = nulls + column
            unsafe (results + column).initialize(to: bind)
        }
        if columnCount > 0, unsafe mysql_stmt_bind_result(statement, results) != 0 {
            throw unsafe Self.error(of: statement, watch)
        }
    }

    deinit {
        unsafe mysql_stmt_close(statement)
        unsafe results.deallocate()
        unsafe buffer.deallocate()
        unsafe lengths.deallocate()
        unsafe nulls.deallocate()
    }

    func execute(_ parameters: [SQLValue], watch: Stopwatch) throws(SQLError) -> Int {
        // A proxy that rewrites statements may count others.
        guard Int(unsafe mysql_stmt_param_count(statement)) == parameters.count else {
            throw SQLError.malformed("the server counts other parameters than the statement has")
        }
        // Everything the parameters point to lives in one block until they are sent.
        var size = 8
        for case .text(let text) in parameters { size += text.utf8.count }
        let block = UnsafeMutableRawPointer.allocate(byteCount: size + 8 * parameters.count, alignment: 16)
        defer { unsafe block.deallocate() }
        let binds = UnsafeMutablePointer<MYSQL_BIND>.allocate(capacity: max(1, parameters.count))
        defer { unsafe binds.deallocate() }
        var text = unsafe block + 8 * parameters.count
        for (index, parameter) in parameters.enumerated() {
            var bind = unsafe MYSQL_BIND()
            switch parameter {
            case .null:
                unsafe bind.buffer_type = MYSQL_TYPE_NULL
            case .integer(let value):
                unsafe (block + 8 * index).storeBytes(of: value, as: Int64.self)
                unsafe bind.buffer_type = MYSQL_TYPE_LONGLONG
                unsafe bind.buffer = block + 8 * index
            case .text(var value):
                let count = value.withUTF8 { bytes in
                    if let base = bytes.baseAddress { unsafe text.copyMemory(from: base, byteCount: bytes.count) }
                    return bytes.count
                }
                unsafe bind.buffer_type = MYSQL_TYPE_STRING
                unsafe bind.buffer = text
                unsafe bind.buffer_length = UInt(count)
                unsafe text += count
            }
            unsafe (binds + index).initialize(to: bind)
        }
        if !parameters.isEmpty, unsafe mysql_stmt_bind_param(statement, binds) != 0 {
            throw unsafe Self.error(of: statement, watch)
        }
        guard unsafe mysql_stmt_execute(statement) == 0 else { throw unsafe Self.error(of: statement, watch) }
        guard Int(unsafe mysql_stmt_field_count(statement)) == columnCount else {
            throw SQLError.malformed("the answer has other columns than were prepared")
        }
        return columnCount > 0 ? 0 : Int(truncatingIfNeeded: unsafe mysql_stmt_affected_rows(statement))
    }

    func rows<Row>(watch: Stopwatch, _ read: (any ResultRow) -> Row?) throws(SQLError) -> [Row] {
        defer { _ = unsafe mysql_stmt_free_result(statement) }
        var rows: [Row] = []
        while true {
            switch unsafe mysql_stmt_fetch(statement) {
            case 0, MYSQL_DATA_TRUNCATED:
                if let row = read(self) { rows.append(row) }
                guard !isRowIncomplete else {
                    isRowIncomplete = false
                    throw SQLError.malformed("columns are missing")
                }
            case MYSQL_NO_DATA: return rows
            default: throw unsafe Self.error(of: statement, watch)
            }
        }
    }

    func text(_ column: Int) -> String? {
        guard column < columnCount else {
            isRowIncomplete = true
            return nil
        }
        guard unsafe nulls[column] == 0 else { return nil }
        let length = unsafe Int(lengths[column])
        if length <= Self.bufferSize {
            let start = unsafe buffer + column * Self.bufferSize
            return unsafe String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
        }
        let count = min(length, Self.longestColumn)
        var failed = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            var bind = unsafe MYSQL_BIND()
            var whole: UInt = 0
            unsafe bind.buffer_type = MYSQL_TYPE_STRING
            unsafe bind.buffer = UnsafeMutableRawPointer(target.baseAddress)
            unsafe bind.buffer_length = UInt(count)
            failed = unsafe withUnsafeMutablePointer(to: &whole) { whole in
                unsafe bind.length = whole
                return unsafe mysql_stmt_fetch_column(statement, &bind, UInt32(column), 0) != 0
            }
            filled = failed ? 0 : count
        }
        if failed { isRowIncomplete = true }
        return String(decoding: bytes, as: UTF8.self)
    }

    var insertedID: Int64 { Int64(truncatingIfNeeded: unsafe mysql_stmt_insert_id(statement)) }

    private static func error(of statement: UnsafeMutablePointer<MYSQL_STMT>, _ watch: Stopwatch) -> SQLError {
        unsafe SQLError(
            number: mysql_stmt_errno(statement), message: String(cString: mysql_stmt_error(statement)),
            tookTooLong: watch.isOver)
    }
}

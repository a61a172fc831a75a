internal import CSystemd
internal import Foundation

/// Reads entries of the systemd journal, or of journal files, oldest first, one at a time (sd-journal(3)).
///
/// The handle lives as long as this object, which is for one thread.
@safe package final class JournalReader {
    /// Where entries are.
    package enum Source: Sendable, Equatable {
        /// This machine's journal, as far as this user may read it: of other services, members of the group
        /// `systemd-journal` and root may.
        case machine
        /// A namespace of this machine's journal (`LogNamespace=`).
        case namespace(String)
        /// Files: `system.journal`.
        case files([String])
    }

    /// How long a field may be; what is beyond is cut off where the journal stores it compressed, and here.
    package static let fieldLimit = 65_536

    /// How many entries were stepped over because the file is damaged there.
    package private(set) var damagedCount = 0
    /// Whether reading ended before the newest entry there was at the beginning, as it does where a file is damaged.
    package private(set) var isCutShort = false

    /// How long journald lets a name be, and one more.
    private static let nameLimit = 65

    private let journal: OpaquePointer
    private let names: Set<String>
    private let until: UInt64
    private var newest: UInt64?
    private var position: UInt64 = 0
    private var isAtEnd = false

    /// Opens the journal.
    ///
    /// - Parameters:
    ///   - identifiers: Of whom the entries are (`SYSLOG_IDENTIFIER`); at least one.
    ///   - fields: The fields that are read of each; others are passed by.
    ///   - since: From here, in microseconds since 1970.
    ///   - until: To here, exclusive.
    /// - Throws: ``JournalReaderError`` if a file is missing, no journal, or cut short, or may not be read.
    package init(
        _ source: Source, identifiers: [String], fields: some Sequence<String>, since: UInt64 = 0,
        until: UInt64 = .max
    ) throws(JournalReaderError) {
        unsafe journal = try Self.open(source)
        names = Set(fields)
        self.until = until
        _ = unsafe sd_journal_set_data_threshold(journal, Self.fieldLimit)
        for identifier in identifiers {
            let match = Array("SYSLOG_IDENTIFIER=\(identifier)".utf8)
            let status = unsafe match.withUnsafeBytes { unsafe sd_journal_add_match(journal, $0.baseAddress, $0.count) }
            guard status >= 0 else { throw Self.error("the journal cannot be searched", status) }
        }
        // Where a file is damaged, libsystemd leaves the rest of it out without a word; so we look at the end first.
        if unsafe sd_journal_seek_tail(journal) >= 0, unsafe sd_journal_previous(journal) > 0 { newest = time }
        let status = unsafe sd_journal_seek_realtime_usec(journal, since)
        guard status >= 0 else { throw Self.error("the journal cannot be searched", status) }
    }

    deinit { unsafe sd_journal_close(journal) }

    /// The next entry; nil at the end.
    ///
    /// - Throws: ``JournalReaderError`` if the journal cannot be read any more.
    /// - Complexity: Linear in the entry. It never waits for entries to come.
    package func next() throws(JournalReaderError) -> JournalEntry? {
        while !isAtEnd {
            let status = unsafe sd_journal_next(journal)
            if status == -EBADMSG {
                damagedCount += 1
                if damagedCount < 1_000_000 { continue }
            }
            guard status >= 0 else { throw Self.error("the journal cannot be read", status) }
            guard status > 0, let time, time < until else {
                finish(atRealEnd: status == 0)
                return nil
            }
            position = max(position, time)
            guard let fields = currentFields else {
                damagedCount += 1
                continue
            }
            return JournalEntry(microseconds: time, fields: fields)
        }
        return nil
    }

    private func finish(atRealEnd: Bool) {
        isAtEnd = true
        if atRealEnd, let newest, newest < until, position < newest { isCutShort = true }
    }

    /// When the current entry was written.
    private var time: UInt64? {
        var microseconds: UInt64 = 0
        return unsafe sd_journal_get_realtime_usec(journal, &microseconds) >= 0 ? microseconds : nil
    }

    /// The wanted fields of the current entry; nil if they are damaged.
    private var currentFields: [(name: String, value: String)]? {
        var fields: [(name: String, value: String)] = []
        unsafe sd_journal_restart_data(journal)
        while true {
            var start: UnsafeRawPointer?
            var length = 0
            let status = unsafe sd_journal_enumerate_available_data(journal, &start, &length)
            guard status > 0, let start = unsafe start else { return status == 0 ? fields : nil }
            let bytes = unsafe UnsafeRawBufferPointer(start: start, count: min(length, Self.fieldLimit))
            guard let equals = unsafe bytes.prefix(Self.nameLimit).firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = unsafe String(decoding: bytes[..<equals], as: UTF8.self)
            guard names.contains(name) else { continue }
            fields.append((name, unsafe String(decoding: bytes[(equals + 1)...], as: UTF8.self)))
        }
    }

    private static func open(_ source: Source) throws(JournalReaderError) -> OpaquePointer {
        var journal: OpaquePointer?
        let status: Int32
        switch source {
        case .machine: status = unsafe sd_journal_open(&journal, Int32(SD_JOURNAL_LOCAL_ONLY))
        case .namespace(let name):
            status = unsafe sd_journal_open_namespace(&journal, name, Int32(SD_JOURNAL_LOCAL_ONLY))
        case .files(let paths):
            guard !paths.isEmpty else { throw JournalReaderError("no journal file is named") }
            var arguments: [UnsafePointer<CChar>?] = unsafe paths.map { unsafe UnsafePointer(strdup($0)) } + [nil]
            status = unsafe sd_journal_open_files(&journal, &arguments, 0)
            unsafe arguments.forEach { unsafe free(UnsafeMutablePointer(mutating: $0)) }
        }
        guard status >= 0, let journal = unsafe journal else {
            throw error(Self.name(source), status)
        }
        return unsafe journal
    }

    private static func name(_ source: Source) -> String {
        switch source {
        case .machine: "the journal"
        case .namespace(let name): "the journal's namespace \(name)"
        case .files(let paths): paths.joined(separator: ", ")
        }
    }

    private static func error(_ what: String, _ status: Int32) -> JournalReaderError {
        switch -status {
        case EBADMSG, ENODATA: JournalReaderError("\(what): is damaged, or no journal")
        case EPROTONOSUPPORT: JournalReaderError("\(what): is written in a way that this libsystemd cannot read")
        default: JournalReaderError("\(what): \(unsafe String(cString: strerror(-status)))")
        }
    }
}

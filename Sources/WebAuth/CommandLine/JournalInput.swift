import AuditCore
import JournalReader
import Report

/// The journal as a report's input.
struct JournalInput: ReportInput {
    private let reader: JournalReader
    private var isEmpty = true
    private var foreignCount = 0

    /// - Parameters:
    ///   - since: From here; nil: from the beginning.
    /// - Throws: ``SetupFailure`` if the journal cannot be opened.
    init(_ source: JournalReader.Source, since: Timestamp?, until: Timestamp) throws(SetupFailure) {
        do throws(JournalReaderError) {
            reader = try JournalReader(
                source, identifiers: ["mail-audit", "mail-auth"], fields: ReportRecord.journalFields,
                since: since?.microseconds ?? 0, until: until.microseconds)
        } catch {
            throw SetupFailure([error.description], exitCode: .unavailable)
        }
    }

    mutating func next() throws(ReportError) -> ReportRecord? {
        do throws(JournalReaderError) {
            while let entry = try reader.next() {
                isEmpty = false
                let time = Timestamp(milliseconds: Int64(clamping: entry.microseconds / 1000))
                if let record = ReportRecord(journalFields: entry.fields, time: time) { return record }
                foreignCount += 1
            }
            return nil
        } catch {
            throw ReportError(error.description)
        }
    }

    var notes: [String] {
        var notes: [String] = []
        if isEmpty {
            notes.append("the journal has no records of logins, or you may not read them (group systemd-journal)")
        }
        if foreignCount > 0 { notes.append("\(foreignCount) entries were no records") }
        if reader.damagedCount > 0 { notes.append("\(reader.damagedCount) entries are damaged and were left out") }
        if reader.isCutShort { notes.append("the journal is damaged: its end could not be read") }
        return notes
    }
}

extension Timestamp {
    /// Microseconds since 1970; 0 for what was before.
    fileprivate var microseconds: UInt64 { UInt64(clamping: milliseconds) &* 1000 }
}

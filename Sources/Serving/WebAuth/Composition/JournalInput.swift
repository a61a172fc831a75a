import AuditCore
import JournalReader
import Report

/// The journal as a report's input.
struct JournalInput: RecordInput {
    private let reader: JournalReader
    private var isEmpty = true
    private var foreignCount = 0
    /// Whose entries they are, as journald says; not more than are named.
    private var machines: [String] = []

    /// - Parameters:
    ///   - since: From here; nil: from the beginning.
    ///   - hasFacts: Whether what was known of addresses is read as well.
    /// - Throws: ``SetupFailure`` if the journal cannot be opened.
    init(_ source: JournalReader.Source, since: Timestamp?, until: Timestamp, hasFacts: Bool = false)
        throws(SetupFailure)
    {
        let fields = ReportRecord.journalFields + (hasFacts ? RecordFields.journalFactFields : [])
        do throws(JournalReaderError) {
            reader = try JournalReader(
                source, identifiers: ["mail-audit", "mail-auth"], fields: fields + ["_HOSTNAME"],
                since: since?.microseconds ?? 0, until: until.microseconds)
        } catch {
            throw SetupFailure([error.description], exitCode: .unavailable)
        }
    }

    mutating func nextFields() throws(ReportError) -> RecordFields? {
        do throws(JournalReaderError) {
            while let entry = try reader.next() {
                isEmpty = false
                note(entry.fields.first { $0.name == "_HOSTNAME" }?.value)
                let time = Timestamp(milliseconds: Int64(clamping: entry.microseconds / 1000))
                if let record = RecordFields(journalFields: entry.fields, time: time) { return record }
                foreignCount += 1
            }
            return nil
        } catch {
            throw ReportError(error.description)
        }
    }

    var machine: String? { machines.isEmpty ? nil : machines.joined(separator: ", ") }

    private mutating func note(_ machine: String?) {
        if let machine, machines.count < 5, !machines.contains(machine) { machines.append(machine) }
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

package import AuditCore
internal import StrictJSON

/// The fields of one audit or failure record, or of an event that is nobody's, as they were read, of this program or the old one.
///
/// What they mean is worked out when it is asked for: a report wants less of a record than judging it again does.
package struct RecordFields: Sendable {
    /// When the login arrived; from the journal, when its record was written.
    package let time: Timestamp
    /// By the names of the jsonl file.
    private let values: [String: FieldValue]

    /// Reads an entry of the journal; of a repeated field the first counts.
    ///
    /// - Parameter time: When the journal got it.
    /// - Returns: nil if it is neither an audit nor a failure record.
    package init?(journalFields fields: some Sequence<(name: String, value: String)>, time: Timestamp) {
        var values: [String: FieldValue] = [:]
        for (name, value) in fields where name.hasPrefix("AUDIT_") {
            let key = name.dropFirst("AUDIT_".count).lowercased()
            if values[key] == nil { values[key] = .journal(value) }
        }
        self.init(values, time)
    }

    /// Reads a line of a jsonl file.
    ///
    /// - Returns: nil if it is no JSON object, or one that is no record.
    package init?(jsonLine line: [UInt8]) {
        guard let members = JSONMembers(line, maxDepth: 8)?.members else { return nil }
        var values: [String: FieldValue] = [:]
        values.reserveCapacity(members.count)
        for member in members { values[member.name] = .json(member.value) }
        guard let time = values["timestamp"]?.plainText.flatMap(Timestamp.init(rfc3339:)) else { return nil }
        self.init(values, time)
    }

    private init?(_ values: [String: FieldValue], _ time: Timestamp) {
        guard values["user"]?.plainText != nil || values["event"]?.text == "forced_reload" else { return nil }
        guard values["event"]?.text != nil || values["blocked"]?.flag != nil else { return nil }
        (self.values, self.time) = (values, time)
    }

    /// What a report takes from it.
    package var record: ReportRecord { ReportRecord(self) }

    subscript(name: String) -> FieldValue? { values[name] }
}

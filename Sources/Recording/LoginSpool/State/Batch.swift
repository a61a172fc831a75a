internal import AppPasswordCore

/// Rows on their way to the database, or to the end of the spool.
struct Batch: Sendable {
    var uses: [WaitingUse]
    /// Where the log ended before.
    var handedOverAt: Int64
    /// The rows of uses that are in memory only, and facts that are.
    var drafts: [UInt64: LoginLogRow] = [:]
    var facts: [UInt64: Facts] = [:]
    /// The files that the others' records stand in.
    let reader: SegmentReader
    /// Whether they are only to be entered again at the end, so that their file can go.
    var isCompaction = false

    /// Whether some row may be there already.
    var isInDoubt: Bool { uses.contains { $0.doubt != nil } }

    /// Where to begin to look for rows that may be there.
    var position: Int64 { uses.compactMap(\.doubt).min() ?? .min }

    /// Reads the rows back, facts joined; nil for one whose record cannot be read.
    func rows() -> [LoginLogRow?] {
        let records = reader.records(at: uses.flatMap { [$0.use, $0.facts] })
        return uses.enumerated().map { index, use in
            var row: LoginLogRow
            if let draft = drafts[use.number] {
                row = draft
            } else {
                guard case .use(let recorded)? = records[2 * index], recorded.number == use.number else { return nil }
                row = recorded.row
            }
            if case .facts(use.number, let name, let location, let isp)? = records[2 * index + 1] {
                row.join(Facts(name: name, location: location, isp: isp))
            }
            if let facts = facts[use.number] { row.join(facts) }
            return row
        }
    }
}

/// What became known of a use later; nil where nothing did.
struct Facts: Sendable {
    var name: String?
    var location: String?
    var isp: String?

    var isEmpty: Bool { name == nil && location == nil && isp == nil }
}

extension LoginLogRow {
    mutating func join(_ facts: Facts) {
        sourceName = facts.name ?? sourceName
        sourceLocation = facts.location ?? sourceLocation
        sourceISP = facts.isp ?? sourceISP
    }
}

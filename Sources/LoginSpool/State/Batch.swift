internal import AppPasswordCore

/// Rows on their way to the database.
struct Batch: Sendable {
    let uses: [WaitingUse]
    /// The files that their records stand in.
    let segments: [UInt32: Segment]

    /// Whether some row may be there already.
    var isInDoubt: Bool { uses.contains(where: \.isInDoubt) }

    /// Reads the rows back, facts joined; nil for one whose record cannot be read.
    func rows() -> [LoginLogRow?] {
        uses.map { use in
            guard case .use(let recorded)? = record(at: use.use), recorded.number == use.number else { return nil }
            var row = recorded.row
            if case .facts(use.number, let name, let location, let isp)? = record(at: use.facts) {
                row.sourceName = name ?? row.sourceName
                row.sourceLocation = location ?? row.sourceLocation
                row.sourceISP = isp ?? row.sourceISP
            }
            return row
        }
    }

    private func record(at place: Place) -> SpoolRecord? {
        guard place.size > 0, let segment = segments[place.segment],
            let bytes = try? segment.file.read(at: Int(place.offset), count: Int(place.size))
        else { return nil }
        return segment.format.record(in: bytes[...], at: 0)?.record
    }
}

internal import AuditCore
internal import CMaxMindDB

extension MMDBFile {
    /// How many different records are looked at.
    private static let sampleSize = 500
    /// How many nodes of the tree are looked at on the way to them.
    private static let sampleNodes = 20_000

    /// What its records hold, as far as the first some hundred show; a malformed one shows nothing.
    ///
    /// - Complexity: A few milliseconds, at opening.
    func sample() -> GeoDetails {
        var details: GeoDetails = []
        var seen: Set<UInt32> = []
        var nodes: [UInt32] = [0]
        var visited = 0
        while let number = nodes.popLast(), visited < Self.sampleNodes, seen.count < Self.sampleSize {
            visited += 1
            guard let node = unsafe node(number) else { continue }
            // The left one is looked at first: IPv4 stands there in a tree of IPv6.
            let branches = unsafe [
                (node.right_record, node.right_record_type, node.right_record_entry.offset),
                (node.left_record, node.left_record_type, node.left_record_entry.offset),
            ]
            for (record, type, offset) in branches {
                switch Int32(type) {
                case MMDB_RECORD_TYPE_SEARCH_NODE: nodes.append(UInt32(truncatingIfNeeded: record))
                case MMDB_RECORD_TYPE_DATA where seen.insert(offset).inserted:
                    details.formUnion(self.details(at: Int(offset)))
                default: break
                }
            }
        }
        return details
    }

    private func details(at offset: Int) -> GeoDetails {
        var facts = GeoFacts()
        do throws(MalformedData) {
            try read(at: offset) { (reader, record) throws(MalformedData) in
                try facts.read(city: record, &reader)
                try facts.read(asn: record, &reader, network: nil)
            }
        } catch {
            return []
        }
        return GeoDetails(of: facts)
    }
}

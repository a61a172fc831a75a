extension DenyListKind {
    /// Handles of related entities.
    public static let entities = DenyListKind(Entities.self)
}

/// Handles of organisations, maintainers and contacts of the network, in whatever case.
final class Entities: DenyList {
    static let name = "entities"
    static let label = "entity"
    static let facts = [FactKind.network]
    static let syntax = ListSyntax(memberNames: ["handle", "entity", "nic-hdl"])

    /// By the handle in lower case.
    let entries: IndexedEntries<LiteralIndex<String>>

    init(reading reader: inout DenyListReader) {
        entries = reader.literals("is no handle: it has control characters or a comma") { line in
            let entry = line.entry
            guard !entry.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: ",") }) else { return nil }
            return String(decoding: entry, as: UTF8.self).lowercased()
        }
    }

    func denial(_ attempt: LoginAttempt, _ facts: Facts) -> Denial? {
        guard let network = facts.network.value else { return nil }
        for entity in network.entities {
            guard let line = entries.index.line(of: entity.lowercased(), at: attempt.time) else { continue }
            return denial(matching: "\(Self.label):\(entity)", telling: "access denied", line: line)
        }
        return nil
    }

    static func troubles(_ facts: Facts) -> (LookupError?, LookupError?) { (facts.network.trouble, nil) }
}

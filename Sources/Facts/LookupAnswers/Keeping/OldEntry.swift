internal import AuditCore
internal import StrictJSON
internal import Whois

/// What the old program left in Redis under an announced prefix: the JSON of one address's lookup.
///
/// Foreign bytes: of more than 64 KiB, or of a form that is not understood, nothing is taken.
struct OldEntry {
    /// No longer value is read.
    static let longest = 64 << 10
    /// No longer text is taken, in bytes.
    private static let longestText = 1024

    /// Who announces the prefix; nil if the entry does not say.
    let origin: OriginFacts?
    /// The network the entry names; nil if it names none that surely is the address's own.
    let network: NetworkFacts?

    /// Reads an entry found under `prefix`, which holds `address`.
    ///
    /// The origin is that of every address of the prefix. The network was that of whoever asked first: it is taken only if
    /// its range holds the address and is no wider than the prefix.
    init?(_ bytes: [UInt8], under prefix: IPPrefix, for address: IPAddress) {
        guard bytes.count <= Self.longest, let entry = try? JSONValue(parsingForeign: bytes),
            entry["asn_cidr"]?.string.flatMap({ IPPrefix($0) }) == prefix
        else { return nil }
        let numbers = (entry["asn"]?.string ?? "").split(separator: " ").prefix(16).compactMap { UInt32($0) }
        origin =
            numbers.isEmpty
            ? nil
            : OriginFacts(
                asNumbers: numbers, prefix: "\(prefix)", country: Self.country(entry["asn_country_code"]),
                asName: Self.text(entry["asn_description"]).flatMap { $0 == "NA" ? nil : $0 })
        network = Self.network(entry, prefix, address)
    }

    private static func network(_ entry: JSONValue, _ prefix: IPPrefix, _ address: IPAddress) -> NetworkFacts? {
        guard let network = entry["network"] ?? entry.firstNet, let cidr = text(network["cidr"]) else { return nil }
        let blocks = cidr.split(separator: ",").map { IPPrefix($0.trimmed) }
        guard let block = blocks.lazy.compactMap({ $0 }).first(where: { $0.contains(address) }),
            block.length >= prefix.length
        else { return nil }
        let kind = RegistrationKind(
            name: text(network["name"]), type: text(network["type"]), country: network["country"]?.string,
            extent: NetworkExtent([block], holding: address))
        guard !kind.isPlaceholder else { return nil }
        var entities = EntityHandles()
        if case .array(let values)? = entry["entities"] {
            for handle in values.lazy.compactMap({ text($0) }) { entities.add(handle) }
        }
        return NetworkFacts(
            name: text(network["name"]), country: country(network["country"]), cidr: cidr,
            handle: text(network["handle"]), entities: entities.list)
    }

    private static func text(_ value: JSONValue?) -> String? {
        guard let text = value?.string, text.utf8.count <= longestText else { return nil }
        let trimmed = text.trimmed
        return trimmed.isEmpty ? nil : trimmed
    }

    private static func country(_ value: JSONValue?) -> String? {
        text(value).flatMap { $0.utf8.count <= 64 ? $0.uppercased() : nil }
    }
}

extension JSONValue {
    /// The first of an old WHOIS answer's `nets`.
    fileprivate var firstNet: JSONValue? {
        if case .array(let nets)? = self["nets"] { nets.first } else { nil }
    }
}

extension StringProtocol {
    /// Without blanks at its ends.
    fileprivate var trimmed: String {
        let blanks: (Character) -> Bool = { $0.isWhitespace }
        return String(drop(while: blanks).reversed().drop(while: blanks).reversed())
    }
}

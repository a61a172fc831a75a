import AuditCore

/// One prefix that Team Cymru knows to hold an address: a TXT record, or a line of its WHOIS server.
struct CymruRecord {
    /// AS numbers as written, several for a prefix that several announce; empty if it is not routed.
    var asNumbers: [UInt32]
    /// The announced prefix; nil if it is not routed.
    var prefix: IPPrefix?
    /// The country the prefix is registered in.
    var country: String?
    /// The registry that gave it out.
    var registry: Registry?
    /// When it was given out.
    var allocated: String?
    /// The name of the first AS; nil in DNS.
    var asName: String?

    /// Makes a record from its columns; those that are missing are unknown.
    ///
    /// - Returns: nil if the columns do not say who announces which prefix around the address, nor that nobody does.
    init?(
        origins: String?, prefix: String?, country: String?, registry: String?, allocated: String?,
        asName: String? = nil,
        for address: IPAddress
    ) {
        guard let origins, let prefix else { return nil }
        self.country = country.flatMap { ForeignText.country($0) }
        self.registry = registry.flatMap { Registry(rawValue: $0.lowercased()) }
        self.allocated = allocated.flatMap { Self.isDate($0) ? $0 : nil }
        self.asName = asName.flatMap { Self.isNone($0) ? nil : ForeignText.value($0) }
        asNumbers = Self.numbers(in: origins)
        if asNumbers.isEmpty {
            guard Self.isNone(origins) else { return nil }
        } else {
            guard let announced = IPPrefix(prefix), announced.contains(address) else { return nil }
            self.prefix = announced
        }
    }

    /// What several records say together: the longest prefix with all its origins, in order, each once.
    ///
    /// - Returns: nil if there is no record, or nothing in it. If nobody announces the address, the answer is not routed.
    static func answer(_ records: [CymruRecord]) -> OriginAnswer? {
        let longest = records.compactMap { $0.prefix?.length }.max()
        let chosen = records.filter { $0.prefix?.length == longest }
        guard let first = chosen.first else { return nil }
        guard longest != nil || first.country != nil || first.registry != nil else { return nil }
        var numbers: [UInt32] = []
        for number in chosen.lazy.flatMap(\.asNumbers) where numbers.count < maxOrigins && !numbers.contains(number) {
            numbers.append(number)
        }
        return OriginAnswer(
            facts: OriginFacts(
                asNumbers: numbers, prefix: first.prefix?.description, country: first.country, asName: first.asName),
            prefix: first.prefix, registry: first.registry, allocated: first.allocated, isRouted: longest != nil)
    }

    /// How many origins are kept; real prefixes have a handful.
    static let maxOrigins = 64

    /// The columns of a record, trimmed; the last one keeps what more `|` there are.
    static func columns(_ text: some StringProtocol, count: Int) -> [String] {
        text.split(separator: "|", maxSplits: count - 1, omittingEmptySubsequences: false).map {
            String(ForeignText.trim($0))
        }
    }

    /// Whether a column says that there is nothing: nobody announces the address, the AS has no name.
    static func isNone(_ text: String) -> Bool { text.uppercased() == "NA" }

    /// Numbers between blanks, commas and the braces of AS sets; those that are no AS number are left out.
    private static func numbers(in text: String) -> [UInt32] {
        text.split { " ,{}\t".contains($0) }.prefix(maxOrigins).compactMap { word in
            let digits = word.uppercased().hasPrefix("AS") ? word.dropFirst(2) : word
            guard digits.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else { return nil }
            return UInt32(digits).flatMap { $0 == 0 ? nil : $0 }
        }
    }

    /// Whether the text has the form `2004-02-02`.
    private static func isDate(_ text: String) -> Bool {
        text.utf8.count == 10
            && text.utf8.enumerated().allSatisfy { index, byte in
                index == 4 || index == 7
                    ? byte == UInt8(ascii: "-") : (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
    }
}

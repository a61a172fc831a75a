extension DenyListKind {
    /// AS numbers.
    public static let asNumbers = DenyListKind(ASNumbers.self)
}

/// AS numbers, compared with every origin of the prefix and with MaxMind's.
final class ASNumbers: DetailedDenyList {
    static let name = "as_numbers"
    static let label = "asn"
    static let facts = [FactKind.origin, .geo]
    static let geoDetails = GeoDetails.asNumbers
    static let syntax = ListSyntax(
        memberNames: [
            "asn", "as_number", "asnumber", "as number", "autonomous_system_number", "aut-num", "autnum", "as",
        ], headersMayBeOneWord: true, columnsOfShortHeader: 2)

    let entries: IndexedEntries<LiteralIndex<UInt32>>

    init(reading reader: inout DenyListReader) {
        entries = reader.literals("is no AS number (AS0 to AS4294967295)") { line in
            UInt32(asNumber: line.entryBeforeComma)
        } isRest: { rest in
            var tokens = LineTokens(rest)
            return tokens.next().flatMap { UInt32(asNumber: $0.bytes) } != nil
        }
    }

    func denial(_ attempt: LoginAttempt, _ facts: Facts) -> Denial? {
        let maxMind = facts.geo.value?.asNumber
        for (position, number) in (facts.origin.value?.asNumbers ?? []).enumerated() {
            guard let line = entries.index.line(of: number, at: attempt.time) else { continue }
            // Names are known of the first origin and of MaxMind's AS.
            let name =
                position == 0 ? facts.organization : number == maxMind ? facts.geo.value?.asOrganization : nil
            return denial(of: name ?? "AS\(number)", line: line)
        }
        guard let maxMind, let line = entries.index.line(of: maxMind, at: attempt.time) else { return nil }
        return denial(of: facts.geo.value?.asOrganization ?? "AS\(maxMind)", line: line)
    }

    /// MaxMind's number stands for one that could not be had.
    static func troubles(_ facts: Facts) -> (LookupError?, LookupError?) {
        if facts.geo.trouble == nil, facts.origin.trouble == nil || facts.geo.value?.asNumber != nil {
            return (nil, nil)
        }
        return facts.missedSystems(facts.origin.trouble)
    }

    /// `AS3209` and `3209` are equal.
    static func comparable(_ line: ListLine) -> String {
        UInt32(asNumber: line.entryBeforeComma).map { "\($0)" }
            ?? String(decoding: line.entryBeforeComma, as: UTF8.self)
    }
}

extension Facts {
    /// Whose network it is: MaxMind's organisation, else the AS name.
    var organization: String? { geo.value?.asOrganization ?? origin.value?.asName }

    /// What is missed of ASes, which have two sources: one that the settings leave out is not missed as long as the other is
    /// there.
    ///
    /// - Parameter origin: Why the origin, or what is wanted of it, could not be had.
    package func missedSystems(_ origin: LookupError?) -> (LookupError?, LookupError?) {
        switch (origin?.code, geo.trouble?.code) {
        case (nil, .notConfigured), (.notConfigured, nil): (nil, nil)
        default: (origin, geo.trouble)
        }
    }
}

extension UInt32 {
    /// Reads `AS3209`, `3209`, and `AS1.10` or `1.10` (RFC 5396, asdot: 65546).
    package init?(asNumber text: ArraySlice<UInt8>) {
        let hasPrefix = text.prefix(2).elementsEqual("AS".utf8) { $0 & ~0x20 == $1 }
        let digits = hasPrefix ? text.dropFirst(2) : text
        guard let dot = digits.firstIndex(of: UInt8(ascii: ".")) else {
            self.init(decimal: digits)
            return
        }
        guard let high = UInt32(decimal: digits[..<dot]), let low = UInt32(decimal: digits[(dot + 1)...]),
            high <= 0xFFFF,
            low <= 0xFFFF
        else { return nil }
        self = high << 16 | low
    }
}

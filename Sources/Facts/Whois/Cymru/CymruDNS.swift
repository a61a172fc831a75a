package import AuditCore

/// Team Cymru's map of addresses to origins in DNS: names to ask TXT records of, and what those say.
///
/// Source: https://www.team-cymru.com/ip-asn-mapping, section DNS.
package enum CymruDNS {
    /// How many records of an answer are looked at.
    static let maxRecords = 64

    /// The name whose TXT records say who announces an address.
    ///
    /// Of an IPv6 address the first 64 bits are asked for: no longer prefix is announced to the Internet, answers are
    /// shared by a whole network, and nobody learns which host it was.
    package static func originName(of address: IPAddress) -> String {
        switch address.family {
        case .v4:
            let octets = (0..<4).map { String(UInt8(truncatingIfNeeded: address.bits >> UInt128(8 * $0))) }
            return octets.joined(separator: ".") + ".origin.asn.cymru.com"
        case .v6:
            let nibbles = (0..<16).map { String((address.bits >> UInt128(64 + 4 * $0)) & 15, radix: 16) }
            return nibbles.joined(separator: ".") + ".origin6.asn.cymru.com"
        }
    }

    /// The name whose TXT record holds the name of an AS.
    package static func nameName(ofAS number: UInt32) -> String { "AS\(number).asn.cymru.com" }

    /// Reads `63949 | 139.162.128.0/19 | NL | ripencc | 2004-02-02`, one record for each prefix or origin.
    ///
    /// - Parameter records: The character strings of each record joined.
    /// - Returns: The longest prefix with all its origins; records that cannot be read, or hold not the address, are left
    ///   out. nil if what is left says nothing. `.malformed` if nothing is left.
    package static func parseOrigin(
        _ records: [[UInt8]], for address: IPAddress
    ) -> Result<OriginAnswer?, LookupError> {
        let read = records.prefix(maxRecords).compactMap { record -> CymruRecord? in
            let columns = CymruRecord.columns(text(of: record), count: 5)
            return CymruRecord(
                origins: columns.first, prefix: columns.dropFirst().first, country: columns.dropFirst(2).first,
                registry: columns.dropFirst(3).first, allocated: columns.dropFirst(4).first, for: address)
        }
        guard !read.isEmpty else {
            return .failure(LookupError(.malformed, detail: "no origin in \(records.count) records"))
        }
        return .success(CymruRecord.answer(read))
    }

    /// Reads the name in `63949 | SG | apnic | 2014-09-10 | AKAMAI-LINODE-AP Akamai Connected Cloud, SG`; the other
    /// columns are the AS's own, not the prefix's.
    ///
    /// - Returns: The name of the first record that has one; it may contain `|` and quotes.
    package static func parseASName(_ records: [[UInt8]]) -> String? {
        for record in records.prefix(maxRecords) {
            let columns = CymruRecord.columns(text(of: record), count: 5)
            if columns.count == 5, !CymruRecord.isNone(columns[4]), let name = ForeignText.value(columns[4]) {
                return name
            }
        }
        return nil
    }

    /// The text of a record, without the quotes of zone files.
    private static func text(of record: [UInt8]) -> Substring {
        let text = ForeignText.decode(record)
        let trimmed = ForeignText.trim(text)
        return trimmed.utf8.count > 1 && trimmed.hasPrefix("\"") && trimmed.hasSuffix("\"")
            ? trimmed.dropFirst().dropLast() : trimmed
    }
}

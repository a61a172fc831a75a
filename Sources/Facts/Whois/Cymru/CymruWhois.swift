package import AuditCore

/// Team Cymru's map of addresses to origins on port 43: what to ask, and what the answer says.
///
/// Source: https://www.team-cymru.com/ip-asn-mapping, section WHOIS.
package enum CymruWhois {
    /// How many bytes an answer may have; a line has about a hundred.
    package static let maxBytes = 1 << 16

    /// The question: registry, allocation date, country and prefix are wanted, a header is not. With CR and LF.
    package static func query(for address: IPAddress) -> [UInt8] { Array(" -r -a -c -p -f \(address)\r\n".utf8) }

    /// Reads `15169   | 8.8.8.8          | 8.8.8.0/24          | US | arin     | 2023-12-28 | GOOGLE, US` line by line.
    ///
    /// - Returns: As ``CymruDNS/parseOrigin(_:for:)``, with the name of the first AS. An address that nobody announces
    ///   (`NA`) is not routed, but has a country. Lines that are no record of the address are left out (headers, `Bulk
    ///   mode;`, `Error:`, other addresses); nil if what is left says nothing, `.malformed` if nothing is left.
    /// - Complexity: Linear, up to ``maxBytes``.
    package static func parse(_ text: [UInt8], for address: IPAddress) -> Result<OriginAnswer?, LookupError> {
        guard text.count <= maxBytes else {
            return .failure(LookupError(.malformed, detail: "more than \(maxBytes) bytes"))
        }
        let records = text.split(separator: UInt8(ascii: "\n")).compactMap { line -> CymruRecord? in
            let columns = CymruRecord.columns(ForeignText.decode(line), count: 7)
            guard columns.count == 7, IPAddress(columns[1]) == address else { return nil }
            return CymruRecord(
                origins: columns[0], prefix: columns[2], country: columns[3], registry: columns[4],
                allocated: columns[5], asName: columns[6], for: address)
        }
        guard !records.isEmpty else { return .failure(LookupError(.malformed, detail: "no record of \(address)")) }
        return .success(CymruRecord.answer(records))
    }
}

package import AuditCore

/// Finds the texts a name has in DNS.
package protocol TXTResolver: Sendable {
    /// Finds the TXT records of a name (RFC 1035 section 3.3.14).
    ///
    /// - Parameter name: Labels of letters, digits, `-` and `_` with dots between; nothing is appended.
    /// - Returns: Each record's character-strings joined, bytes as sent, records in the answer's order; `.absent` for
    ///   NXDOMAIN and no data; `.unavailable` for a timeout, SERVFAIL or REFUSED.
    func texts(of name: String) async -> Fact<[[UInt8]]>
}

package import AuditCore

/// A server: `whois.cymru.com:43`, `127.0.0.1:5353`, `[2001:db8::1]:53`.
package struct HostAndPort: Sendable, Hashable, CustomStringConvertible {
    /// A host name or an address, without brackets.
    package var host: String
    /// The port, 1 to 65535.
    package var port: Int

    /// A server by name or address.
    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Parses `host`, `host:port`, `[IPv6]`, `[IPv6]:port` or a bare IPv6 address.
    ///
    /// - Parameter defaultPort: The port if the text has none.
    /// - Returns: nil for anything else, a port 0 and names that no host can have.
    package init?(_ text: String, defaultPort: Int) {
        var (host, port) = (Substring(text), defaultPort)
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            host = text[text.index(after: text.startIndex)..<end]
            guard host.contains(":"), Self.setPort(&port, from: text[text.index(after: end)...]) else { return nil }
        } else if text.utf8.count(where: { $0 == UInt8(ascii: ":") }) == 1, let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            guard Self.setPort(&port, from: text[colon...]) else { return nil }
        }
        guard Self.isHost(String(host)) else { return nil }
        self.init(host: String(host), port: port)
    }

    /// The address, if the host is one.
    package var address: IPAddress? { IPAddress(host) }

    /// With brackets around IPv6 addresses.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The host that a text names: an address, an IPv6 address in brackets (which are taken off), or a name.
    ///
    /// - Returns: nil for anything else.
    static func host(_ text: String) -> String? {
        if text.hasPrefix("["), text.hasSuffix("]") {
            let inner = String(text.dropFirst().dropLast())
            return inner.contains(":") && IPAddress(inner) != nil ? inner : nil
        }
        return isHost(text) ? text : nil
    }

    /// Whether a text is an address or a host name (RFC 1123 section 2.1; underscores are let through).
    static func isHost(_ text: String) -> Bool {
        if IPAddress(text) != nil { return true }
        guard (1...253).contains(text.utf8.count) else { return false }
        let labels = (text.hasSuffix(".") ? text.dropLast() : text[...]).split(
            separator: ".", omittingEmptySubsequences: false)
        let looksNumeric = labels.last?.utf8.allSatisfy { (48...57).contains($0) } ?? true
        return !looksNumeric
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy { byte in
                        switch byte {
                        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                            true
                        default: false
                        }
                    }
            }
    }

    /// Takes `:port`, or nothing.
    private static func setPort(_ port: inout Int, from text: Substring) -> Bool {
        guard !text.isEmpty else { return true }
        let digits = text.dropFirst()
        guard text.first == ":", (1...5).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let number = Int(digits), (1...65535).contains(number)
        else { return false }
        port = number
        return true
    }
}

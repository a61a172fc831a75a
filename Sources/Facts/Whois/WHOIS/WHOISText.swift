import AuditCore

/// The text of a WHOIS answer taken apart: network objects, and what the server says beside them.
///
/// An object is a run of `key: value` lines up to an empty line, and its first key tells its class (RPSL, RFC 2622);
/// ARIN and LACNIC write theirs the same way. A line that starts with a blank or `+` goes on with the value before it. Each
/// line is UTF-8 or Latin-1 of its own. Keys are taken at the start of a line only.
struct WHOISText {
    /// One `key: value`.
    struct Attribute {
        /// The key in lower case.
        var key: String
        /// The value, trimmed.
        var value: String
    }

    /// Objects whose class is a network or a route, in order.
    private(set) var networks: [[Attribute]] = []
    /// Lines of the server's own, which start with `%`, `#`, `Error:` or `Warning:`, and lines that are no attribute: the
    /// first ``maxRemarks`` of them, cut at ``ForeignText/maxLength``.
    private(set) var remarks: [String] = []
    /// Values of the attributes that send us to another server, in order: the first ``maxReferrals`` of them.
    private(set) var referrals: [String] = []

    /// Keys of the first line of a network object.
    private static let classes: Set<String> = ["netrange", "cidr", "inetnum", "inet6num", "route", "route6"]

    /// Keys of attributes that send us to another server: ARIN's, and IANA's.
    private static let referring: Set<String> = ["referralserver", "resourcelink", "refer", "whois"]

    /// How many referrals are kept; real answers have two or three.
    static let maxReferrals = 16
    /// How many lines of the server's own are kept; terms of use have some twenty.
    static let maxRemarks = 500
    /// How many bytes of a line are looked at.
    static let maxLine = 8_192

    /// Takes an answer apart.
    ///
    /// - Complexity: Linear.
    init(_ bytes: [UInt8]) {
        var object: [Attribute] = []
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let text = ForeignText.decode(line.prefix(Self.maxLine))
            let trimmed = ForeignText.trim(text)
            guard let first = text.utf8.first, !trimmed.isEmpty else {
                end(&object)
                continue
            }
            if first == UInt8(ascii: "%") || first == UInt8(ascii: "#") {
                remark(trimmed)
            } else if [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "+")].contains(first), !object.isEmpty {
                Self.goOn(&object[object.count - 1].value, with: trimmed)
            } else if let attribute = Self.attribute(trimmed), !["error", "warning"].contains(attribute.key) {
                object.append(attribute)
            } else {
                remark(trimmed)
            }
        }
        end(&object)
    }

    private mutating func remark(_ line: Substring) {
        // A page of the Web says nothing about networks, whatever its words are.
        guard remarks.count < Self.maxRemarks, !line.hasPrefix("<"), let text = ForeignText.value(line) else { return }
        remarks.append(text)
    }

    private mutating func end(_ object: inout [Attribute]) {
        if let first = object.first, Self.classes.contains(first.key) { networks.append(object) }
        for attribute in object where Self.referring.contains(attribute.key) && referrals.count < Self.maxReferrals {
            referrals.append(attribute.value)
        }
        object.removeAll()
    }

    private static func attribute(_ line: Substring) -> Attribute? {
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let key = line[..<colon]
        guard (1...40).contains(key.utf8.count), key.utf8.allSatisfy(isKeyByte) else { return nil }
        return Attribute(key: key.lowercased(), value: String(ForeignText.trim(line[line.utf8.index(after: colon)...])))
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func goOn(_ value: inout String, with line: Substring) {
        guard value.utf8.count < ForeignText.maxLength else { return }
        let rest = ForeignText.trim(line.drop { $0 == "+" })
        if !rest.isEmpty { value += value.isEmpty ? rest : " " + rest }
    }
}

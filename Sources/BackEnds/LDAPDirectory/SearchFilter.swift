/// A search filter (RFC 4515) with a place for the login.
struct SearchFilter: Sendable {
    private let parts: [String]

    /// - Parameter template: A filter in which `{username}` stands for the login.
    init(template: String) {
        var parts = [""]
        var rest = template[...]
        while let place = rest.firstRange(of: "{username}") {
            parts[parts.count - 1] += rest[..<place.lowerBound]
            parts.append("")
            rest = rest[place.upperBound...]
        }
        parts[parts.count - 1] += rest
        self.parts = parts
    }

    /// The filter for one login.
    func text(for login: String) -> String { parts.joined(separator: Self.escaped(login)) }

    /// Every byte but printable ASCII without meaning in a filter is written `\xx`.
    static func escaped(_ login: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(login.utf8.count)
        for byte in login.utf8 {
            switch byte {
            case UInt8(ascii: "*"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "\\"), ..<0x20, 0x7f...:
                bytes += [UInt8(ascii: "\\"), hexDigit(byte >> 4), hexDigit(byte & 15)]
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x61 + value - 10 }
}

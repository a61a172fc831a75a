/// A secret that clients send as `Authorization: Bearer …` (RFC 6750); it cannot be printed.
public struct BearerToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let bytes: [UInt8]

    /// Wraps a token.
    ///
    /// - Returns: nil for an empty one, and for one with blanks or anything but printable ASCII, which no client could
    ///   send.
    public init?(_ text: some StringProtocol) {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        bytes = Array(text.utf8)
    }

    /// Whether a request carries this token: exactly one Authorization field, scheme Bearer in any case.
    ///
    /// - Complexity: Linear in what was sent, wherever it differs: no early exit tells how much of it was right.
    func isCarried(by fields: HTTPFields) -> Bool {
        let values = fields.all("authorization")
        guard values.count == 1, let value = values.first else { return false }
        let sent = Array(value.utf8)
        let scheme = Array("bearer ".utf8)
        guard sent.count > scheme.count, zip(scheme, sent).allSatisfy({ $0 == $1 | 0x20 }) else { return false }
        let credentials = sent[scheme.count...].drop { $0 == 0x20 }
        var difference = credentials.count ^ bytes.count
        for (index, byte) in credentials.enumerated() { difference |= Int(byte ^ bytes[index % bytes.count]) }
        return difference == 0
    }

    /// `<redacted>`.
    public var description: String { "<redacted>" }
    /// `<redacted>`.
    public var debugDescription: String { "<redacted>" }
    /// Shows no children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

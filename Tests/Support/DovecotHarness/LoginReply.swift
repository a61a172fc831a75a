/// What a mail client was told.
public enum LoginReply: Sendable, Hashable {
    /// Logged in.
    case ok
    /// Refused, with the response code in brackets (RFC 5530, RFC 2449) if there was one: `AUTHENTICATIONFAILED`,
    /// `UNAVAILABLE`, `EXPIRED`, `SYS/TEMP`, or SMTP's reply code: `535`, `454`; and the text after it.
    case no(code: String?, text: String)

    /// Whether the client is logged in.
    public var isOK: Bool { self == .ok }

    /// The response code of a refusal.
    public var code: String? {
        if case .no(let code, _) = self { code } else { nil }
    }

    /// Reads what follows `NO` or `-ERR`.
    init(refusal line: Substring) {
        let text = line.drop { $0 == " " }
        guard text.hasPrefix("["), let end = text.firstIndex(of: "]") else {
            self = .no(code: nil, text: String(text))
            return
        }
        let rest = text[text.index(after: end)...].drop { $0 == " " }
        self = .no(code: String(text[..<end].dropFirst()), text: String(rest))
    }
}

/// Why the harness could not do what it was asked.
public struct DovecotError: Error, CustomStringConvertible {
    /// In words, with Dovecot's own where there are any.
    public let description: String

    init(_ description: String) { self.description = description }
}

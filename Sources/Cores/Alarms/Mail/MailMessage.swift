internal import AuditCore
internal import Base64Text

/// A mail as `sendmail -t` takes it: headers and a text, of whatever characters they are.
package struct MailMessage: Sendable, Equatable {
    /// To whom.
    package var recipients: [MailAddress]
    /// From whom; nil: sendmail decides.
    package var sender: MailAddress?
    /// What it is about.
    package var subject: String
    /// What it says, its lines ended by `\n`.
    package var text: String

    /// Puts a mail together.
    package init(to recipients: [MailAddress], from sender: MailAddress? = nil, subject: String, text: String) {
        (self.recipients, self.sender, self.subject, self.text) = (recipients, sender, subject, text)
    }

    /// Its bytes, ASCII alone: what is not stands encoded, in the subject by RFC 2047, in the text by base64.
    ///
    /// No value can begin a header or end one: addresses are ``MailAddress``es, and of the subject each character that is no mark
    /// or blank is escaped.
    package var bytes: [UInt8] {
        let isPlain =
            text.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0A }
            && text.split(separator: "\n").allSatisfy { $0.utf8.count <= 900 && $0 != "." }
        var headers = recipients.isEmpty ? [] : ["To: " + recipients.map(\.description).joined(separator: ",\n ")]
        if let sender { headers.append("From: \(sender)") }
        headers += [
            "Subject: " + Self.encoded(subject.visible(limit: 200)),
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: \(isPlain ? "7bit" : "base64")",
        ]
        let body = isPlain ? text : Self.lines(Base64.encode(Array(text.utf8)), 76)
        return Array((headers.joined(separator: "\n") + "\n\n" + body).utf8)
    }

    /// A header's text: as it is if it is ASCII and short, else as encoded words of whole characters, one a line.
    static func encoded(_ text: String) -> String {
        let isPlain =
            text.utf8.allSatisfy { (0x20...0x7E).contains($0) } && !text.contains("=?") && text.utf8.count <= 70
        guard !isPlain else { return text }
        // 45 bytes are 60 in base64; with what stands around them 72.
        var words: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if words[words.count - 1].count + bytes.count > 45 { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?utf-8?B?\(Base64.encode($0))?=" }.joined(separator: "\n ")
    }

    private static func lines(_ text: String, _ length: Int) -> String {
        let bytes = Array(text.utf8)
        return stride(from: 0, to: bytes.count, by: length).map {
            String(decoding: bytes[$0..<min($0 + length, bytes.count)], as: UTF8.self) + "\n"
        }.joined()
    }
}

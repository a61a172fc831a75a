/// What an administrator may not have meant, though a list may say it.
enum ListAdvice {
    /// Codes that registries do not write, and those that were meant.
    private static let countryCodes: [String: String] = [
        "UK": "GB", "EL": "GR", "SU": "RU", "YU": "RS", "TP": "TL", "ZR": "CD", "BU": "MM", "FX": "FR", "DD": "DE",
    ]

    /// A note on a country code; nil if there is nothing to say.
    static func country(_ code: CountryCode) -> String? {
        countryCodes[code.text].map { "registries write \($0), not \(code.text)" }
    }

    /// A note on a pattern; nil if there is nothing to say.
    static func pattern(_ pattern: String) -> String? {
        if endsBehind(pattern) {
            return "the whole line is the pattern: # until YYYY-MM-DD stands on a line of its own above it"
        }
        guard isPostfixLine(pattern) else { return nil }
        return "slashes and an action are part of the pattern here, unlike in a table of Postfix: this meets no name"
    }

    /// `pattern # until 2026-12-24`.
    private static func endsBehind(_ pattern: String) -> Bool {
        let bytes = Array(pattern.utf8)[...]
        guard bytes.contains(UInt8(ascii: "#")) else { return false }
        var tokens = LineTokens(bytes)
        while let token = tokens.next() {
            guard token.bytes.first == UInt8(ascii: "#") else { continue }
            return EndingComment(bytes[token.bytes.startIndex...]) != .none
        }
        return false
    }

    /// `/pattern/ REJECT`, or `/pattern/` alone.
    private static func isPostfixLine(_ pattern: String) -> Bool {
        guard pattern.hasPrefix("/"), let close = pattern.dropFirst().lastIndex(of: "/") else { return false }
        let rest = pattern[pattern.index(after: close)...]
        return rest.allSatisfy { $0.isLetter } || rest.drop { $0.isLetter }.first?.isWhitespace == true
    }

    /// `.com` at the end, if its dot stands for any character; a label of letters only.
    static func bareEnding(_ pattern: String) -> String? {
        let text = pattern.hasSuffix("$") ? pattern.dropLast() : pattern[...]
        guard let dot = text.lastIndex(of: "."), dot > text.startIndex else { return nil }
        let label = text[text.index(after: dot)...]
        guard label.count >= 2, label.allSatisfy({ $0.isASCII && $0.isLetter }) else { return nil }
        let before = text[text.index(before: dot)]
        return before == "\\" || before == "[" ? nil : String(text[dot...])
    }
}

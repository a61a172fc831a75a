/// Names as parts of lines that somebody pastes: whatever they hold, they stay names.
package enum PastedText {
    /// An identifier of SQL: as it is if it is plain (`mail_auth`), else in backticks (`` `mail-auth` ``).
    package static func sqlName(_ name: String) -> String {
        let isPlain = name.first.map { !$0.isNumber } ?? false
        return isPlain && name.utf8.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "_") } ? name : sqlQuoted(name)
    }

    /// An identifier of SQL, in backticks.
    package static func sqlQuoted(_ name: String) -> String {
        "`" + onOneLine(name).split(separator: "`", omittingEmptySubsequences: false).joined(separator: "``") + "`"
    }

    /// As a shell takes it for one word.
    package static func shellWord(_ word: String) -> String {
        let isPlain =
            !word.isEmpty && word.utf8.first != UInt8(ascii: "-")
            && word.utf8.allSatisfy { $0.isAlphanumeric || "/._-".utf8.contains($0) }
        guard !isPlain else { return word }
        return "'" + onOneLine(word).split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
            + "'"
    }

    /// Without what would end the line: no such name is anybody's.
    private static func onOneLine(_ text: String) -> String {
        String(
            String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
    }
}

extension UInt8 {
    fileprivate var isAlphanumeric: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}

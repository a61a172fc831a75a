/// Text that a foreign server sent, in an encoding it did not name.
enum ForeignText {
    /// How many Unicode scalars of a name or a handle are kept; the rest is cut off.
    static let maxLength = 1_024

    /// Decodes UTF-8, or Latin-1 where that is not what was sent: RIPE and LACNIC still do on port 43.
    ///
    /// - Complexity: Linear; never fails, since every byte is a character of Latin-1.
    static func decode(_ bytes: some Collection<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }

    /// The text without blanks around it, cut at ``maxLength``; nil if nothing is left.
    static func value(_ text: some StringProtocol) -> String? {
        let kept = trim(Substring(trim(text).unicodeScalars.prefix(maxLength)))
        return kept.isEmpty ? nil : String(kept)
    }

    /// The text without blanks and control characters around it.
    static func trim(_ text: some StringProtocol) -> Substring {
        var scalars = Substring(text).unicodeScalars
        while let first = scalars.first, isBlank(first) { scalars.removeFirst() }
        while let last = scalars.last, isBlank(last) { scalars.removeLast() }
        return Substring(scalars)
    }

    /// A country as a registry writes it, upper-cased; nil unless two letters are left of it without a comment
    /// (`EU # Country is really world wide`).
    static func country(_ text: some StringProtocol) -> String? {
        let code = trim(text.prefix { $0 != "#" })
        guard code.utf8.count == 2,
            code.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0 & 0xDF) })
        else { return nil }
        return code.uppercased()
    }

    /// The country of a registry's network; nil also for `ZZ`, which registries write where there is none.
    static func networkCountry(_ text: some StringProtocol) -> String? {
        country(text).flatMap { $0 == "ZZ" ? nil : $0 }
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value <= 0x20 || scalar.properties.isWhitespace || scalar == "\u{FEFF}"
    }
}

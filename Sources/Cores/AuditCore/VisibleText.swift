extension String {
    /// The text with control characters, line separators and invisible format characters written as `\u001b`, so that it
    /// can be shown in a terminal, a log line or a ticket without doing anything there.
    ///
    /// - Parameter limit: How many Unicode scalars are kept; what is cut off is shown as `…`.
    package func visible(limit: Int = 200) -> String {
        var result = ""
        for (index, scalar) in unicodeScalars.enumerated() {
            guard index < limit else { return result + "…" }
            result += scalar.isShowable ? String(scalar) : scalar.escape
        }
        return result
    }
}

extension Unicode.Scalar {
    /// Whether a terminal shows it as a mark or a blank, and obeys nothing.
    var isShowable: Bool {
        if isASCII { return value >= 0x20 && value != 0x7F }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    /// As JSON escapes it: one or two UTF-16 units.
    var escape: String {
        String(self).utf16.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }.joined()
    }
}

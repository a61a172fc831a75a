/// Texts from a file as they are shown in messages.
enum Displayed {
    /// A text without control characters, cut after `limit` scalars.
    static func text(_ text: String, limit: Int = 80) -> String {
        var shown = ""
        for (count, scalar) in text.unicodeScalars.enumerated() {
            guard count < limit else { return shown + "…" }
            let isControl =
                scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
            shown += isControl ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
        }
        return shown
    }

    /// A path of keys, dotted: `audit.ignore_networks[1]`.
    static func key(_ path: [String]) -> String {
        path.reduce("") { shown, key in
            shown + (shown.isEmpty || key.hasPrefix("[") ? "" : ".") + text(key)
        }
    }

    /// A text in quotation marks.
    static func quoted(_ text: String) -> String { "\"\(Self.text(text))\"" }
}

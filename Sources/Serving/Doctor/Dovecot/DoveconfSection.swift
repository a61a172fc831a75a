/// What `doveconf -n` prints, as a tree: settings, and sections with settings of their own.
///
/// Both shapes are read: `passdb { driver = lua … }` of Dovecot 2.3, and `passdb app-passwords { … }` of 2.4.
package struct DoveconfSection: Sendable, Equatable {
    /// `passdb`; empty for the whole.
    package var name: String
    /// What stands between the name and the brace: `app-passwords`.
    package var label: String
    /// Settings in their order, as printed.
    package var settings: [Setting] = []
    /// Sections in their order.
    package var sections: [DoveconfSection] = []

    /// A line `key = value`.
    package struct Setting: Sendable, Equatable {
        /// `auth_cache_size`.
        package var key: String
        /// What follows the equals sign, without blanks around it.
        package var value: String
    }

    /// More sections inside one another than any configuration has.
    private static let deepest = 16

    /// Reads what doveconf printed; lines that are neither setting, section nor comment are stepped over.
    ///
    /// - Complexity: Linear.
    package init(parsing text: String) {
        self.init(name: "", label: "")
        var open = [self]
        for line in text.split(whereSeparator: \.isNewline) {
            let line = line.drop { $0 == " " || $0 == "\t" }
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("}") {
                if open.count > 1 { Self.close(&open) }
            } else if line.hasSuffix("{"), open.count < Self.deepest {
                let words = line.dropLast().split(separator: " ", maxSplits: 1)
                open.append(
                    DoveconfSection(
                        name: words.first.map(String.init) ?? "",
                        label: words.count > 1 ? Self.unquoted(words[1]) : ""))
            } else if let equals = line.firstIndex(of: "=") {
                let key = Self.trimmed(line[..<equals])
                open[open.count - 1].settings.append(
                    Setting(key: key, value: Self.trimmed(line[line.index(after: equals)...])))
            }
        }
        while open.count > 1 { Self.close(&open) }
        self = open[0]
    }

    private init(name: String, label: String) { (self.name, self.label) = (name, label) }

    /// The value of a setting; of repeated ones the last.
    package subscript(key: String) -> String? { settings.last { $0.key == key }?.value }

    /// The sections of a name.
    package func sections(_ name: String) -> [DoveconfSection] { sections.filter { $0.name == name } }

    private static func close(_ open: inout [DoveconfSection]) {
        let closed = open.removeLast()
        open[open.count - 1].sections.append(closed)
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }

    private static func unquoted(_ text: Substring) -> String {
        let text = trimmed(text)
        return text.count > 1 && text.hasPrefix("\"") && text.hasSuffix("\"")
            ? String(text.dropFirst().dropLast()) : text
    }
}

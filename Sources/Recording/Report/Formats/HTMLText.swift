internal import AuditCore

/// HTML being written; texts from outside get in through ``text(_:)`` and the attributes of ``tag(_:_:)`` alone, both
/// escaped.
package struct HTMLText {
    /// What was written so far.
    package private(set) var html = ""

    /// Adds markup of our own.
    package mutating func raw(_ markup: String) { html += markup }

    /// Adds a text, escaped.
    package mutating func text(_ text: String) { html += Self.escaped(text) }

    /// Adds a text that has a direction of its own; an IPv6 address breaks behind its colons where it has to.
    package mutating func isolated(_ text: String) {
        guard text.contains(":"), IPAddress(text) != nil else { return element("bdi", text: text) }
        element("bdi", [("title", text)]) {
            $0.raw(Self.escaped(text).replacing(":", with: ":<wbr>").replacing(":<wbr>:", with: "::"))
        }
    }

    /// Adds an element that holds a text.
    package mutating func element(_ name: String, _ attributes: [(String, String)] = [], text: String) {
        element(name, attributes) { $0.text(text) }
    }

    /// Adds an element.
    package mutating func element(
        _ name: String, _ attributes: [(String, String)] = [], content: (inout HTMLText) -> Void
    ) {
        tag(name, attributes)
        content(&self)
        html += "</\(name)>"
    }

    /// Adds an opening tag.
    package mutating func tag(_ name: String, _ attributes: [(String, String)] = []) {
        html += "<" + name
        for (key, value) in attributes { html += " \(key)=\"\(Self.escaped(value))\"" }
        html += ">"
    }

    /// The text with nothing in it that HTML, SVG or a terminal would obey; at most 1000 characters.
    package static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.visible(limit: 1000).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

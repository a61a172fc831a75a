import Foundation
import Testing

/// Reads HTML as strictly as XML: every tag known in form, closed in order, every attribute quoted once.
struct MarkupReader {
    /// An opening tag.
    struct Tag {
        var name: String
        var attributes: [String]
    }

    struct Problem: Error, CustomStringConvertible {
        var description: String
    }

    /// Elements without content.
    private static let void: Set<String> = ["meta", "link", "wbr"]

    static func read(_ html: String) throws -> [Tag] {
        var tags: [Tag] = []
        var open: [String] = []
        var rest = html[...]
        guard rest.hasPrefix("<!DOCTYPE html>\n") else { throw Problem(description: "no doctype") }
        rest.removeFirst("<!DOCTYPE html>\n".count)
        while let start = rest.firstIndex(where: { $0 == "<" || $0 == ">" }) {
            try checkText(rest[..<start])
            guard rest[start] == "<" else { throw Problem(description: "a lone > after \(rest[..<start].suffix(40))") }
            rest = rest[start...]
            if let match = rest.prefixMatch(of: /<\/([a-z0-9]+)>/) {
                guard open.popLast() == String(match.output.1) else {
                    throw Problem(description: "closes \(match.output.1)")
                }
                rest = rest[match.range.upperBound...]
            } else if let match = rest.prefixMatch(of: /<([a-z][a-z0-9]*)((?: [a-zA-Z-]+="[^"<>]*")*)(\/?)>/) {
                let attributes = match.output.2.matches(of: /([a-zA-Z-]+)="([^"]*)"/)
                let names = attributes.map { String($0.output.1) }
                guard Set(names).count == names.count else {
                    throw Problem(description: "an attribute twice: \(names)")
                }
                for attribute in attributes { try checkText(attribute.output.2) }
                let name = String(match.output.1)
                tags.append(Tag(name: name, attributes: names))
                if match.output.3.isEmpty, !void.contains(name) { open.append(name) }
                rest = rest[match.range.upperBound...]
                if name == "style", let end = rest.range(of: "</style>") { rest = rest[end.lowerBound...] }
            } else {
                throw Problem(description: "no tag: \(rest.prefix(60))")
            }
        }
        guard open.isEmpty else { throw Problem(description: "not closed: \(open)") }
        return tags
    }

    /// Every `&` begins one of the five entities, and nothing is a control character.
    private static func checkText(_ text: Substring) throws {
        for ampersand in text.indices where text[ampersand] == "&" {
            guard ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"].contains(where: text[ampersand...].hasPrefix) else {
                throw Problem(description: "a lone & in \(text.prefix(60))")
            }
        }
        guard text.unicodeScalars.allSatisfy({ $0 == "\n" || $0.properties.generalCategory != .control }) else {
            throw Problem(description: "a control character in \(text.debugDescription.prefix(60))")
        }
    }
}

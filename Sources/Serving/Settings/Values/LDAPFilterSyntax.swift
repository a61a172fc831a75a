/// Finds what is wrong with a search filter (RFC 4515), before a directory does at every login.
///
/// As libldap does, it takes blanks between filters, a single comparison without parentheses, and `\(`, `\)`, `\*`, `\\` of
/// LDAPv2 beside `\28`.
package struct LDAPFilterSyntax {
    private static let deepest = 64

    private let bytes: [UInt8]
    private var index = 0
    private var depth = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// What is wrong with a filter in which `{username}` stands for an escaped login; nil if nothing is.
    ///
    /// - Returns: What follows the filter, quoted, in a message.
    package static func problem(of template: String) -> String? {
        guard template.contains("{username}") else { return "is not a filter that contains {username}" }
        // A login brings escapes with it, which only a value may hold.
        var syntax = LDAPFilterSyntax(Array(template.replacing("{username}", with: "a\\2ab").utf8))
        do throws(Problem) {
            try syntax.whole()
            return nil
        } catch {
            return "is not a filter (RFC 4515): it \(error.text)"
        }
    }

    private struct Problem: Error {
        let text: String
        init(_ text: String) { self.text = text }
    }

    private var current: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipBlanks() { while let byte = current, " \t\n".utf8.contains(byte) { index += 1 } }

    private mutating func whole() throws(Problem) {
        if current == UInt8(ascii: "(") { try filter() } else { try comparison() }
        guard let rest = current else { return }
        throw Problem(
            rest == UInt8(ascii: ")") ? "has a \")\" too many" : "goes on after its end: \(shown(from: index))")
    }

    /// `(…)`.
    private mutating func filter() throws(Problem) {
        let start = index
        index += 1
        depth += 1
        guard depth <= Self.deepest else { throw Problem("is nested more than \(Self.deepest) deep") }
        skipBlanks()
        switch current {
        case UInt8(ascii: "&"), UInt8(ascii: "|"):
            index += 1
            try filters()
        case UInt8(ascii: "!"):
            index += 1
            let begin = index
            guard try filters() == 1 else {
                throw Problem("needs one filter after \"!\", at \(shown(from: begin - 1))")
            }
        case UInt8(ascii: "("): throw Problem("needs &, | or ! before the inner filter at \(shown(from: index))")
        default: try comparison()
        }
        guard current == UInt8(ascii: ")") else { throw Problem("lacks the \")\" of \(shown(from: start))") }
        index += 1
        depth -= 1
    }

    /// Any number of filters; returns how many there are.
    @discardableResult
    private mutating func filters() throws(Problem) -> Int {
        var count = 0
        skipBlanks()
        while current == UInt8(ascii: "(") {
            try filter()
            count += 1
            skipBlanks()
        }
        if let current, current != UInt8(ascii: ")") { throw Problem("needs a \"(\" before \(shown(from: index))") }
        return count
    }

    /// `attribute=value`, up to the parenthesis that ends it.
    private mutating func comparison() throws(Problem) {
        let start = index
        while let byte = current, !"=()".utf8.contains(byte) { index += 1 }
        guard current == UInt8(ascii: "=") else { throw Problem("has no comparison at \(shown(from: start))") }
        var name = bytes[start..<index]
        index += 1
        let mark = name.last
        if let mark, "~<>:".utf8.contains(mark) { name.removeLast() }
        guard mark == UInt8(ascii: ":") ? Self.isExtensible(name) : Self.isDescription(name) else {
            throw Problem("has no attribute's name at \(shown(from: start))")
        }
        try value(mayHaveWildcards: mark.map { !"~<>:".utf8.contains($0) } ?? true)
    }

    private mutating func value(mayHaveWildcards: Bool) throws(Problem) {
        let start = index
        while let byte = current {
            switch byte {
            case UInt8(ascii: "("):
                throw Problem("has a \"(\" in a value, where it is written \\28: \(shown(from: start))")
            case UInt8(ascii: ")"): return
            case UInt8(ascii: "*") where !mayHaveWildcards:
                throw Problem("has a * where none may be: \(shown(from: start))")
            case UInt8(ascii: "\\"): try escape()
            default: break
            }
            index += 1
        }
    }

    /// Leaves ``index`` at the escape's last byte.
    private mutating func escape() throws(Problem) {
        let rest = bytes[(index + 1)...].prefix(2)
        if rest.count == 2, rest.allSatisfy(Self.isHexDigit) {
            index += 2
        } else if let next = rest.first, "()*\\".utf8.contains(next) {
            index += 1
        } else {
            throw Problem("has an escape that is not \\ and two hexadecimal digits: \(shown(from: index))")
        }
    }

    /// Some of the filter, for a message.
    private func shown(from start: Int) -> String {
        let text = String(decoding: bytes[min(start, bytes.count)...], as: UTF8.self).replacing(
            "a\\2ab", with: "{username}")
        return "\"\(text.prefix(40))\(text.count > 40 ? "…" : "")\""
    }

    /// `name`, `1.2.3`, with `;options`.
    private static func isDescription(_ name: ArraySlice<UInt8>) -> Bool {
        let parts = name.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        return parts.dropFirst().allSatisfy { !$0.isEmpty && $0.allSatisfy(isKeyByte) }
            && parts.first.map(isName) ?? false
    }

    private static func isName(_ name: ArraySlice<UInt8>) -> Bool {
        guard let first = name.first else { return false }
        if isDigit(first) {
            return name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
                .allSatisfy { !$0.isEmpty && $0.allSatisfy(isDigit) }
        }
        return isKeyByte(first) && first != UInt8(ascii: "-") && name.allSatisfy(isKeyByte)
    }

    /// `name:dn:rule`, where each part may be left out, but not name and rule both.
    private static func isExtensible(_ name: ArraySlice<UInt8>) -> Bool {
        var parts = name.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard let attribute = parts.first, attribute.isEmpty || isDescription(attribute) else { return false }
        parts.removeFirst()
        if let flag = parts.first, String(decoding: flag, as: UTF8.self).lowercased() == "dn" { parts.removeFirst() }
        return parts.isEmpty ? !attribute.isEmpty : parts.count == 1 && isName(parts[0])
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isHexDigit(_ byte: UInt8) -> Bool { isDigit(byte) || (0x61...0x66).contains(byte | 0x20) }
    private static func isKeyByte(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "-")
    }
}

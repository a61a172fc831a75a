/// The parts of a DSN, taken apart where SQLAlchemy (`make_url`) takes it apart.
struct DatabaseURL {
    /// `mysql` of `MySQL+PyMySQL`.
    let dialect: String
    /// `pymysql` of `MySQL+PyMySQL`; empty for none.
    let driver: String
    /// As written: nil if there is no `@` after it.
    private(set) var user: Substring?
    /// As written; empty if there is none.
    private(set) var password: Substring = ""
    /// Without the brackets of an IPv6 address; nil for none.
    private(set) var host: Substring?
    /// What follows the host's colon; nil for no colon.
    private(set) var port: Substring?
    /// The hosts that follow the first one behind commas, with what follows their colons.
    private(set) var others: [(host: Substring, port: Substring?)] = []
    /// As written, without the slash in front; nil for no slash.
    private(set) var database: Substring?
    /// As written, without the question mark in front.
    private(set) var options: Substring = ""

    /// Takes a DSN apart.
    ///
    /// The user ends at the first `:` after which there is an `@`, else at the last `@` before a `:` or `/`; the password at
    /// the first `@`.
    init(_ text: String) throws(DatabaseDSNError) {
        guard let separator = text.firstRange(of: "://") else { throw DatabaseDSNError.noDialect }
        let name = text[..<separator.lowerBound].lowercased()
        guard name.utf8.allSatisfy({ Self.isOfName($0) }) else { throw DatabaseDSNError.noDialect }
        let plus = name.firstIndex(of: "+") ?? name.endIndex
        dialect = String(name[..<plus])
        driver = String(name[plus...].dropFirst())

        var rest = text[separator.upperBound...]
        let run = rest.firstIndex { $0 == ":" || $0 == "/" } ?? rest.endIndex
        if run < rest.endIndex, rest[run] == ":", let end = rest[run...].firstIndex(of: "@") {
            user = rest[..<run]
            password = rest[rest.index(after: run)..<end]
            rest = rest[rest.index(after: end)...]
        } else if let end = rest[..<run].lastIndex(of: "@") {
            user = rest[..<end]
            rest = rest[rest.index(after: end)...]
        }

        (host, port) = try Self.takeHost(from: &rest)
        if rest.first == ",", host == nil { throw DatabaseDSNError("a comma between hosts has none in front of it") }
        while rest.first == "," {
            rest.removeFirst()
            let (host, port) = try Self.takeHost(from: &rest)
            guard let host else { throw DatabaseDSNError("a comma between hosts has none behind it") }
            others.append((host, port))
        }
        let question = rest.firstIndex(of: "?") ?? rest.endIndex
        if rest.first == "/" { database = rest[..<question].dropFirst() }
        options = rest[question...].dropFirst()
    }

    /// Takes a host and its port off the front; no host is nil.
    private static func takeHost(from rest: inout Substring) throws(DatabaseDSNError) -> (Substring?, Substring?) {
        let host: Substring?
        if rest.first == "[" {
            guard let close = rest.firstIndex(of: "]") else { throw DatabaseDSNError("a [ is not closed") }
            host = rest[rest.index(after: rest.startIndex)..<close]
            rest = rest[rest.index(after: close)...]
        } else {
            let end = rest.firstIndex { ":/?,".contains($0) } ?? rest.endIndex
            host = end > rest.startIndex ? rest[..<end] : nil
            rest = rest[end...]
        }
        guard rest.first == ":" else { return (host, nil) }
        let end = rest.firstIndex { "/?,".contains($0) } ?? rest.endIndex
        defer { rest = rest[end...] }
        return (host, rest[..<end].dropFirst())
    }

    /// Whether it names neither user nor host nor port.
    var isWithoutServer: Bool { user == nil && host == nil && port == nil }

    /// Percent-decodes as Python's `unquote` does: a `%` that begins no escape stands for itself.
    ///
    /// - Parameter what: Named in the error.
    static func decoded(_ text: Substring, what: String) throws(DatabaseDSNError) -> String {
        let source = Array(text.utf8)
        var bytes: [UInt8] = []
        var index = 0
        while index < source.count {
            if source[index] == UInt8(ascii: "%"), index + 2 < source.count, let high = hexDigit(source[index + 1]),
                let low = hexDigit(source[index + 2])
            {
                bytes.append(high << 4 | low)
                index += 3
            } else {
                bytes.append(source[index])
                index += 1
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw DatabaseDSNError("the \(what) is not UTF-8 text")
        }
        return text
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
            UInt8(ascii: "+"):
            true
        default: false
        }
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

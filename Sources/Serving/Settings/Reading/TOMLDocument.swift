internal import TOMLKit

/// A parsed TOML document: its values, and where each of them stands.
struct TOMLDocument {
    /// The members of the top table.
    var root: [String: TOMLNode]
    /// Where everything stands.
    var positions: TOMLPositions

    /// The largest settings file that is read, in bytes.
    static let maximumSize = 1 << 20

    /// An empty document.
    init() {
        root = [:]
        positions = TOMLPositions(scanning: [])
    }

    /// Parses TOML 1.0.
    ///
    /// - Throws: The first syntax error; texts that are too large, not UTF-8 or hold a NUL count as such.
    init(parsing bytes: [UInt8], file: String) throws(SettingsProblem) {
        guard bytes.count <= Self.maximumSize else {
            throw SettingsProblem(
                file: file,
                message: "\(bytes.count) bytes are too many for a settings file (\(Self.maximumSize) at most)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Self.problem(file, "not valid UTF-8", afterValidPartOf: bytes)
        }
        if let index = bytes.firstIndex(of: 0) {
            throw Self.problem(file, "a NUL byte", afterValidPartOf: Array(bytes[..<index]))
        }
        positions = TOMLPositions(scanning: bytes)
        if let place = positions.excessiveDepth {
            throw SettingsProblem(file: file, line: place.line, column: place.column, message: "nested too deeply")
        }
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw Self.problem(error, file: file, text: text)
        } catch {
            throw SettingsProblem(file: file, message: "cannot be parsed")
        }
        if let place = positions.escapedNUL {
            throw SettingsProblem(file: file, line: place.line, column: place.column, message: "a NUL in a string")
        }
        guard case .table(let members) = TOMLNode.copying(table) else { root = [:]; return }
        root = members
    }

    private static func problem(_ file: String, _ message: String, afterValidPartOf bytes: [UInt8]) -> SettingsProblem {
        var place = TextPosition()
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            if scalar == "\n" { place = TextPosition(line: place.line + 1, column: 1) } else { place.column += 1 }
        }
        return SettingsProblem(file: file, line: place.line, column: place.column, message: message)
    }

    /// The parser's words, except on a line that may hold a secret: they can quote what stands there.
    private static func problem(_ error: TOMLParseError, file: String, text: String) -> SettingsProblem {
        let (line, column) = (max(error.source.begin.line, 1), max(error.source.begin.column, 1))
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), maxSplits: line, omittingEmptySubsequences: false)
        let source = line <= lines.count ? Substring(lines[line - 1]).lowercased() : ""
        let mayHoldSecret = ["password", "token", "dsn", "secret", "api_key", "webhook"].contains {
            source.contains($0)
        }
        let message = mayHoldSecret ? "this line is not valid TOML" : Displayed.text(error.description, limit: 300)
        return SettingsProblem(file: file, line: line, column: column, message: message)
    }
}

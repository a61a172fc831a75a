internal import StrictJSON

/// A value of a record: JSON of a file, not read yet, or the journal's text, which is a Python or a JSON literal where it is
/// no text.
enum FieldValue {
    case json(ArraySlice<UInt8>)
    case journal(String)

    /// A text that is never anything else: `None` is a text here.
    var plainText: String? {
        switch self {
        case .json(let bytes): Self.read(bytes)?.string.map(ReportRecord.cut)
        case .journal(let text): ReportRecord.cut(text)
        }
    }

    /// A text that may be missing; the journal then says `None`, in fields that are new `null`.
    var text: String? {
        if case .journal("None") = self { return nil }
        if case .journal("null") = self { return nil }
        return plainText
    }

    /// A text that is missing where it is empty.
    var name: String? { text.flatMap { $0.isEmpty ? nil : $0 } }

    var flag: Bool? {
        switch self {
        case .json(let bytes): Self.read(bytes)?.bool
        case .journal("True"), .journal("true"): true
        case .journal("False"), .journal("false"): false
        case .journal: nil
        }
    }

    var integer: Int? {
        switch self {
        case .json(let bytes): Self.read(bytes)?.integer
        case .journal(let text): Int(text)
        }
    }

    /// A list or an object that the journal has as JSON, too.
    var jsonStructure: JSONValue? {
        switch self {
        case .json(let bytes): Self.read(bytes)
        case .journal(let text): try? JSONValue(parsingForeign: Array(text.utf8), maxDepth: 8)
        }
    }

    /// A list or an object.
    var structure: JSONValue? {
        switch self {
        case .json(let bytes): Self.read(bytes)
        case .journal(let text): PythonLiteral.parse(text)
        }
    }

    private static func read(_ bytes: ArraySlice<UInt8>) -> JSONValue? {
        try? JSONValue(parsingForeign: Array(bytes), maxDepth: 8)
    }
}

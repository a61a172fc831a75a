/// Finds the entries of a list in JSON: the texts and whole numbers of members with certain names, also in lists there, and
/// a list of texts that stands by itself. One JSON text or one a line, as AWS, Google, Azure and Spamhaus have them.
///
/// Reads tokens, not values, so that every entry has the line it stands on, however large the file.
struct ListJSON {
    private struct Container {
        var isObject: Bool
        /// The member at hand; of a list, that whose value it is.
        var name: String?
    }

    /// Deeper is no list of anything.
    private static let maxDepth = 64

    private let bytes: [UInt8]
    private let names: Set<String>
    private var position = 0
    private var line = 1
    private var containers: [Container] = []
    /// The last text, until it is known whether it names a member.
    private var text: (bytes: ArraySlice<UInt8>, line: Int)?

    init(_ bytes: [UInt8], names: [String]) {
        self.bytes = bytes
        self.names = Set(names)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// Calls `body` for each entry; what is wrong with the JSON is a problem.
    mutating func forEach(problems: inout ListProblems, _ body: (ListLine, inout ListProblems) -> Void) {
        var count = 0
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\n"):
                line += 1
                position += 1
            case UInt8(ascii: "\""):
                guard let string = string() else { return problems.add(line: line, Self.cutOff) }
                text = (string, line)
            case UInt8(ascii: ":"):
                if let text, containers.last?.isObject == true {
                    containers[containers.count - 1].name = String(decoding: text.bytes, as: UTF8.self).lowercased()
                }
                text = nil
                position += 1
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard containers.count < Self.maxDepth else { return problems.add(line: line, "JSON nested too deep") }
                containers.append(Container(isObject: byte == UInt8(ascii: "{"), name: containers.last?.name))
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ","):
                count += take(&problems, body)
                position += 1
                if byte != UInt8(ascii: ",") {
                    guard containers.popLast()?.isObject == (byte == UInt8(ascii: "}")) else {
                        return problems.add(line: line, "no JSON: a bracket is closed that was not opened")
                    }
                }
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): position += 1
            default:
                let start = position
                while position < bytes.count, !"{}[]:,\" \t\r\n".utf8.contains(bytes[position]) { position += 1 }
                let word = bytes[start..<position]
                guard Self.isValue(word) else {
                    return problems.add(line: line, "no JSON: \(LineToken(bytes: word).quoted) stands without quotes")
                }
                text = word.allSatisfy("0123456789".utf8.contains) ? (word, line) : nil
            }
        }
        guard containers.isEmpty else { return problems.add(line: line, Self.cutOff) }
        if count == 0 { problems.add(line: 1, "no entry in this JSON: members with such entries are not known in it") }
    }

    private static let cutOff = "the JSON ends in the middle: was it loaded whole?"

    /// Whether a word without quotes may stand in JSON: a number or one of the few words there are.
    private static func isValue(_ word: ArraySlice<UInt8>) -> Bool {
        guard word.count <= 400 else { return false }
        let text = String(decoding: word, as: UTF8.self)
        if ["true", "false", "null", "NaN", "Infinity", "-Infinity"].contains(text) { return true }
        return word.allSatisfy("0123456789+-.eE".utf8.contains) && Double(text) != nil
    }

    /// Hands out the last text if it is an entry; how many that made.
    private mutating func take(_ problems: inout ListProblems, _ body: (ListLine, inout ListProblems) -> Void) -> Int {
        defer { text = nil }
        guard let text, let container = containers.last else { return 0 }
        let isWanted = container.name.map { names.contains($0) } ?? (!container.isObject && containers.count == 1)
        guard isWanted else { return 0 }
        body(ListLine(number: text.line, column: 1, bytes: Self.unescaped(text.bytes)), &problems)
        return 1
    }

    /// The text that begins here, without its quotes; nil if it does not end.
    private mutating func string() -> ArraySlice<UInt8>? {
        let start = position + 1
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "\""), bytes[end] != UInt8(ascii: "\n") {
            end += bytes[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return nil }
        position = end + 1
        return bytes[start..<end]
    }

    /// `\/` is a slash; no entry needs another escape.
    private static func unescaped(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard text.contains(UInt8(ascii: "\\")) else { return text }
        var plain: [UInt8] = []
        for (index, byte) in zip(text.indices, text) {
            let isEscape =
                byte == UInt8(ascii: "\\") && index + 1 < text.endIndex && text[index + 1] == UInt8(ascii: "/")
            if !isEscape { plain.append(byte) }
        }
        return plain[...]
    }
}

extension DenyListKind {
    /// Names of users; for exceptions only.
    public static let users = DenyListKind(UserNames.self)
}

/// Names that are typed at logins, compared byte for byte.
final class UserNames: DetailedDenyList {
    static let name = "users"
    static let label = "user"
    static let facts: [FactKind] = []
    static let syntax = ListSyntax(comments: .ofNames)

    /// By the bytes of the name: texts of Swift are equal if they look alike.
    let entries: IndexedEntries<LiteralIndex<[UInt8]>>

    init(reading reader: inout DenyListReader) {
        var index = LiteralIndex<[UInt8]>()
        var lines = EntryLines()
        var doubtful: [Int] = []
        reader.eachEntry { line, problems in
            let name = line.name
            guard
                !String(decoding: name, as: UTF8.self).unicodeScalars.contains(where: {
                    $0.properties.generalCategory == .control
                })
            else {
                let reason = "\(LineToken(bytes: name).quoted) is no name: it has control characters"
                return problems.add(line: line.number, column: line.column, reason)
            }
            if name.contains(where: ListLine.isBlank) { doubtful.append(line.number) }
            lines.add(line)
            index.add(Array(name), line)
        }
        for line in doubtful { reader.note(line: line, "the name has blanks; a comment begins with #") }
        entries = IndexedEntries(file: reader.file.name, lines, index)
    }

    func denial(_ attempt: LoginAttempt, _ facts: Facts) -> Denial? {
        guard let line = entries.index.line(of: Array(attempt.login.utf8), at: attempt.time) else { return nil }
        return denial(of: attempt.login, line: line)
    }

    static func troubles(_ facts: Facts) -> (LookupError?, LookupError?) { (nil, nil) }

    static func comparable(_ line: ListLine) -> String { String(decoding: line.name, as: UTF8.self) }
}

extension ListLine {
    /// The whole line, without a comment that begins with ` #`.
    fileprivate var name: ArraySlice<UInt8> {
        var tokens = LineTokens(bytes)
        _ = tokens.next()
        var name = bytes
        while let token = tokens.next() {
            guard token.bytes.first == UInt8(ascii: "#"), Self.isBlank(bytes[token.bytes.startIndex - 1]) else {
                continue
            }
            name = bytes[..<token.bytes.startIndex]
            break
        }
        return name[..<(name.lastIndex { !Self.isBlank($0) }.map { $0 + 1 } ?? name.startIndex)]
    }
}

/// What a comment says of how long an entry lasts: `# until 2026-12-24 the conference is over`.
enum EndingComment: Equatable {
    /// Nothing.
    case none
    /// The last day on which the entry meets anybody.
    case until(Day)
    /// It names an end that is no day: what it says.
    case bad(String)

    /// Reads a comment, what opens it included.
    init(_ comment: ArraySlice<UInt8>) {
        self = .none
        var tokens = LineTokens(comment.drop { "#;/-".utf8.contains($0) })
        guard let word = tokens.next(), word.isUntil, let end = tokens.next(), let first = end.bytes.first,
            first.isDigit
        else { return }
        let text = end.bytes.prefix { $0.isDigit || $0 == UInt8(ascii: "-") }
        let isAlone = end.bytes[text.endIndex...].allSatisfy { ".:;)!".utf8.contains($0) }
        self =
            isAlone
            ? Day(String(decoding: text, as: UTF8.self)).map { .until($0) } ?? .bad(end.quoted) : .bad(end.quoted)
    }

    /// What is wrong with the end, and what becomes of the entry; nil if nothing is.
    func refusal(_ effect: ListEffect) -> String? {
        guard case .bad(let quoted) = self else { return nil }
        let reason = "\(quoted) is no day: an entry ends with # until YYYY-MM-DD"
        return effect.keepsUnreadableEnds ? reason + "; it is in force without end" : reason
    }

    /// The last day.
    var day: Day? { if case .until(let day) = self { day } else { nil } }
}

extension ListLine {
    /// What the comment behind an entry says of its end.
    ///
    /// - Complexity: Linear in the length of the line.
    var ending: EndingComment {
        guard let start = bytes.firstIndex(where: Self.isBlank) else { return .none }
        var tokens = LineTokens(bytes[start...])
        while let token = tokens.next() {
            if token.opensComment { return EndingComment(bytes[token.bytes.startIndex...]) }
        }
        return .none
    }

    /// Whether a comment without `#` names a day, as if that ended the entry.
    var seemsToEnd: Bool {
        var tokens = LineTokens(bytes[entry.endIndex...])
        return tokens.next()?.isUntil == true
            && tokens.next().map { Day(String(decoding: $0.bytes, as: UTF8.self)) != nil } ?? false
    }
}

extension LineToken {
    fileprivate var isUntil: Bool {
        let word = bytes.last == UInt8(ascii: ":") ? bytes.dropLast() : bytes
        return word.elementsEqual("until".utf8) { $0 | 0x20 == $1 }
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

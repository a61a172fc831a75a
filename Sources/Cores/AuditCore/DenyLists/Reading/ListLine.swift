/// A line of a deny list that is neither empty nor a comment.
public struct ListLine {
    /// The longest line that is read, in bytes.
    static let longest = 16_384

    /// Line number, from 1.
    let number: Int
    /// Where ``bytes`` begin in the line: column from 1, in Unicode scalars.
    let column: Int
    /// The line without outer white space: valid UTF-8, no NUL.
    let bytes: ArraySlice<UInt8>
    /// The last day on which the entry meets anybody; nil if it lasts.
    var until: Day?

    /// The line as text.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The entry of a literal list: all before the first blank. What follows is a comment.
    public var entry: ArraySlice<UInt8> { bytes.prefix { !Self.isBlank($0) } }

    static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}

extension ListLine {
    /// Which lines are comments.
    enum Comments {
        /// `#`, `;`, `//` and `--` begin one.
        case ofLiterals
        /// `#` begins one, and so do `;` and `//`, of which the administrator is told.
        case ofPatterns
        /// `#` begins one, and so do `;` and `//`, of which the administrator is told; `#` may stand behind an entry, too.
        case ofNames
    }

    /// Calls `body` for every entry of a file, in order.
    ///
    /// Lines end with LF, CR LF or CR; a byte order mark is skipped; white space (Unicode's, as Python's `strip` has it) is
    /// trimmed; empty lines and comments are skipped, whatever bytes a comment holds. A line that is too long, not UTF-8 or
    /// has a NUL is a problem. A comment may say when an entry ends: behind it, or on a line above a pattern; an end that is no
    /// day is a problem, and the entry lasts, or of exceptions is none.
    ///
    /// - Parameters:
    ///   - effect: What the list does.
    ///   - endings: Whether comments may say when an entry ends; rows of tables have other columns.
    ///   - notes: Gets comments that may have been meant as patterns.
    /// - Complexity: Linear in the size of the file.
    static func forEach(
        in file: [UInt8], comments: Comments, effect: ListEffect, endings: Bool = true, problems: inout ListProblems,
        notes: inout ListProblems, _ body: (ListLine, inout ListProblems) -> Void
    ) {
        // In lists of patterns, the line with the end of the pattern that comes next.
        var ending: (line: Int, lastDay: Day)?
        // Whether that end cannot be read, and the pattern must not last.
        var isNextLeftOut = false
        func noteUseless(_ number: Int) {
            notes.add(
                line: number,
                comments == .ofPatterns
                    ? "ends nothing: no pattern follows" : "ends nothing: # until stands behind the entry that it ends")
        }
        func take(_ line: ListLine) {
            guard endings else { return body(line, &problems) }
            var line = line
            switch comments {
            case .ofPatterns:
                line.until = ending?.lastDay
                ending = nil
                guard !isNextLeftOut else { return isNextLeftOut = false }
            case .ofLiterals, .ofNames:
                let comment = line.ending
                if let refusal = comment.refusal(effect) {
                    problems.add(line: line.number, column: line.column, refusal)
                    guard effect.keepsUnreadableEnds else { return }
                }
                line.until = comment.day
                if line.until == nil, comments == .ofLiterals, line.seemsToEnd {
                    notes.add(line: line.number, "does not end: # begins the comment that says until when")
                }
            }
            body(line, &problems)
        }
        forEachRaw(in: file) { number, bytes in
            let faults = problems.count
            guard let line = line(number, bytes, &problems) else {
                // What cannot be read may be the pattern that ends; another never does in its place.
                if problems.count > faults { (ending, isNextLeftOut) = (nil, false) }
                let text = bytes.drop(while: isWhiteSpace)
                guard endings, text.first == UInt8(ascii: "#") else { return }
                switch EndingComment(text) {
                case .none: break
                case .until(let lastDay) where comments == .ofPatterns:
                    if let ending { noteUseless(ending.line) }
                    (ending, isNextLeftOut) = ((number, lastDay), false)
                case .until: noteUseless(number)
                case .bad(let quoted):
                    guard comments == .ofPatterns, let refusal = EndingComment.bad(quoted).refusal(effect) else {
                        break
                    }
                    problems.add(line: number, refusal)
                    (ending, isNextLeftOut) = (nil, !effect.keepsUnreadableEnds)
                }
                return
            }
            switch (LineToken(bytes: line.bytes).opensComment, comments) {
            case (false, _): take(line)
            case (true, .ofLiterals): break
            case (true, .ofPatterns) where line.bytes.first == UInt8(ascii: "-"),
                (true, .ofNames) where line.bytes.first == UInt8(ascii: "-"):
                take(line)
            case (true, .ofPatterns), (true, .ofNames):
                notes.add(line: number, "taken for a comment, as it begins with ; or //")
            }
        }
        if let ending { noteUseless(ending.line) }
    }

    /// Calls `body` for every line of a file with its number, comments and empty ones too, without its end.
    static func forEachRaw(in file: [UInt8], _ body: (Int, ArraySlice<UInt8>) -> Void) {
        var start = file.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        var number = 0
        while start < file.count {
            let end = file[start...].firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? file.count
            number += 1
            body(number, file[start..<end])
            let isPair = end + 1 < file.count && file[end] == UInt8(ascii: "\r") && file[end + 1] == UInt8(ascii: "\n")
            start = end + (isPair ? 2 : 1)
        }
    }

    /// The entry of a line, if it has one.
    private static func line(_ number: Int, _ whole: ArraySlice<UInt8>, _ problems: inout ListProblems) -> ListLine? {
        var bytes = whole.drop(while: isWhiteSpace)
        bytes = bytes[..<(bytes.lastIndex { !isWhiteSpace($0) }.map { $0 + 1 } ?? bytes.startIndex)]
        var column = bytes.startIndex - whole.startIndex + 1
        guard let first = bytes.first, first != UInt8(ascii: "#") else { return nil }
        guard bytes.count <= longest else {
            problems.add(line: number, "longer than \(longest) bytes")
            return nil
        }
        var isASCII = true
        for byte in bytes {
            if byte == 0 {
                problems.add(line: number, "holds a NUL byte; lists are UTF-8 text")
                return nil
            }
            if byte >= 0x80 { isASCII = false }
        }
        if !isASCII {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                problems.add(line: number, "not UTF-8")
                return nil
            }
            // The ends may be white space beyond ASCII: no-break, ideographic …
            let scalars = text.unicodeScalars.drop { $0.properties.isWhitespace }
            column += text.unicodeScalars.distance(from: text.startIndex, to: scalars.startIndex)
            let trailing = scalars.reversed().prefix { $0.properties.isWhitespace }.count
            let trimmed = scalars.dropLast(trailing)
            guard let first = trimmed.first, first != "#" else { return nil }
            if trimmed.count != text.unicodeScalars.count { bytes = Array(String(trimmed).utf8)[...] }
        }
        return ListLine(number: number, column: column, bytes: bytes)
    }

    /// ASCII white space as Python's `str.strip` knows it.
    static func isWhiteSpace(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x09...0x0D, 0x1C...0x20: true
        default: false
        }
    }
}

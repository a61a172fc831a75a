extension PatternParser {
    /// Parses an escape outside of a class; the token was taken.
    mutating func escape(_ token: PatternScanner.Token) throws(PatternSyntaxError) -> PatternNode {
        let letter = token.escaped ?? token.scalar
        if let position = Self.position(letter) { return .position(position) }
        if let category = Self.category(letter) {
            return .set(PatternNode.PatternSet(items: [category]))
        }
        guard Self.isDigit(letter) else { return .literal(try character(letter)) }
        if letter == "0" {
            return .literal(Self.octal(try scanner.take(upTo: 2, while: Self.isOctalDigit)))
        }
        // Octal if there are three octal digits, else the number of a group.
        var digits = [letter]
        if let second = try scanner.take(upTo: 1, while: Self.isDigit).first {
            digits.append(second)
            if Self.isOctalDigit(letter), Self.isOctalDigit(second),
                let third = try scanner.take(upTo: 1, while: Self.isOctalDigit).first
            {
                digits.append(third)
                return .literal(try byte(digits))
            }
        }
        let group = Int(Self.decimal(digits) ?? 0)
        guard group < groupWidths.count else {
            throw scanner.error("invalid group reference \(group)", back: digits.count)
        }
        guard isClosed(group) else { throw scanner.error("cannot refer to an open group", back: digits.count + 1) }
        try checkReferenceInLookbehind(group)
        return .reference(group)
    }

    /// Parses an escape inside a class.
    mutating func escapeInSet(_ token: PatternScanner.Token) throws(PatternSyntaxError) -> PatternNode.SetItem {
        let letter = token.escaped ?? token.scalar
        if letter == "b" { return .scalar(0x08) }
        if let category = Self.category(letter) { return category }
        if Self.isOctalDigit(letter) {
            let others = try scanner.take(upTo: 2, while: Self.isOctalDigit)
            return .scalar(try byte([letter] + others))
        }
        if Self.isDigit(letter) { throw badEscape(letter) }
        return .scalar(try character(letter))
    }

    /// The character an escape stands for that means the same in and outside of a class.
    private mutating func character(_ letter: Unicode.Scalar) throws(PatternSyntaxError) -> UInt32 {
        switch letter {
        case "a": return 0x07
        case "f": return 0x0C
        case "n": return 0x0A
        case "r": return 0x0D
        case "t": return 0x09
        case "v": return 0x0B
        case "x": return try hexadecimal(letter, digits: 2)
        case "u": return try hexadecimal(letter, digits: 4)
        case "U": return try hexadecimal(letter, digits: 8)
        case "N": return try named()
        case "A"..."Z", "a"..."z": throw badEscape(letter)
        default: return letter.value
        }
    }

    private func badEscape(_ letter: Unicode.Scalar) -> PatternSyntaxError {
        scanner.error("bad escape \\\(letter)", back: 2)
    }

    private mutating func hexadecimal(_ letter: Unicode.Scalar, digits count: Int) throws(PatternSyntaxError) -> UInt32
    {
        let digits = try scanner.take(upTo: count) { $0.isASCII && $0.properties.isASCIIHexDigit }
        var text = "\\" + String(letter)
        text.unicodeScalars.append(contentsOf: digits)
        guard digits.count == count else { throw scanner.error("incomplete escape \(text)", back: digits.count + 2) }
        let value = UInt32(String(text.unicodeScalars.dropFirst(2)), radix: 16) ?? .max
        if value > UInt32(Int32.max) { throw PatternSyntaxError("Python int too large to convert to C int") }
        guard value <= 0x10FFFF else { throw scanner.error("bad escape \(text)", back: count + 2) }
        return value
    }

    private mutating func named() throws(PatternSyntaxError) -> UInt32 {
        guard try scanner.take(if: "{") else { throw scanner.error("missing {") }
        let name = try scanner.take(until: "}", what: "character name")
        guard let scalar = CharacterNames.scalar(named: name) else {
            throw scanner.error("undefined character name \(PythonText.quoted(name))", back: name.count + 4)
        }
        return scalar.value
    }

    private func byte(_ digits: [Unicode.Scalar]) throws(PatternSyntaxError) -> UInt32 {
        let value = Self.octal(digits)
        guard value <= 0o377 else {
            var text = "\\"
            text.unicodeScalars.append(contentsOf: digits)
            throw scanner.error("octal escape value \(text) outside of range 0-0o377", back: digits.count + 1)
        }
        return value
    }

    private static func octal(_ digits: [Unicode.Scalar]) -> UInt32 {
        digits.reduce(0) { $0 * 8 + ($1.value - 0x30) }
    }

    private static func isOctalDigit(_ scalar: Unicode.Scalar) -> Bool { (0x30...0x37).contains(scalar.value) }

    private static func position(_ letter: Unicode.Scalar) -> PatternNode.Position? {
        switch letter {
        case "A": .textStart
        case "Z": .textEnd
        case "b": .boundary
        case "B": .noBoundary
        default: nil
        }
    }

    private static func category(_ letter: Unicode.Scalar) -> PatternNode.SetItem? {
        switch letter {
        case "d": .category(.digit, negated: false)
        case "D": .category(.digit, negated: true)
        case "s": .category(.space, negated: false)
        case "S": .category(.space, negated: true)
        case "w": .category(.word, negated: false)
        case "W": .category(.word, negated: true)
        default: nil
        }
    }
}

/// What Python's `str` methods say of text, where patterns depend on it.
enum PythonText {
    /// Whether Python 3.12 knows the scalar: it has Unicode 15.0.
    static func knows(_ scalar: Unicode.Scalar) -> Bool {
        guard let age = scalar.properties.age else { return false }
        return (age.major, age.minor) <= (15, 0)
    }

    /// `str.isidentifier`
    static func isIdentifier(_ scalars: [Unicode.Scalar]) -> Bool {
        guard let first = scalars.first else { return false }
        return (first == "_" || (knows(first) && first.properties.isXIDStart))
            && scalars.dropFirst().allSatisfy { knows($0) && $0.properties.isXIDContinue }
    }

    /// `str.isalpha`, for one scalar.
    static func isAlphabetic(_ scalar: Unicode.Scalar) -> Bool {
        guard knows(scalar) else { return false }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
        default: return false
        }
    }

    /// `repr`
    static func quoted(_ scalars: [Unicode.Scalar]) -> String {
        let quote: Unicode.Scalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
        var text = String.UnicodeScalarView()
        text.append(quote)
        for scalar in scalars {
            switch scalar {
            case quote, "\\": text.append(contentsOf: ["\\", scalar])
            case "\n": text.append(contentsOf: ["\\", "n"])
            case "\r": text.append(contentsOf: ["\\", "r"])
            case "\t": text.append(contentsOf: ["\\", "t"])
            case _ where isPrintable(scalar): text.append(scalar)
            default: text.append(contentsOf: escape(scalar).unicodeScalars)
            }
        }
        text.append(quote)
        return String(text)
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        guard knows(scalar) else { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
        case .spaceSeparator: return scalar == " "
        default: return true
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let (letter, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        let digits = String(scalar.value, radix: 16)
        return "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
    }
}

/// One element of a parsed pattern; a sequence of them is an alternative.
indirect enum PatternNode {
    /// A code point; may be a surrogate, which no Swift text contains.
    case literal(UInt32)
    /// `.`
    case any
    /// `[…]`, `\d` and the like: one character.
    case set(PatternSet)
    /// `^ $ \A \Z \b \B`: no character.
    case position(Position)
    /// `a|b|c`
    case branch([[PatternNode]])
    /// `(…)` with its number, or `(?…:…)` without one.
    case group(number: Int?, adding: PatternFlags, removing: PatternFlags, [PatternNode])
    /// `(?>…)`
    case atomic([PatternNode])
    /// `…{minimum,maximum}`; no maximum is ``unbounded``.
    case repeated(minimum: UInt64, maximum: UInt64, Greed, [PatternNode])
    /// `(?=…)` and the like; `behind` is the width of a lookbehind.
    case look(behind: PatternWidth?, negative: Bool, [PatternNode])
    /// `\1`, `(?P=name)`
    case reference(Int)
    /// `(?(1)yes|no)`; `isOpen` says that it stands inside the group it asks about.
    case conditional(group: Int, isOpen: Bool, yes: [PatternNode], no: [PatternNode])

    /// The maximum of a repetition without one.
    static let unbounded = UInt64(UInt32.max)

    enum Position {
        case lineStart, lineEnd, textStart, textEnd, boundary, noBoundary
    }

    enum Greed {
        case greedy, lazy, possessive
    }

    /// The items of a class.
    struct PatternSet: Equatable {
        var negated = false
        var items: [SetItem]
    }

    enum SetItem: Equatable {
        case scalar(UInt32)
        case range(UInt32, UInt32)
        case category(Category, negated: Bool)
    }

    /// `\d`, `\s`, `\w`
    enum Category {
        case digit, space, word
    }
}

/// A pattern as parsed, with what the parser had to find out on the way.
struct ParsedPattern {
    var nodes: [PatternNode]
    /// The flags in force outside of groups with flags of their own.
    var flags: PatternFlags
    /// By group number; number 0 is the whole pattern and has none.
    var groupWidths: [PatternWidth?]
}

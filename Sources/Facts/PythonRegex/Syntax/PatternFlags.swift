/// The flags of Python's `(?aiLmstux)`.
struct PatternFlags: OptionSet, Equatable {
    let rawValue: UInt8

    static let ignoreCase = PatternFlags(rawValue: 1)
    static let locale = PatternFlags(rawValue: 2)
    static let multiline = PatternFlags(rawValue: 4)
    static let dotAll = PatternFlags(rawValue: 8)
    static let unicode = PatternFlags(rawValue: 16)
    static let verbose = PatternFlags(rawValue: 32)
    static let ascii = PatternFlags(rawValue: 64)
    /// Undocumented, gone in Python 3.13: a pattern with it must not repeat anything.
    static let template = PatternFlags(rawValue: 128)

    /// Which characters classes and case mean: one of these at a time.
    static let kind: PatternFlags = [.ascii, .locale, .unicode]

    /// The flag a letter stands for.
    init?(letter: Unicode.Scalar) {
        switch letter {
        case "i": self = .ignoreCase
        case "L": self = .locale
        case "m": self = .multiline
        case "s": self = .dotAll
        case "x": self = .verbose
        case "a": self = .ascii
        case "t": self = .template
        case "u": self = .unicode
        default: return nil
        }
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The flags inside `(?adding-removing:…)`.
    func inside(adding: PatternFlags, removing: PatternFlags) -> PatternFlags {
        var flags = self
        if !adding.isDisjoint(with: .kind) { flags.subtract(.kind) }
        return flags.union(adding).subtracting(removing)
    }
}

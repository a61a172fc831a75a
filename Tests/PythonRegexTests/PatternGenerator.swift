/// Makes patterns, valid ones and broken ones, and texts for them; the same ones for the same seed.
struct PatternGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {  // splitmix64
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    mutating func chance(_ one: Int) -> Bool { below(one) == 0 }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    static let plain = ["a", "b", "c", "A", "B", "1", "-", "_"]
    static let strange = [
        "k", "K", "\u{212A}", "s", "S", "\u{17F}", "i", "I", "\u{130}", "\u{131}", "é", "É", "µ", "\u{3BC}", "Μ", "ß",
        "ẞ", "σ", "ς", "Σ", "\u{345}", "ι", "\u{10400}", "\u{10428}", "\u{663}", "²", "Ⅷ", "\u{1C}", "\u{85}", "\u{A0}",
        "\u{2028}", "\0", "\n", " ", "\t", "\r", "\u{301}", "ﬅ", "ﬆ", "中", "\u{1E4F0}", "\u{FFFF}", "\u{10FFFF}",
        "e\u{301}",
        "ǅ", "ǆ", "Ǆ", "\u{118A0}", "\u{118C0}", ".", "#", "@", "\u{AB}", "ꙋ", "\u{1C88}",
    ]
    /// What a broken pattern is made of.
    static let fragments = [
        "(", ")", "[", "]", "{", "}", "*", "+", "?", "|", "\\", "^", "$", ".", "(?", "(?P<", "(?P=", "(?:", "(?<",
        "(?(",
        "(?i", "(?-", "-", ",", "1", "2", "0", "8", "9", "a", "b", "n1", ">", "=", "!", ":", "#", " ", "x", "u", "U",
        "N{",
        "\\x", "\\u", "\\U0010", "\\N", "\\1", "\\8", "\\07", "\\777", "[^", "[]", "[a-", "z-a", "\\d-", "{2,1}", "{1",
        ",}",
        "{99999999999}", "(?#", "(?L)", "(?au)", "(?ai)", "(?i-i:", "(?z)", "\\q", "\\Z", "\\z", "\\Q", "\\R",
        "[[:alpha:]]",
        "(*ACCEPT)", "(?R)", "(?&n1)", "(?>", "*+", "++", "?+", "é", "\u{2028}", "'", "\"", "\n", "(?P<n1>", "(?P<1>",
        "(?P=n1)",
        "(?(n1)", "(?(1)", "(?(0)", "(?(99)", "\\N{DIGIT ONE}", "\\N{x}", "\\N{}", "i", "s", "m", "t", "(?t)",
    ]
    static let flagSets = [
        "i", "m", "s", "x", "a", "u", "im", "is", "ai", "ims", "iu", "-i", "-s", "i-m", "a-i", "s-i", "-x", "-m",
    ]

    /// State while one pattern is made.
    private var groups = 0
    private var closed: [Int] = []
    private var inLookbehind = false

    /// A pattern that is mostly valid.
    mutating func pattern() -> String {
        groups = 0
        closed = []
        inLookbehind = false
        var text = chance(4) ? "(?" + pick(["i", "m", "s", "x", "a", "ai", "is", "im", "ims"]) + ")" : ""
        text += alternatives(depth: 3)
        if chance(12) { text = mutated(text) }
        return text
    }

    /// A pattern of fragments, mostly broken.
    mutating func rubble() -> String {
        (0...below(7)).map { _ in pick(Self.fragments) }.joined()
    }

    private mutating func mutated(_ text: String) -> String {
        var scalars = Array(text.unicodeScalars)
        for _ in 0...below(2) {
            let place = below(scalars.count + 1)
            switch below(3) {
            case 0 where place < scalars.count: scalars.remove(at: place)
            case 1 where place < scalars.count: scalars.insert(scalars[below(scalars.count)], at: place)
            default: scalars.insert(contentsOf: Array(pick(Self.fragments).unicodeScalars), at: place)
            }
        }
        var result = String.UnicodeScalarView()
        result.append(contentsOf: scalars)
        return String(result)
    }

    private mutating func alternatives(depth: Int) -> String {
        (0..<(chance(4) ? 2 + below(2) : 1)).map { _ in sequence(depth: depth) }.joined(separator: "|")
    }

    private mutating func sequence(depth: Int) -> String {
        (0..<(1 + below(4))).map { _ in quantified(depth: depth) }.joined()
    }

    private mutating func quantified(depth: Int) -> String {
        let text = atom(depth: depth)
        let isPosition = ["^", "$", "\\A", "\\Z", "\\b", "\\B", "(?#x)"].contains(text)
        guard chance(isPosition ? 60 : 3) else { return text }
        let count = below(3)
        return text
            + pick(["*", "+", "?", "{\(count)}", "{\(count),}", "{,\(count)}", "{\(count),\(count + below(2))}", "{0}"])
            + pick(["", "", "", "?", "+"])
    }

    private mutating func atom(depth: Int) -> String {
        switch below(depth > 0 ? 24 : 11) {
        case 0...3: return literal()
        case 4: return "."
        case 5: return pick(["\\d", "\\w", "\\s", "\\D", "\\W", "\\S"])
        case 6: return set()
        case 7: return pick(["^", "$", "\\A", "\\Z", "\\b", "\\B"])
        case 8: return Self.escapes[below(Self.escapes.count)]
        case 9, 10: return reference()
        case 11...14:
            groups += 1
            let number = groups
            let opening = chance(4) ? "(?P<n\(number)>" : "("
            let text = opening + alternatives(depth: depth - 1) + ")"
            closed.append(number)
            return text
        case 15, 16: return "(?:" + alternatives(depth: depth - 1) + ")"
        case 17: return "(?" + pick(Self.flagSets) + ":" + alternatives(depth: depth - 1) + ")"
        case 18: return "(?>" + alternatives(depth: depth - 1) + ")"
        case 19: return pick(["(?=", "(?!"]) + alternatives(depth: depth - 1) + ")"
        case 20, 21: return pick(["(?<=", "(?<!"]) + behind(depth: depth - 1) + ")"
        case 22:
            let group = chance(10) ? groups + 1 : max(1, groups)
            return "(?(\(group))" + sequence(depth: depth - 1) + (chance(2) ? "|" + sequence(depth: depth - 1) : "")
                + ")"
        default: return "(?#x)"
        }
    }

    /// Something that is likely of fixed width.
    private mutating func behind(depth: Int) -> String {
        if chance(4) { return alternatives(depth: depth) }
        return (0..<below(3)).map { _ in
            switch below(8) {
            case 0: "."
            case 1: set()
            case 2: pick(["\\b", "^", "$", "\\B", "(?=a)", "(?:)*"])
            case 3: literal() + pick(["{2}", "{1}", "{0}", "{2}+", "{2}?"])
            case 4: "(?:" + literal() + "|" + literal() + ")"
            case 5: reference()
            default: literal()
            }
        }.joined()
    }

    private mutating func reference() -> String {
        guard let group = closed.isEmpty ? nil : pick(closed) else { return literal() }
        return chance(20) ? "\\\(group + 1)" : "\\\(group)"
    }

    private mutating func literal() -> String {
        chance(3) ? Self.escaped(pick(Self.strange)) : pick(Self.plain)
    }

    private static func escaped(_ text: String) -> String {
        text == "." || text == "#" || text == " " ? "\\" + text : text
    }

    private static let escapes = [
        "\\n", "\\t", "\\x41", "\\u017f", "\\U00010400", "\\0", "\\012", "\\101", "\\.", "\\-", "\\ud800",
        "\\N{KELVIN SIGN}",
        "\\é", "\\ ", "\\/", "\\N{em dash}", "\\a", "\\377",
    ]

    private mutating func set() -> String {
        var text = chance(4) ? "[^" : "["
        if chance(10) { text += "]" }
        for _ in 0...below(3) {
            switch below(7) {
            case 0: text += pick(["\\d", "\\w", "\\s", "\\D", "\\W", "\\S"])
            case 1:
                text += pick([
                    "a-c", "A-Z", "0-9", "\\x00-\\x7f", "i-k", "\\u0100-\\u0200", "\\U00010000-\\U0010ffff",
                    "é-\u{131}", "\\ud800-\\udfff", "α-ω",
                ])
            case 2: text += pick(["-", "^", "\\b", "\\]", "[", "&&", "||", "\\-", "[:alpha:]", "\\ud801", "\\n"])
            case 3, 4: text += pick(Self.strange)
            default: text += pick(Self.plain)
            }
        }
        return text + "]"
    }

    /// Texts to try a pattern on: at random, and from its own characters.
    mutating func texts(for pattern: String) -> [String] {
        var own = pattern.unicodeScalars.map(String.init).filter { !"()[]{}*+?|\\^$<>=!:#".contains($0) }
        own += ["a", "b", "1"]
        return (0..<6).map { index in
            let count = index == 0 ? below(2) : below(8)
            return (0..<count).map { _ in chance(2) ? pick(own) : chance(3) ? pick(Self.strange) : pick(Self.plain) }
                .joined()
        }
    }

    private static let words = [
        "ec2", "pool", "dyn", "ec", "Pool", "kiosk", "a", "-", "com", "example", "é", "compute",
    ]

    /// A pattern as administrators write them, of few words so that many share them.
    mutating func adminPattern() -> String {
        var text = chance(5) ? "(?i)" : ""
        for _ in 0...below(4) {
            switch below(9) {
            case 0...3: text += pick(Self.words)
            case 4: text += pick([#"\."#, "-", "."])
            case 5: text += pick([".*", ".+", ".*?", "(.*)", "(?s:.*)", "."])
            case 6: text += pick([#"\d*"#, #"\d+"#, "[a-z]+", "[ab]", "[0-9]{2}", "x?", "(?:ab){2}", "(?=p)"])
            case 7: text += "(" + pick(Self.words) + "|" + pick(Self.words) + pick(["", ".*", "|"]) + ")"
            default: text += pick(["$", "^", #"\b"#, #"\Z"#, "(?!x)"])
            }
        }
        return text
    }

    /// A text of the words of ``adminPattern()``.
    mutating func adminText() -> String {
        (0...below(6)).map { _ in
            chance(3) ? pick([".", "-", "7", "42", "x", "\n", "K", "\u{212A}", "é", "ab"]) : pick(Self.words)
        }.joined()
    }
}

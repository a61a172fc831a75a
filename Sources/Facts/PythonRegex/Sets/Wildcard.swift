/// A pattern of literal text, `.`, `.*` and `.+` alone, decided without PCRE2.
struct Wildcard: Equatable {
    /// What it is made of: bytes of literal text, or one of the two marks below.
    private(set) var elements: [UInt16] = []
    /// Whether a newline can stand where the pattern has a `.`.
    private(set) var dotsMatchNewline = true
    private(set) var hasDots = false
    private(set) var hasSingleDots = false

    /// One character.
    static let one: UInt16 = 0x100
    /// Any number of characters.
    static let many: UInt16 = 0x101

    /// Makes the wildcard of a pattern; nil if it has anything else.
    init?(_ pattern: ParsedPattern, matching whole: Bool) {
        guard append(pattern.nodes, pattern.flags), elements.count <= 1024 else { return nil }
        if !whole { elements.append(Self.many) }
    }

    private mutating func append(_ nodes: [PatternNode], _ flags: PatternFlags) -> Bool {
        for node in nodes {
            switch node {
            case .literal(let value):
                guard let scalar = Unicode.Scalar(value),
                    !flags.contains(.ignoreCase) || PythonCase.matching(value).count == 1
                else { return false }
                elements += String(scalar).utf8.map(UInt16.init)
            case .any: appendDot(Self.one, flags)
            case .repeated(let minimum, PatternNode.unbounded, let greed, let nodes):
                guard minimum <= 1, greed != .possessive, nodes.count == 1, case .any = nodes[0] else { return false }
                if minimum == 1 { appendDot(Self.one, flags) }
                appendDot(Self.many, flags)
            case .group(_, let adding, let removing, let nodes):
                guard append(nodes, flags.inside(adding: adding, removing: removing)) else { return false }
            default: return false
            }
        }
        return true
    }

    private mutating func appendDot(_ dot: UInt16, _ flags: PatternFlags) {
        elements.append(dot)
        hasDots = true
        if dot == Self.one { hasSingleDots = true }
        if !flags.contains(.dotAll) { dotsMatchNewline = false }
    }

    /// Whether a text with these traits can be decided here.
    func decides(_ traits: TextTraits) -> Bool {
        !(hasSingleDots && !traits.isASCII) && (dotsMatchNewline || !traits.hasNewline)
    }

    /// Whether the whole text matches.
    ///
    /// - Complexity: At most the product of both lengths; nothing is allocated.
    static func matches(_ elements: Span<UInt16>, _ text: Span<UInt8>) -> Bool {
        var element = 0
        var byte = 0
        var lastMany = -1
        var lastByte = 0
        while byte < text.count {
            if element < elements.count, elements[element] == many {
                lastMany = element
                lastByte = byte
                element += 1
            } else if element < elements.count, elements[element] == one || elements[element] == UInt16(text[byte]) {
                element += 1
                byte += 1
            } else if lastMany >= 0 {
                lastByte += 1
                element = lastMany + 1
                byte = lastByte
            } else {
                return false
            }
        }
        while element < elements.count, elements[element] == many { element += 1 }
        return element == elements.count
    }
}

/// What has to be known of a text before wildcards can be tried on it.
struct TextTraits: Equatable {
    var isASCII: Bool
    var hasNewline: Bool
}

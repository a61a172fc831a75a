/// Counts how often each window of bytes stands in the literals of a list.
struct WindowCensus {
    /// Up to four bytes, in lower case.
    struct Window: Hashable {
        var bytes: UInt32
        var length: Int
    }

    /// A window of a literal.
    struct Choice {
        var window: Window
        /// Where it begins in the literal.
        var offset: Int
        /// How often it is expected to lead to a pattern in vain: less is better.
        var cost: Int
    }

    private var counts: [Window: Int] = [:]
    private var literals: [[UInt8]: Int] = [:]

    /// Counts a literal, and its windows.
    mutating func count(_ literal: [UInt8]) {
        literals[literal, default: 0] += 1
        Self.forEachWindow(of: literal) { window, _ in counts[window, default: 0] += 1 }
    }

    /// The rarest window of a literal that is not empty.
    func choice(for literal: [UInt8]) -> Choice {
        var best: Choice?
        // Each pattern with this very literal has to be tried where it stands.
        let shared = 16 * literals[literal, default: 0]
        // Short windows stand in many texts.
        let weight = literal.count >= 4 ? 1 : literal.count >= 2 ? 16 : 64
        Self.forEachWindow(of: literal) { window, offset in
            let cost = shared + weight * counts[window, default: 0]
            if cost < best?.cost ?? .max { best = Choice(window: window, offset: offset, cost: cost) }
        }
        return best ?? Choice(window: Window(bytes: 0, length: 1), offset: 0, cost: .max)
    }

    private static func forEachWindow(of literal: [UInt8], _ body: (Window, Int) -> Void) {
        let length = literal.count >= 4 ? 4 : literal.count >= 2 ? 2 : literal.count
        guard length > 0 else { return }
        let mask: UInt32 = length == 4 ? .max : (1 << UInt32(8 * length)) - 1
        var recent: UInt32 = 0
        for (index, byte) in literal.enumerated() {
            recent = recent << 8 | UInt32(RequiredText.folded(byte))
            if index + 1 >= length { body(Window(bytes: recent & mask, length: length), index + 1 - length) }
        }
    }
}

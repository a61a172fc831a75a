/// Finds which literals may stand in a text by a few of their bytes, the window: one look-up for each byte of the text.
///
/// A filter of bits, small enough for the processor's cache, answers "none" for nearly every window of a text; behind it
/// stands a hash table of the windows.
struct WindowTable {
    /// How many bytes a window has: 1, 2 or 4.
    let length: Int
    private let mask: UInt32
    private let shift: UInt32
    private let filterShift: UInt32
    private var filter: [UInt64]
    private var slots: [Slot]

    /// Where the entries of a window stand; a slot with none is empty.
    private struct Slot {
        var window: UInt32 = 0
        var first: Int32 = 0
        var count: Int32 = 0
    }

    /// Hashes windows of so many bytes.
    ///
    /// - Parameter windows: Each window once, with where its entries stand.
    init(length: Int, windows: [(window: UInt32, entries: Range<Int>)]) {
        self.length = length
        mask = length == 4 ? .max : (1 << UInt32(8 * length)) - 1
        var bits: UInt32 = 3
        while 1 << bits < windows.count * 2 { bits += 1 }
        shift = 32 - bits
        filterShift = 32 - min(bits + 4, 24)
        slots = [Slot](repeating: Slot(), count: 1 << Int(bits))
        filter = [UInt64](repeating: 0, count: max(1, (1 << Int(32 - filterShift)) / 64))
        for (window, entries) in windows {
            let bit = Int(Self.hash(window) >> filterShift)
            filter[bit >> 6] |= 1 << UInt64(bit & 63)
            var slot = Int(Self.hash(window) >> shift)
            while slots[slot].count > 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Slot(window: window, first: Int32(entries.lowerBound), count: Int32(entries.count))
        }
    }

    /// Calls `body` for each window of the text that has entries: where it begins, and where they stand.
    @inline(__always)
    func search(_ text: Span<UInt8>, _ body: (_ start: Int, _ entries: Range<Int>) -> Void) {
        guard text.count >= length else { return }
        let filter = filter.span
        var recent: UInt32 = 0
        for index in 0..<(length - 1) { recent = recent << 8 | UInt32(RequiredText.folded(text[index])) }
        for end in (length - 1)..<text.count {
            recent = recent << 8 | UInt32(RequiredText.folded(text[end]))
            let window = recent & mask
            let bit = Int(Self.hash(window) >> filterShift)
            guard filter[bit >> 6] & (1 << UInt64(bit & 63)) != 0 else { continue }
            let found = entries(of: window)
            if !found.isEmpty { body(end + 1 - length, found) }
        }
    }

    /// Where the entries of a window stand.
    private func entries(of window: UInt32) -> Range<Int> {
        var slot = Int(Self.hash(window) >> shift)
        while slots[slot].count > 0 {
            if slots[slot].window == window {
                return Int(slots[slot].first)..<Int(slots[slot].first + slots[slot].count)
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        return 0..<0
    }

    @inline(__always)
    private static func hash(_ window: UInt32) -> UInt32 { (window ^ (window >> 15)) &* 0x9E37_79B1 }
}

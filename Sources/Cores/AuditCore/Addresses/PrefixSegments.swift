/// Prefixes of one family as sorted, disjoint segments that together cover every address.
///
/// The segment of an address is found by binary search, for large tables within the few segments that share its upper
/// 16 bits.
struct PrefixSegments<Bits: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
    /// A prefix on its way into the segments.
    struct Entry: Sendable {
        /// The first address of the prefix.
        var first: Bits
        /// The caller's number, from 1.
        var number: UInt32
        /// The prefix's length.
        var length: UInt8

        /// The last address of the prefix.
        var last: Bits { length == 0 ? .max : first | (Bits.max >> Bits(length) as Bits) }
    }

    /// Where each segment starts; it ends before the next.
    private var starts: [Bits] = []
    private var numbers: [UInt32] = []
    private var lengths: [UInt8] = []
    /// For each value of the upper 16 bits, how many segments start below it; empty for small tables.
    private var below: [UInt32] = []
    private static var shift: Int { Bits.bitWidth - 16 }

    /// Makes the segments; `entries` are sorted in place.
    ///
    /// - Complexity: n log n for n entries; linear if they come sorted. At most 2n segments.
    init(_ entries: inout [Entry], precedence: PrefixTable.Precedence) {
        guard !entries.isEmpty else { return }
        entries.sort {
            ($0.first, $0.length, $0.number) < ($1.first, $1.length, $1.number)
        }
        starts.reserveCapacity(2 * entries.count)  // an upper bound: untouched pages cost nothing
        numbers.reserveCapacity(2 * entries.count)
        lengths.reserveCapacity(2 * entries.count)
        // Prefixes nest or are disjoint: those around the current address are a stack.
        var open: [(last: Bits, prefix: Entry, cover: SegmentCover)] = []
        func cover() -> SegmentCover { open.last?.cover ?? .nothing }
        for entry in entries {
            while let last = open.last?.last, last < entry.first {
                open.removeLast()
                startSegment(at: last + 1, cover())
            }
            var own = SegmentCover(number: entry.number, length: entry.length)
            if let outer = open.last {
                if outer.prefix.first == entry.first, outer.prefix.length == entry.length { continue }
                if precedence == .first, outer.cover.number < own.number { own = outer.cover }
            }
            startSegment(at: entry.first, own)
            open.append((entry.last, entry, own))
        }
        while let last = open.popLast()?.last, last < .max { startSegment(at: last + 1, cover()) }
        if starts.count > 256 { indexUpperBits() }
    }

    /// What covers the address.
    ///
    /// - Complexity: Logarithmic in the number of segments that share the address's upper 16 bits; no allocation.
    func cover(of address: Bits) -> SegmentCover {
        var low = 0
        var high = starts.count
        if !below.isEmpty {
            let upper = Int(truncatingIfNeeded: address >> Bits(Self.shift) as Bits)
            low = Int(below[upper])
            high = Int(below[upper + 1])
        }
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= address { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? .nothing : SegmentCover(number: numbers[low - 1], length: lengths[low - 1])
    }

    /// Starts a segment, replacing one that would be empty and joining one with the same cover.
    private mutating func startSegment(at start: Bits, _ cover: SegmentCover) {
        if starts.last == start {
            starts.removeLast()
            numbers.removeLast()
            lengths.removeLast()
        }
        guard (numbers.last ?? 0) != cover.number else { return }
        starts.append(start)
        numbers.append(cover.number)
        lengths.append(cover.length)
    }

    private mutating func indexUpperBits() {
        below = Array(repeating: 0, count: (1 << 16) + 1)
        for start in starts { below[Int(truncatingIfNeeded: start >> Bits(Self.shift) as Bits) + 1] += 1 }
        for upper in 1..<below.count { below[upper] += below[upper - 1] }
    }
}

/// What covers a segment: an entry, or nothing.
struct SegmentCover: Equatable {
    /// The entry's number; 0 if none covers the segment.
    var number: UInt32
    /// The length of the entry's prefix.
    var length: UInt8

    static let nothing = SegmentCover(number: 0, length: 0)
}

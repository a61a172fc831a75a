/// A set of code points as sorted, disjoint, not adjoining ranges.
struct ScalarRanges: Equatable {
    private(set) var ranges: [ClosedRange<UInt32>] = []

    static let all = ScalarRanges([0...0x10FFFF])
    /// Code points no text contains.
    static let surrogates = ScalarRanges([0xD800...0xDFFF])

    init(_ ranges: [ClosedRange<UInt32>] = []) {
        guard ranges.count > 1 else {
            self.ranges = ranges
            return
        }
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = self.ranges.last, range.lowerBound <= last.upperBound + 1 {
                self.ranges[self.ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                self.ranges.append(range)
            }
        }
    }

    var isEmpty: Bool { ranges.isEmpty }

    /// How many code points there are.
    var count: Int { ranges.reduce(0) { $0 + $1.count } }

    func contains(_ value: UInt32) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(value)
    }

    func union(_ other: ScalarRanges) -> ScalarRanges { ScalarRanges(ranges + other.ranges) }

    func subtracting(_ other: ScalarRanges) -> ScalarRanges {
        var left: [ClosedRange<UInt32>] = []
        var others = other.ranges[...]
        for range in ranges {
            var start = range.lowerBound
            while let first = others.first, first.upperBound < start { others.removeFirst() }
            var remaining = others
            while start <= range.upperBound, let first = remaining.first, first.lowerBound <= range.upperBound {
                if first.lowerBound > start { left.append(start...(first.lowerBound - 1)) }
                start = max(start, first.upperBound + 1)
                remaining.removeFirst()
            }
            if start <= range.upperBound { left.append(start...range.upperBound) }
        }
        return ScalarRanges(left)
    }
}

/// Addresses of both families as sorted ranges that neither touch nor overlap.
struct AddressRanges: Equatable {
    private var v4: [ClosedRange<UInt128>]
    private var v6: [ClosedRange<UInt128>]

    /// - Complexity: n log n.
    init(_ prefixes: [IPPrefix]) {
        func merged(_ family: IPAddress.Family) -> [ClosedRange<UInt128>] {
            var ranges: [ClosedRange<UInt128>] = []
            let all = prefixes.filter { $0.address.family == family }.map { $0.address.bits...$0.lastBits }
            for range in all.sorted(by: { $0.lowerBound < $1.lowerBound }) {
                if let last = ranges.last, last.upperBound == .max || range.lowerBound <= last.upperBound + 1 {
                    ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
                } else {
                    ranges.append(range)
                }
            }
            return ranges
        }
        (v4, v6) = (merged(.v4), merged(.v6))
    }

    /// How many addresses are in these and not in the others.
    func count(without other: AddressRanges) -> Double {
        Self.count(v4, without: other.v4) + Self.count(v6, without: other.v6)
    }

    private static func count(_ ranges: [ClosedRange<UInt128>], without others: [ClosedRange<UInt128>]) -> Double {
        var count = 0.0
        var next = 0
        for range in ranges {
            count += size(range)
            while next < others.count, others[next].upperBound < range.lowerBound { next += 1 }
            var index = next
            while index < others.count, others[index].lowerBound <= range.upperBound {
                count -= size(others[index].clamped(to: range))
                index += 1
            }
        }
        return count
    }

    private static func size(_ range: ClosedRange<UInt128>) -> Double {
        Double(range.upperBound - range.lowerBound) + 1
    }
}

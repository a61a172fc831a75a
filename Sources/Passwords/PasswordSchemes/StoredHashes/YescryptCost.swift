/// The parameters of yescrypt (`$y$`, `$gy$`) and scrypt (`$7$`) that decide what a check costs.
struct YescryptCost: Equatable {
    private(set) var logN: UInt32
    private(set) var blockSize: UInt32
    private(set) var parallelism: UInt32
    private(set) var time: UInt32 = 0
    /// Whether the lanes share one memory and its work, as yescrypt's own flavors do; in scrypt each does all of it.
    private(set) var lanesShare = false

    /// Bytes of memory times how often they are gone over; nil if that is beyond counting. At least the memory.
    var work: UInt64? {
        guard logN < 32, time < 1 << 16 else { return nil }
        let blocks = (UInt64(1) << UInt64(logN)) * (UInt64(time) + 1)  // below 2^48
        let (memory, overflow) = blocks.multipliedReportingOverflow(by: 128 * UInt64(blockSize))
        // A further lane: S-boxes of 12 KB and a block of its own, or all of the memory.
        let lanes = UInt64(parallelism - 1).multipliedReportingOverflow(
            by: lanesShare ? 12_288 + 128 * UInt64(blockSize) : memory)
        if overflow || lanes.overflow { return nil }
        let (sum, sumOverflow) = memory.addingReportingOverflow(lanes.partialValue)
        return sumOverflow ? nil : sum
    }

    /// Reads the field after `$y$`: flavor, log2 N, r, and, if a mask says so, p, t (g and ROM are not used here).
    init?(yescrypt field: ArraySlice<UInt8>) {
        var rest = field
        guard let flavor = Self.number(&rest, minimum: 0), let logN = Self.number(&rest, minimum: 1),
            let blockSize = Self.number(&rest, minimum: 1)
        else { return nil }
        (self.logN, self.blockSize, parallelism) = (logN, blockSize, 1)
        lanesShare = flavor >= 2
        if !rest.isEmpty {
            guard let mask = Self.number(&rest, minimum: 1), mask < 4 else { return nil }
            if mask & 1 != 0 {
                guard let value = Self.number(&rest, minimum: 2) else { return nil }
                parallelism = value
            }
            if mask & 2 != 0 {
                guard let value = Self.number(&rest, minimum: 1) else { return nil }
                time = value
            }
            guard rest.isEmpty else { return nil }
        }
    }

    /// Reads the start of the field after `$7$`: one digit log2 N, five digits each r and p, the lowest first.
    init?(scrypt field: ArraySlice<UInt8>) {
        guard field.count >= 11 else { return nil }
        let digits = field.prefix(11).compactMap(TextDecoding.cryptDigit)
        guard digits.count == 11 else { return nil }
        logN = digits[0]
        blockSize = digits[1...5].reversed().reduce(0) { $0 << 6 | $1 }
        parallelism = digits[6...10].reversed().reduce(0) { $0 << 6 | $1 }
        guard logN > 0, blockSize > 0, parallelism > 0 else { return nil }
    }

    /// Takes a number of yescrypt's variable length off the front: the first digit tells how many follow, and each
    /// length starts where the shorter one ended.
    private static func number(_ text: inout ArraySlice<UInt8>, minimum: UInt32) -> UInt32? {
        guard let first = text.popFirst(), let digit = TextDecoding.cryptDigit(first) else { return nil }
        var result = minimum
        var (start, end, bits): (UInt32, UInt32, UInt32) = (0, 47, 0)
        while digit > end {
            result += (end + 1 - start) << bits
            start = end + 1
            end = start + (62 - end) / 2
            bits += 6
            guard bits <= 24 else { return nil }
        }
        result += (digit - start) << bits
        while bits > 0 {
            guard let next = text.popFirst(), let digit = TextDecoding.cryptDigit(next) else { return nil }
            bits -= 6
            result += digit << bits
        }
        return result
    }
}

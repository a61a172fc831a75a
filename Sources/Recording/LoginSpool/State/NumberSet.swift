/// A set of numbers that lie close together: a bit for each, in pieces of 4,096.
struct NumberSet: Sendable {
    private static let words = 64
    private var pieces: [UInt64: [UInt64]] = [:]

    /// Whether a number is in it.
    func contains(_ number: UInt64) -> Bool {
        guard let piece = pieces[number >> 12] else { return false }
        return piece[Int(number >> 6 & 63)] >> (number & 63) & 1 == 1
    }

    /// Adds a number.
    ///
    /// - Returns: Whether it is new.
    @discardableResult
    mutating func insert(_ number: UInt64) -> Bool {
        let bit = UInt64(1) << (number & 63)
        return pieces.withPiece(number >> 12, words: Self.words) { piece in
            defer { piece[Int(number >> 6 & 63)] |= bit }
            return piece[Int(number >> 6 & 63)] & bit == 0
        }
    }

    /// Forgets numbers below one, most of them.
    mutating func forget(below number: UInt64) {
        let first = number >> 12
        guard pieces.keys.contains(where: { $0 < first }) else { return }
        pieces = pieces.filter { $0.key >= first }
    }
}

extension [UInt64: [UInt64]] {
    fileprivate mutating func withPiece<Result>(
        _ key: UInt64, words: Int, _ body: (inout [UInt64]) -> Result
    ) -> Result {
        body(&self[key, default: Array<UInt64>(repeating: 0, count: words)])
    }
}

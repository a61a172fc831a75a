/// A set of small numbers that is read in ascending order and emptied as it is read.
///
/// Two levels of bits: what it costs to read depends on how many numbers were put in, and hardly on how large they are.
struct CandidateSet {
    private var words: [UInt64] = []
    /// A bit for each word that is not zero.
    private var summary: [UInt64] = []

    /// Makes room for numbers below `count`.
    mutating func reserve(_ count: Int) {
        let wanted = (count + 63) / 64
        guard words.count < wanted else { return }
        words += [UInt64](repeating: 0, count: wanted - words.count)
        summary += [UInt64](repeating: 0, count: (wanted + 63) / 64 - summary.count)
    }

    /// Puts a number in.
    mutating func insert(_ number: Int) {
        words[number >> 6] |= 1 << UInt64(number & 63)
        summary[number >> 12] |= 1 << UInt64((number >> 6) & 63)
    }

    /// Takes the smallest number out; nil if there is none. `hint` is where to look first: start with 0.
    mutating func popFirst(from hint: inout Int) -> Int? {
        while hint < summary.count {
            guard summary[hint] != 0 else {
                hint += 1
                continue
            }
            let word = hint << 6 + summary[hint].trailingZeroBitCount
            let number = word << 6 + words[word].trailingZeroBitCount
            words[word] &= words[word] - 1
            if words[word] == 0 { summary[hint] &= summary[hint] - 1 }
            return number
        }
        return nil
    }

    /// Takes all numbers out that are left.
    mutating func removeAll(from hint: Int) {
        var hint = hint
        while popFirst(from: &hint) != nil {}
    }
}

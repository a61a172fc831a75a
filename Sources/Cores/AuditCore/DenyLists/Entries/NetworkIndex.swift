/// Finds the first line of a list of networks that holds an address and has not ended.
struct NetworkIndex: Sendable {
    private let lasting: PrefixTable
    /// The networks that end; most lists have none.
    private let ending: EndingNetworks?

    init(lasting: consuming PrefixTable.Builder, ending: [EndingNetworks.Entry]) {
        self.lasting = PrefixTable(consume lasting, precedence: .first)
        self.ending = ending.isEmpty ? nil : EndingNetworks(ending)
    }

    /// The network that holds the address.
    ///
    /// - Complexity: A binary search, and another with a walk through nested networks if some end; no allocation.
    func match(_ address: IPAddress, at time: Timestamp) -> PrefixTable.Match? {
        let match = lasting.match(address)
        guard let ending, let other = ending.match(address, at: time) else { return match }
        return other.number < match?.number ?? .max ? other : match
    }
}

/// Networks that end. Those around an address are a chain from the narrowest to the widest.
struct EndingNetworks: Sendable {
    struct Entry: Sendable {
        var prefix: IPPrefix
        var line: Int
        var lastDay: Day
        /// The next wider network around this one, or an equal one of an earlier line.
        var outer: Int?
    }

    private let entries: [Entry]
    private let narrowest: PrefixTable

    init(_ entries: [Entry]) {
        let sorted = entries.sorted {
            let (one, other) = ($0.prefix, $1.prefix)
            if one.address.family != other.address.family { return one.address.family == .v4 }
            return (one.address.bits, one.length, $0.line) < (other.address.bits, other.length, $1.line)
        }
        var chained: [Entry] = []
        var open: [Int] = []
        for var entry in sorted {
            while let last = open.last, !chained[last].prefix.contains(entry.prefix.address) { open.removeLast() }
            // Of equal networks a later line counts only if it lasts longer.
            if let last = open.last, chained[last].prefix == entry.prefix, chained[last].lastDay >= entry.lastDay {
                continue
            }
            entry.outer = open.last
            open.append(chained.count)
            chained.append(entry)
        }
        var builder = PrefixTable.Builder(capacity: chained.count)
        for (index, entry) in chained.enumerated()
        where index + 1 == chained.count || chained[index + 1].prefix != entry.prefix {
            builder.add(entry.prefix, number: index + 1)
        }
        self.entries = chained
        narrowest = PrefixTable(consume builder, precedence: .longest)
    }

    /// The network of the first line that holds the address and has not ended.
    func match(_ address: IPAddress, at time: Timestamp) -> PrefixTable.Match? {
        var best: PrefixTable.Match?
        var next = narrowest.match(address).map { $0.number - 1 }
        while let index = next {
            let entry = entries[index]
            if !entry.lastDay.isOver(at: time), entry.line < best?.number ?? .max {
                best = PrefixTable.Match(number: entry.line, prefix: entry.prefix)
            }
            next = entry.outer
        }
        return best
    }
}

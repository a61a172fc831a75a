/// Which networks accounts logged in from with success, and when last; bounded for each account and in all.
///
/// A full account forgets its own network of longest ago, so nobody's networks push out another's as long as the whole
/// is not full. Then those of longest ago are forgotten, some at a time, in the part of the table that is full.
struct KnownNetworkTable: Sendable {
    /// A success, as it is kept; times are whole minutes since 1970.
    struct Record: Sendable, Hashable {
        var pair: KnownNetworks.Pair
        var minute: UInt32
    }

    private struct Network {
        var tag: UInt64
        var minute: UInt32
    }

    private struct Part {
        var accounts: [UInt64: [Network]] = [:]
        var count = 0
    }

    private var parts: [Part]
    private let partBound: Int
    private let accountBound: Int

    /// - Parameters:
    ///   - capacity: Pairs in all, at least one.
    ///   - perAccount: Networks of one account, at least one.
    init(capacity: Int, perAccount: Int) {
        let capacity = max(1, capacity)
        // Small parts, so that making room in one takes well below a millisecond.
        let number = max(1, min(64, capacity / 1024))
        parts = Array(repeating: Part(), count: number)
        partBound = (capacity + number - 1) / number
        accountBound = max(1, perAccount)
    }

    /// Pairs held.
    var count: Int { parts.reduce(0) { $0 + $1.count } }

    /// The last success of a pair; nil if it is not held.
    func minute(of pair: KnownNetworks.Pair) -> UInt32? {
        parts[part(of: pair)].accounts[pair.account]?.first { $0.tag == pair.network }?.minute
    }

    /// Takes a success down, if it tells anything: the pair is new, or its last success is `interval` minutes ago.
    mutating func note(_ record: Record, interval: UInt32) -> Bool {
        let pair = record.pair
        let isNews = Self.put(record, interval, bound: accountBound, in: &parts[part(of: pair)])
        if parts[part(of: pair)].count > partBound { Self.forgetOldest(in: &parts[part(of: pair)], partBound) }
        return isNews
    }

    /// Everything held, those of longest ago first.
    var records: [Record] {
        parts.flatMap { part in
            part.accounts.flatMap { account, networks in
                networks.map {
                    Record(pair: KnownNetworks.Pair(account: account, network: $0.tag), minute: $0.minute)
                }
            }
        }.sorted { $0.minute < $1.minute }
    }

    private func part(of pair: KnownNetworks.Pair) -> Int { Int(pair.account % UInt64(parts.count)) }

    private static func put(_ record: Record, _ interval: UInt32, bound: Int, in part: inout Part) -> Bool {
        let network = Network(tag: record.pair.network, minute: record.minute)
        var networks = part.accounts.removeValue(forKey: record.pair.account) ?? []
        defer { part.accounts[record.pair.account] = networks }
        if let index = networks.firstIndex(where: { $0.tag == network.tag }) {
            let last = networks[index].minute
            guard record.minute > last, record.minute - last >= interval else { return false }
            networks[index].minute = record.minute
        } else if networks.count < bound {
            networks.append(network)
            part.count += 1
        } else if let oldest = networks.indices.min(by: { networks[$0].minute < networks[$1].minute }) {
            networks[oldest] = network
        }
        return true
    }

    /// Makes room for a sixteenth of the bound.
    private static func forgetOldest(in part: inout Part, _ bound: Int) {
        let excess = part.count - bound + bound / 16
        let times = part.accounts.values.flatMap { $0.map(\.minute) }.sorted()
        let last = times[excess - 1]
        var ofLast = times[..<excess].count { $0 == last }
        for (account, networks) in part.accounts {
            let kept = networks.filter { network in
                if network.minute == last, ofLast > 0 {
                    ofLast -= 1
                    return false
                }
                return network.minute >= last
            }
            guard kept.count < networks.count else { continue }
            part.count -= networks.count - kept.count
            part.accounts[account] = kept.isEmpty ? nil : kept
        }
    }
}

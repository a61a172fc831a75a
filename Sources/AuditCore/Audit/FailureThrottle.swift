/// Decides which failed logins are written down, so that a flood of them fills no disk.
///
/// Each network (IPv4 /24, IPv6 /64; logins without an address are one) may have a burst of lines and then one at a
/// time, and so may all of them together. What is not written is counted in the next line that is. The table of
/// networks is bounded; networks that find no room in it share what one network may have.
public struct FailureThrottle: Sendable {
    /// How often something may happen.
    public struct Rate: Sendable {
        /// How often in a row, at least once.
        public var burst: Int
        /// After that, once in this time.
        public var interval: Duration
        /// Makes a rate.
        public init(burst: Int, interval: Duration) { (self.burst, self.interval) = (burst, interval) }
    }

    /// When a bucket of tokens that is emptied by one a line, and filled by one an interval, will be full again.
    private typealias Bucket = ContinuousClock.Instant

    private let perNetwork: Rate
    private let overall: Rate
    private let tableBound: Int
    private var networks: [IPPrefix?: Bucket] = [:]
    private var others: Bucket?
    private var all: Bucket?
    private var lastSweep: ContinuousClock.Instant?
    private var suppressed = 0

    /// Makes a throttle.
    ///
    /// - Parameters:
    ///   - perNetwork: What one network may have: 20 lines, then one in ten seconds, unless told otherwise.
    ///   - overall: What all may have together: 1000 lines, then ten a second.
    ///   - tableBound: How many networks are told apart at a time.
    public init(
        perNetwork: Rate = Rate(burst: 20, interval: .seconds(10)),
        overall: Rate = Rate(burst: 1000, interval: .milliseconds(100)), tableBound: Int = 4096
    ) {
        self.perNetwork = perNetwork
        self.overall = overall
        self.tableBound = tableBound
    }

    /// How many networks are remembered now.
    public var networkCount: Int { networks.count }

    /// Says whether a failure is written down.
    ///
    /// - Returns: How many were not since the last one that was; nil if this one is not either.
    /// - Complexity: Constant; at most once an interval, linear in the table's bound.
    public mutating func admit(_ address: IPAddress?, at now: ContinuousClock.Instant) -> Int? {
        let network = address.flatMap { IPPrefix($0, length: $0.family == .v4 ? 24 : 64) }
        let hasRoom = networks[network] != nil || makeRoom(at: now)
        guard let fromNetwork = Self.take(hasRoom ? networks[network] : others, perNetwork, at: now),
            let fromAll = Self.take(all, overall, at: now)
        else {
            suppressed += 1
            return nil
        }
        if hasRoom { networks[network] = fromNetwork } else { others = fromNetwork }
        all = fromAll
        defer { suppressed = 0 }
        return suppressed
    }

    /// The bucket with one token less; nil if it is empty.
    private static func take(_ bucket: Bucket?, _ rate: Rate, at now: ContinuousClock.Instant) -> Bucket? {
        let full = max(bucket ?? now, now)
        return full - now <= rate.interval * (rate.burst - 1) ? full + rate.interval : nil
    }

    /// Whether the table can hold one more; networks that have been quiet are forgotten for that.
    private mutating func makeRoom(at now: ContinuousClock.Instant) -> Bool {
        if networks.count < tableBound { return true }
        if let lastSweep, now - lastSweep < perNetwork.interval { return false }
        lastSweep = now
        networks = networks.filter { $0.value > now }
        return networks.count < tableBound
    }
}

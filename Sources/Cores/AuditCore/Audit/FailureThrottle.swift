internal import Locks

/// Decides which failed logins are written down, so that a flood of them fills no disk.
///
/// Each network (IPv4 /24, IPv6 /56 unless told otherwise; logins without an address are one) may have a burst of lines and then one at a
/// time, and so may all of them together. A network's first lines within a window are written whatever the others do: a
/// flood hides nobody. What is not written is counted in the next line that is. The table of networks is bounded; those
/// that find no room in it share a few places, each of which has what one network may have.
package struct FailureThrottle: Sendable {
    /// How often something may happen.
    package struct Rate: Sendable {
        /// How often in a row, at least once.
        package var burst: Int
        /// After that, once in this time.
        package var interval: Duration
        /// So many at once, then one in each interval.
        package init(burst: Int, interval: Duration) { (self.burst, self.interval) = (burst, interval) }
    }

    /// When a bucket of tokens that is emptied by one a line, and filled by one an interval, will be full again.
    private typealias Bucket = ContinuousClock.Instant

    /// What a network has had.
    private struct Allowance {
        var bucket: Bucket
        /// How many of the first lines of the window were written.
        var firstLines = 0
        var windowEnd: ContinuousClock.Instant
    }

    private let perNetwork: Rate
    private let overall: Rate
    private let tableBound: Int
    private let sharedPlaces: Int
    private let firstLines: Int
    private let window: Duration
    private let prefixLengths: (v4: Int, v6: Int)
    private var networks: [IPPrefix?: Allowance] = [:]
    private var shared: [Int: Allowance] = [:]
    private var all: Bucket?
    private var lastSweep: ContinuousClock.Instant?
    private var suppressed = 0

    /// Makes the service's throttle: a network may have 20 lines, then one in ten seconds, all together 1000, then ten a
    /// second; a network's first 10 lines in an hour are written in any case. 16,384 networks are told apart at a time,
    /// the others share 4,096 places.
    ///
    /// - Parameters:
    ///   - v4PrefixLength: How many leading bits of an IPv4 address name its network.
    ///   - v6PrefixLength: The same of an IPv6 address: what one site gets.
    package init(v4PrefixLength: Int = 24, v6PrefixLength: Int = 56) {
        self.init(
            perNetwork: Rate(burst: 20, interval: .seconds(10)),
            overall: Rate(burst: 1000, interval: .milliseconds(100)), tableBound: 16_384, sharedPlaces: 4096,
            firstLines: 10, v4PrefixLength: v4PrefixLength, v6PrefixLength: v6PrefixLength)
    }

    /// Lets lines through as long as no network, and all together, have more than these.
    ///
    /// - Parameters:
    ///   - perNetwork: What one network may have.
    ///   - overall: What all may have together, but for first lines.
    ///   - tableBound: How many networks are told apart at a time.
    ///   - sharedPlaces: How many places all other networks share.
    ///   - firstLines: How many lines of a network are written in a window whatever the others do.
    ///   - window: How long that is.
    ///   - v4PrefixLength: How many leading bits of an IPv4 address name its network.
    ///   - v6PrefixLength: The same of an IPv6 address.
    package init(
        perNetwork: Rate, overall: Rate, tableBound: Int, sharedPlaces: Int = 1, firstLines: Int = 0,
        window: Duration = .seconds(3600), v4PrefixLength: Int = 24, v6PrefixLength: Int = 56
    ) {
        prefixLengths = (v4PrefixLength, v6PrefixLength)
        self.perNetwork = perNetwork
        self.overall = overall
        self.tableBound = tableBound
        self.sharedPlaces = sharedPlaces
        self.firstLines = firstLines
        self.window = window
    }

    /// How many networks are remembered now.
    package var networkCount: Int { networks.count }

    /// Says whether a failure is written down.
    ///
    /// - Returns: How many were not since the last one that was; nil if this one is not either.
    /// - Complexity: Constant; at most once an interval, linear in the table's bound.
    package mutating func admit(_ address: IPAddress?, at now: ContinuousClock.Instant) -> Int? {
        let network = address.flatMap { IPPrefix($0, length: $0.family == .v4 ? prefixLengths.v4 : prefixLengths.v6) }
        let place = networks[network] != nil || makeRoom(at: now) ? nil : Self.place(of: network, among: sharedPlaces)
        var allowance =
            (place.map { shared[$0] } ?? networks[network]) ?? Allowance(bucket: now, windowEnd: now)
        if allowance.windowEnd <= now { (allowance.firstLines, allowance.windowEnd) = (0, now + window) }
        let ofNetwork = Self.take(allowance.bucket, perNetwork, at: now)
        let ofAll = Self.take(all, overall, at: now)
        let isFirst = allowance.firstLines < firstLines
        guard isFirst || (ofNetwork != nil && ofAll != nil) else {
            suppressed += 1
            return nil
        }
        if isFirst { allowance.firstLines += 1 }
        allowance.bucket = ofNetwork ?? allowance.bucket
        all = ofAll ?? all
        if let place { shared[place] = allowance } else { networks[network] = allowance }
        defer { suppressed = 0 }
        return suppressed
    }

    /// The bucket with one token less; nil if it is empty.
    private static func take(_ bucket: Bucket?, _ rate: Rate, at now: ContinuousClock.Instant) -> Bucket? {
        let rest = (bucket ?? now) - now
        let rate = Locks.Rate(burst: rate.burst, spacing: rate.interval)
        return rate.wait(untilFull: rest) == .zero ? now + rate.taking(untilFull: rest) : nil
    }

    /// Which place a network shares; nobody can tell in advance with whom.
    private static func place(of network: IPPrefix?, among places: Int) -> Int {
        var hasher = Hasher()
        hasher.combine(network)
        return Int(UInt(bitPattern: hasher.finalize()) % UInt(places))
    }

    /// Whether the table can hold one more; networks that have been quiet are forgotten for that.
    private mutating func makeRoom(at now: ContinuousClock.Instant) -> Bool {
        if networks.count < tableBound { return true }
        if let lastSweep, now - lastSweep < perNetwork.interval { return false }
        lastSweep = now
        // A window without first lines is nothing to remember.
        networks = networks.filter { $0.value.bucket > now || (firstLines > 0 && $0.value.windowEnd > now) }
        return networks.count < tableBound
    }
}

/// One login of a fleet's day.
public struct FleetLogin: Sendable {
    /// Seconds since the day began.
    public var time: Double
    /// The server that is asked.
    public var node: Int
    /// Whose login it is.
    public var account: Int
    /// With which of the account's passwords.
    public var device: Int
    /// Where it comes from.
    public var address: Int
    /// The network that the address belongs to.
    public var network: Int
    /// Whether the password is wrong; no two wrong ones are the same.
    public var isGuess: Bool
}

/// Numbers from a seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mixed(state)
    }
    /// A number that follows from another, and shows nothing of it.
    static func mixed(_ number: UInt64) -> UInt64 {
        var z = number
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// The logins of a day, in their order: the same for the same seed.
///
/// Accounts log in at random, in the busiest hour three times as often as on average. Everybody has a home; some networks are many
/// people's, and many are few people's.
public struct Population: Sequence, IteratorProtocol {
    private let settings: FleetSettings
    private var random: Seeded
    private var minute = -1
    private var left = 0
    private var inMinute = 0
    /// What is left over of a minute's logins, which are a whole number.
    private var rest = 0.0

    /// The day of this seed.
    public init(_ settings: FleetSettings, seed: UInt64) {
        (self.settings, random) = (settings, Seeded(seed))
    }

    /// The next login; nil when the day is over.
    public mutating func next() -> FleetLogin? {
        while left == 0 {
            minute += 1
            guard minute < 1440 else { return nil }
            rest += Double(settings.accounts) * settings.loginsADay / 1440 * Self.load(minute)
            inMinute = Int(rest)
            rest -= Double(inMinute)
            left = inMinute
        }
        left -= 1
        let account = Int.random(in: 0..<settings.accounts, using: &random)
        let isAway = Double.random(in: 0..<1, using: &random) < settings.away
        // Addresses away come after those at home, which are the accounts' own.
        let address = isAway ? settings.accounts + Int.random(in: 0..<settings.addressesAway, using: &random) : account
        return FleetLogin(
            time: 60 * (Double(minute) + Double(inMinute - left) / Double(inMinute + 1)),
            node: settings.isByAccount
                ? account % settings.nodes : Int.random(in: 0..<settings.nodes, using: &random),
            account: account, device: Int.random(in: 0..<settings.devices, using: &random), address: address,
            network: network(of: address), isGuess: Double.random(in: 0..<1, using: &random) < settings.guesses)
    }

    /// The network of an address: half of all addresses are in an eighth of the networks.
    private func network(of address: Int) -> Int {
        let part = Double(Seeded.mixed(UInt64(address) &+ 0x51_7C_C1_B7) >> 11) / Double(1 << 53)
        return Int(part * part * part * Double(settings.networks))
    }

    /// How busy a minute is: three times the mean at noon.
    private static func load(_ minute: Int) -> Double {
        // A bell of nothing but products, so that it is the same everywhere; its mean is 0.29954.
        let x = (Double(minute) / 1440 - 0.5) * 2
        let square = (1 - x * x) * (1 - x * x)
        return 0.1447 + 2.8553 * square * square * square * square
    }
}

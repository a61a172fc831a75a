/// What a fleet and its users are like. Defaults are those of the service, and of docs/scale.md.
public struct FleetSettings: Sendable {
    /// How many nodes there are.
    public var nodes = 100
    /// How many accounts.
    public var accounts = 10_000_000
    /// Devices of an account, each with a password of its own.
    public var devices = 2
    /// Logins of an account in a day, all devices together.
    public var loginsADay = 100.0
    /// Which part of the logins is with a wrong password.
    public var guesses = 0.01
    /// Which part of the logins comes from somewhere else than home.
    public var away = 0.2
    /// Networks, as registries know them, that clients come from.
    public var networks = 100_000
    /// Addresses that clients away from home come from.
    public var addressesAway = 1_000_000
    /// Whether an account's logins come to the same node, as long as that is there.
    public var isByAccount = false

    /// Whether all nodes together ask a registry no more often than it is asked to be (`shared.registries`).
    public var hasTokens = true

    /// How long a right password is remembered (`auth.verify_cache_ttl`), in seconds.
    public var verifyLife = 3600.0
    /// How many are, a node.
    public var verifyCapacity = 32_768
    /// How many networks of accounts are known, a node.
    public var knownCapacity = 262_144
    /// For how long uses of one password, service and address are one row, in seconds.
    public var bucket = 60.0
    /// How long a use that is not a bucket's first waits for another, in seconds.
    public var quiet = 5.0
    /// How long an answer of a registry is fresh (`audit.cache_ttl`), in seconds.
    public var freshFor = 86_400.0
    /// How long a node keeps what it has read in Redis, in seconds.
    public var copyLife = 3600.0
    /// How long names hold, or that there is none, in seconds.
    public var nameLife = 3600.0
    /// Networks that fit into a node's memory.
    public var networksHeld = 20_000
    /// Addresses whose names do.
    public var namesHeld = 24_000

    /// As above.
    public init() {}

    /// The same world, so many times smaller: as many nodes, and less of everything that grows with accounts. What comes of it
    /// is then so many times less, too.
    public func shrunken(by factor: Int) -> FleetSettings {
        var small = self
        for path in [
            \FleetSettings.accounts, \.networks, \.addressesAway, \.verifyCapacity, \.knownCapacity, \.networksHeld,
            \.namesHeld,
        ] { small[keyPath: path] = max(1, self[keyPath: path] / factor) }
        return small
    }
}

/// What one thing costs. What is asked was counted at real servers; times and bytes are those of docs/scale.md.
enum FleetCosts {
    /// Commands that Redis runs for a password that was hashed and right: the two scripts, a `GETRANGE` in the first and a `SET` in the second.
    static let hashed = 4
    /// … and was wrong: the first script and its `GETRANGE`.
    static let guessed = 2
    /// Keys that are read in Redis, in one round trip each, for the network of an IPv4 address and for who announces it: those
    /// that may hold it, and those of the old program (`INFO commandstats` of FleetModelTests).
    static let networkRead = 70
    /// What is written when a registry and Team Cymru have answered.
    static let networkWritten = 6
    /// The script that takes the token for that, and a `SET` in it.
    static let tokenTaken = 2
    /// Keys that are read, and written when DNS has answered, for the names of an address.
    static let namesRead = 1
    static let namesWritten = 1

    /// Processor time in seconds: a known login, a SHA-512-crypt hash and a query (docs/scale.md); a command in Redis, which is taken
    /// for that and was not measured.
    static let login = 200e-6
    static let hash = 2e-3
    static let query = 100e-6
    static let command = 3e-6

    /// Bytes in memory: a service without anything, and of each entry of its tables (docs/scale.md; the rest is reckoned).
    static let base = 30e6
    static let verified = 40.0
    static let account = 300.0
    static let known = 40.0
    static let network = 1200.0
    static let name = 350.0
    static let bucket = 250.0
}

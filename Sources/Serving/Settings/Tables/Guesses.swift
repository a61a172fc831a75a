extension Settings {
    /// `[auth.guesses]`: how many distinct wrong passwords are checked; 0 switches a limit off.
    package struct Guesses: Sendable, Equatable {
        /// The sliding window that the limits count over; 10 min.
        package var window = Duration.seconds(600)
        /// From one network, for all accounts together; 100.
        package var perNetwork = 100
        /// For one account, from all networks together; 100.
        package var perAccount = 100
        /// From one network for one account, when one of the two above is reached; 5.
        package var perAccountAndNetwork = 5
        /// For one account from a network that it is known from; 1000.
        package var perKnownNetwork = 1000
        /// How long a network is known to an account after a login; 14 d.
        package var knownFor = Duration.seconds(14 * 86_400)
        /// How many pairs of account and network are known at most; 262,144.
        package var knownNetworks = 262_144
        /// How many networks of one account; 32.
        package var knownNetworksPerAccount = 32
        /// Leading bits of an IPv4 address that name its network; 24.
        package var v4PrefixLength = 24
        /// Leading bits of an IPv6 address that name its network; 56.
        package var v6PrefixLength = 56

        /// The defaults.
        package init() {}

        init(reading table: TableReader) {
            let numbers = 0...1_000_000
            window = table.duration("window", default: window, atLeast: .seconds(1), atMost: .seconds(86_400))
            perNetwork = table.integer("per_network", default: perNetwork, in: numbers)
            perAccount = table.integer("per_account", default: perAccount, in: numbers)
            perAccountAndNetwork = table.integer(
                "per_account_and_network", default: perAccountAndNetwork, in: 1...1_000_000)
            perKnownNetwork = table.integer("per_known_network", default: perKnownNetwork, in: numbers)
            knownFor = table.duration("known_for", default: knownFor, atLeast: .seconds(60))
            knownNetworks = table.integer("known_networks", default: knownNetworks, in: 1024...16_777_216)
            knownNetworksPerAccount = table.integer(
                "known_networks_per_account", default: knownNetworksPerAccount, in: 1...1024)
            v4PrefixLength = table.integer("ipv4_prefix", default: v4PrefixLength, in: 8...32)
            v6PrefixLength = table.integer("ipv6_prefix", default: v6PrefixLength, in: 16...128)
            table.finish()
        }
    }
}

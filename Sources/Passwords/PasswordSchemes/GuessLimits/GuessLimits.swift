/// How many distinct wrong passwords are hashed before further ones are refused unhashed.
///
/// The defaults let through what people and misconfigured clients do. Zero switches a limit off, but for
/// ``perAccountAndNetwork``. What is refused may be right: it is answered as temporary trouble, never as wrong.
package struct GuessLimits: Sendable, Equatable {
    /// What the limits count over: a sliding window.
    package var window: Duration = .seconds(600)
    /// Distinct wrong passwords from one network, for all accounts together. Above it the network is not closed: for each
    /// account it has ``perAccountAndNetwork``.
    package var perNetwork = 100
    /// Distinct wrong passwords for one account, from all networks together. Above it the account is not closed: for it
    /// each network has ``perAccountAndNetwork``. Also what one account has from where there is no network.
    package var perAccount = 100
    /// Distinct wrong passwords that one network has for one account whatever others do; at least one.
    package var perAccountAndNetwork = 5
    /// Distinct wrong passwords for one account from a network where it is known, in place of the three above.
    package var perKnownNetwork = 1000
    /// How long a network is known to an account after a login with success.
    package var knownFor: Duration = .seconds(14 * 86_400)
    /// How many pairs of account and network are known at most; then those whose last success is longest ago are
    /// forgotten. About 40 bytes each in memory, 20 to 40 in the file.
    package var knownNetworks = 262_144
    /// How many networks of one account are known at most; then the one whose last success is longest ago is forgotten.
    package var knownNetworksPerAccount = 32
    /// How many leading bits of an IPv4 address name its network.
    package var v4PrefixLength = 24
    /// How many leading bits of an IPv6 address name its network: what one site gets.
    package var v6PrefixLength = 56
    /// Entries of each table of counts; when one is full the oldest are forgotten, which only lets more through.
    package var capacity = 65_536

    /// The defaults.
    package init() {}
}

/// Which limit refused a guess; named as its setting is.
package enum GuessLimit: String, Sendable, Hashable, CaseIterable {
    /// ``GuessLimits/perNetwork``, then ``GuessLimits/perAccountAndNetwork``.
    case network = "per_network"
    /// ``GuessLimits/perAccount``, then ``GuessLimits/perAccountAndNetwork``.
    case account = "per_account"
    /// ``GuessLimits/perKnownNetwork``.
    case knownNetwork = "per_known_network"
}

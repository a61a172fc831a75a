/// How many distinct wrong passwords are hashed before further ones are refused unhashed.
///
/// The defaults let through what people and misconfigured clients do: nobody has a hundred different wrong passwords
/// in ten minutes. Zero switches a limit off.
public struct GuessLimits: Sendable, Equatable {
    /// What the limits count over: a sliding window.
    public var window: Duration = .seconds(600)
    /// Distinct wrong passwords from one network, for all accounts together.
    public var perNetwork = 100
    /// Distinct wrong passwords for one account, from all networks together. Above it the account counts as under
    /// attack: it is not closed, but each network has only ``perNetworkUnderAttack`` guesses at it.
    public var perAccount = 100
    /// Distinct wrong passwords from one network for an account under attack.
    public var perNetworkUnderAttack = 5
    /// How long a network from which an account logged in with success is exempt for that account.
    public var exemption: Duration = .seconds(14 * 86_400)
    /// How many leading bits of an IPv4 address name its network.
    public var v4PrefixLength = 24
    /// How many leading bits of an IPv6 address name its network: what one site gets.
    public var v6PrefixLength = 56
    /// Entries of each table; when one is full the oldest are forgotten, which only lets more through.
    public var capacity = 65_536

    /// The defaults.
    public init() {}
}

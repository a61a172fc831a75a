import PasswordSchemes
import Settings

extension GuessLimits {
    /// The settings of `[auth.guesses]`.
    init(_ settings: Settings.Guesses) {
        self.init()
        window = settings.window
        perNetwork = settings.perNetwork
        perAccount = settings.perAccount
        perAccountAndNetwork = settings.perAccountAndNetwork
        perKnownNetwork = settings.perKnownNetwork
        knownFor = settings.knownFor
        knownNetworks = settings.knownNetworks
        knownNetworksPerAccount = settings.knownNetworksPerAccount
        v4PrefixLength = settings.v4PrefixLength
        v6PrefixLength = settings.v6PrefixLength
    }
}

extension HashingVerifier.Configuration {
    /// What `[auth]` says, and `server.max_in_flight`.
    init(_ settings: Settings) {
        self.init()
        matchLifetime = settings.auth.verifyCacheTTL
        guessLimits = GuessLimits(settings.auth.guesses)
        // Beside the half that may wait for hashes of their own: a quarter is left to those who need none.
        sharing = max(1, settings.server.maximumInFlight / 4)
    }
}

extension LaneHashChecker.Configuration {
    /// Those who wait for a hash never take the places of those who need none.
    init(_ settings: Settings) {
        self.init()
        logins = max(1, settings.server.maximumInFlight / 2)
    }
}

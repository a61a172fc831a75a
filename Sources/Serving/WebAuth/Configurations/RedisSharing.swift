import PasswordSchemes
import RedisClient
import Settings

extension Settings.Shared {
    /// How to reach the server; nil: nothing is shared.
    ///
    /// A login waits no longer than 20 ms, and what is missing for a second makes little difference.
    var client: RedisClient.Configuration? {
        guard secret != nil else { return nil }
        var configuration = RedisClient.Configuration(server)
        configuration.timeout = .milliseconds(20)
        configuration.firstPause = .milliseconds(100)
        configuration.longestPause = .seconds(2)
        configuration.queueLimit = 4096
        return configuration
    }
}

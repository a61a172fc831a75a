import AppPasswordCore
import AuditCore
import Logging
import PasswordSchemes
import RedisClient
import RedisSharing
import Settings

/// What this server counts together with others, for as long as the process lives.
struct SharedState: Sendable {
    /// Who counts guesses; nil: this server by itself.
    let guesses: SharedGuesses?
    private let counter: RedisGuesses?

    /// What the settings say; nobody is asked yet, but the server is connected to.
    init(_ settings: Settings, _ limits: GuessLimits, _ logger: Logger) {
        guard let client = settings.shared.client, let secret = settings.shared.secret, settings.shared.countsGuesses
        else {
            (guesses, counter) = (nil, nil)
            return
        }
        let redis = RedisClient(client)
        redis.connect()
        let counter = RedisGuesses(redis, limits) { trouble in
            if let trouble {
                logger.warning(
                    "guesses are counted by this server alone, and so by each of the others",
                    metadata: ["reason": "\(trouble.debugDescription)"])
            } else {
                logger.notice("guesses are counted together with the other servers again")
            }
        }
        self.counter = counter
        guesses = SharedGuesses(counter, secret: Array(secret.revealed.utf8))
    }

    /// What has become of guesses; nil: they are not shared.
    var counts: RedisGuesses.Counts? { counter?.counts }

    /// How it is doing, in a line for each thing that is shared.
    var statusLines: [String] {
        counter.map { ["shared guesses: \($0.isShared ? "ok" : "this server alone")"] } ?? []
    }
}

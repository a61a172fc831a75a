import RedisClient
import Settings

/// How servers tell each other that it is worth looking for app passwords that have ended.
protocol EndNews: Sendable {
    /// Says it; does not wait.
    func tell()
    /// Listens until the task is cancelled.
    ///
    /// - Parameter heard: Called each time that another server says it.
    func listen(_ heard: @escaping @Sendable () -> Void) async
}

/// Tells other servers by Redis that app passwords have ended, and hears it from them.
///
/// What is said is only that it is worth looking: each server finds out by itself, in the database, what has ended. So whoever
/// can speak there can make us look, a few times a second, and nothing else.
struct EndSignal: EndNews {
    /// Where it is said.
    static let channel = "dw:ended"
    private let client: RedisClient
    private let node = Array(String(UInt64.random(in: 0...UInt64.max), radix: 16).utf8)

    /// nil: the settings share nothing.
    init?(_ settings: Settings) {
        guard var configuration = settings.shared.client else { return nil }
        // Nobody's login waits for this.
        configuration.timeout = .milliseconds(500)
        client = RedisClient(configuration)
        client.connect()
    }

    /// Says it; does not wait.
    func tell() { client.post([message], mayRepeat: true) }

    /// Says it, and waits until it is said, half a second at most: for verbs, which end then.
    func tellNow() async { _ = try? await client.send([message]) }

    private var message: RedisCommand {
        var message = RedisCommand("PUBLISH", Self.channel)
        message.words.append(node)
        return message
    }

    /// Listens until the task is cancelled; what this server has said itself is left out.
    func listen(_ heard: @escaping @Sendable () -> Void) async {
        await client.listen(to: Self.channel) { [node] message in if message != node { heard() } }
    }
}

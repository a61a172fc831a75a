internal import AuditCore
internal import NIOCore

extension RedisClient {
    /// Listens to a channel until the task is cancelled, over a connection of its own.
    ///
    /// - Parameter heard: Told of each message; and, with nil, each time that it begins to listen: something may have been said
    ///   before. Must be quick.
    package func listen(to channel: String, heard: @escaping @Sendable (_ message: [UInt8]?) -> Void) async {
        let (firstPause, longestPause) = (Duration.milliseconds(500), Duration.seconds(8))
        var pause = firstPause
        while !Task.isCancelled {
            let start = ContinuousClock.now
            await listenOnce(to: channel, heard: heard)
            // A server that hangs up as soon as it is listened to is in no good health.
            if .now - start > longestPause { pause = firstPause }
            // Many lose the server together.
            guard (try? await Task.sleep(for: pause * Double.random(in: 0.5..<1))) != nil else { return }
            pause = min(pause * 2, longestPause)
        }
    }

    /// Listens for as long as the server answers.
    private func listenOnce(to channel: String, heard: @escaping @Sendable ([UInt8]?) -> Void) async {
        let connecting = loop.flatSubmit { [connector, loop] in
            connector.connect(on: loop) { push in
                if let content = push.elements?.last?.content { heard(content) }
            }
        }
        guard let connection = try? await connecting.get() else { return }
        defer { loop.execute { connection.fail(RedisFailure(.unreachable, "done")) } }
        guard await answers(connection, RedisCommand("SUBSCRIBE", channel)) else { return }
        heard(nil)
        repeat {
            guard (try? await Task.sleep(for: Self.breath)) != nil else { return }
        } while await answers(connection, RedisCommand("PING"))
    }

    private func answers(_ connection: RedisConnection, _ command: RedisCommand) async -> Bool {
        let replies = try? await loop.flatSubmit { connection.send([command]) }.get()
        if case .error? = replies?.first { return false }
        return replies != nil
    }

    /// How often a server that says nothing is asked for a sign of life.
    private static var breath: Duration { .seconds(2) }
}

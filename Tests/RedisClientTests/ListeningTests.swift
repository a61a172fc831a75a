import Locks
import RedisClient
import TestServers
import Testing

@Suite(
    .enabled(if: InstalledServers.redis, "\(InstalledServers.redisMissing)"), .serialized, .timeLimit(.minutes(5)))
struct ListeningTests {
    private final class Heard: Sendable { let texts = Mutex<[String]>([]) }

    @Test func `what is published is heard, also after the server was away`() async throws {
        let server = try await RedisServer()
        var configuration = RedisClient.Configuration()
        configuration.servers = [.tcp(host: "127.0.0.1", port: server.port)]
        let client = RedisClient(configuration)
        let heard = Heard()
        func hears(_ text: String, times: Int = 1) async -> Bool {
            let deadline = ContinuousClock.now + .seconds(30)
            while ContinuousClock.now < deadline {
                if heard.texts.withLock({ $0.count { $0 == text } }) >= times { return true }
                await Task.yield()
            }
            return false
        }
        let listening = Task { [client, heard] in
            await client.listen(to: "dw:test") { message in
                heard.texts.withLock { $0.append(message.map { String(decoding: $0, as: UTF8.self) } ?? "begun") }
            }
        }
        #expect(await hears("begun"))
        _ = try await server.run("PUBLISH", "dw:test", "one")
        #expect(await hears("one"))
        try await server.process.restart()
        #expect(await hears("begun", times: 2))
        client.post([RedisCommand("PUBLISH", "dw:test", "two")], mayRepeat: true)
        _ = try await server.run("PUBLISH", "dw:test", "three")
        #expect(await hears("three"))
        listening.cancel()
        await listening.value
    }
}

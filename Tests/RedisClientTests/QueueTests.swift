import AuditCore
import TestServers
import Testing

@testable import RedisClient

/// What is sent without anybody waiting for it, and what comes too late.
@Suite(
    .enabled(if: InstalledServers.redis, "\(InstalledServers.redisMissing)"), .serialized, .timeLimit(.minutes(5)))
struct QueueTests {
    private func configuration(_ port: UInt16) -> RedisClient.Configuration {
        var configuration = RedisClient.Configuration()
        configuration.servers = [.tcp(host: "127.0.0.1", port: port)]
        (configuration.timeout, configuration.patience) = (.seconds(20), .seconds(20))
        return configuration
    }

    @Test func `what may not be run twice is not sent again where a connection is lost`() async throws {
        let server = try RudeServer(answer: "+PONG\r\n")
        defer { server.end() }
        var configuration = configuration(server.port)
        (configuration.firstPause, configuration.longestPause) = (.zero, .zero)
        let client = RedisClient(configuration)
        try await client.ping()
        client.post([RedisCommand("ONCE")], mayRepeat: false)
        await #expect(throws: LookupError.self) { try await client.ping() }
        #expect(server.count(of: "ONCE") == 1)
        let other = try RudeServer(answer: "+PONG\r\n")
        defer { other.end() }
        configuration.servers = [.tcp(host: "127.0.0.1", port: other.port)]
        let patient = RedisClient(configuration)
        try await patient.ping()
        await #expect(throws: LookupError.self) { try await patient.send([RedisCommand("TWICE")]) }
        #expect(other.count(of: "TWICE") == 2)
    }

    @Test func `what nobody waits for leaves half of the queue to those who wait`() async throws {
        let full = try FullListener()
        var configuration = configuration(full.port)
        (configuration.queueLimit, configuration.timeout) = (4, .milliseconds(50))
        let client = RedisClient(configuration)
        for _ in 0..<10 { client.post([RedisCommand("PING")], mayRepeat: true) }
        // It has a place in the queue, and waits there in vain.
        let error = await #expect(throws: LookupError.self) { try await client.ping() }
        #expect(error?.code == .timedOut)
        withExtendedLifetime(full) {}
    }

    @Test func `an answer that comes when nobody waits any more does not say that all is well`() async throws {
        let server = try await RedisServer()
        var configuration = configuration(server.port)
        (configuration.timeout, configuration.firstPause) = (.nanoseconds(1), .seconds(3600))
        let client = RedisClient(configuration)
        let late = await #expect(throws: LookupError.self) { try await client.send([RedisCommand("GET", "a")]) }
        #expect(late?.code == .timedOut)
        while try await !server.run("INFO", "commandstats").contains("cmdstat_get:") {}
        let error = await #expect(throws: LookupError.self) { try await client.send([RedisCommand("GET", "a")]) }
        #expect(error?.detail == "redis: failed a moment ago")
    }
}

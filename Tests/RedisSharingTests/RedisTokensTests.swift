import RedisClient
import RedisSharing
import TestServers
import Testing
import Whois

@Suite(
    .enabled(if: InstalledServers.redis, "\(InstalledServers.redisMissing)"), .serialized, .timeLimit(.minutes(5)))
struct RedisTokensTests {
    @Test func `ten servers have the tokens of one`() async throws {
        let redis = try await RedisServer()
        var configuration = RedisClient.Configuration()
        configuration.servers = [.tcp(host: "127.0.0.1", port: redis.port)]
        configuration.timeout = .seconds(5)
        let nodes = (0..<10).map { _ in RedisTokens(RedisClient(configuration)) }
        // Ten at once, then one each ten minutes: what comes back while this runs is none.
        let limit = RequestLimit(1, per: .seconds(600))
        let start = ContinuousClock.now
        var (given, refused) = (0, 0)
        for number in 0..<100 {
            switch await nodes[number % 10].take("rdap:rdap.example.net", limit, within: .zero) {
            case .given(let wait)?:
                given += 1
                #expect(wait == .zero)
            case .refused(let wait)?:
                refused += 1
                #expect(wait > .seconds(599) - (.now - start) && wait <= .seconds(600))
            case nil: Issue.record("no answer")
            }
        }
        #expect(given == 10 && refused == 90)
        // Who can wait is told for how long, and who comes then waits longer.
        guard case .given(let first)? = await nodes[0].take("rdap:rdap.example.net", limit, within: .seconds(3600)),
            case .given(let second)? = await nodes[1].take("rdap:rdap.example.net", limit, within: .seconds(3600))
        else {
            Issue.record("refused")
            return
        }
        #expect(first <= .seconds(600) && second > first)
        #expect(await nodes[0].take("whois:whois.example.net", limit, within: .zero) == .given(after: .zero))
        try await redis.process.kill()
        #expect(await nodes[0].take("rdap:rdap.example.net", limit, within: .zero) == nil)
    }

    @Test func `a time that no clock of ours has is not waited for`() async throws {
        let redis = try await RedisServer()
        var configuration = RedisClient.Configuration()
        configuration.servers = [.tcp(host: "127.0.0.1", port: redis.port)]
        configuration.timeout = .seconds(5)
        let tokens = RedisTokens(RedisClient(configuration))
        let (limit, slow) = (RequestLimit(1, per: .seconds(1)), RequestLimit(1, per: .seconds(600)))
        // A clock that was ahead, as after a failover; and what is no time at all.
        for time in ["9999999999999999", "inf", "1e300", "nan", "-5", "x"] {
            _ = try await redis.run("SET", "dw:r:rdap:rdap.example.net", time)
            #expect(await tokens.take("rdap:rdap.example.net", limit, within: .zero) == .given(after: .zero), "\(time)")
        }
        // The bucket is then as good as empty, and no more than that.
        _ = try await redis.run("SET", "dw:r:rdap:rdap.example.net", "9999999999999999")
        #expect(await tokens.take("rdap:rdap.example.net", slow, within: .zero) == .given(after: .zero))
        guard case .refused(let wait)? = await tokens.take("rdap:rdap.example.net", slow, within: .zero) else {
            Issue.record("given")
            return
        }
        #expect(wait > .seconds(500) && wait <= .seconds(600))
    }
}

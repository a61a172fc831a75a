import AppPasswordCore
import AuditCore
import AuditCoreTesting
import RedisCache
import RedisClient
import Foundation
import Locks
import TestServers
import Testing

struct LookupCacheFakeTests {
    @Test func `the fake keeps the contract`() async throws {
        let time = Mutex(ContinuousClock.now)
        let cache = InMemoryLookupCache { time.withLock { $0 } }
        let contract = LookupCacheContract(pass: { duration in
            time.withLock { $0 += duration }
        }) { cache }
        try await contract.run()
    }
}

@Suite(
    .enabled(if: InstalledServers.redis, "\(InstalledServers.redisMissing)"), .serialized, .timeLimit(.minutes(5)))
struct RedisCacheTests {
    private func configuration(_ server: RedisServer) -> RedisClient.Configuration {
        var configuration = RedisClient.Configuration()
        configuration.servers = [.tcp(host: "127.0.0.1", port: server.port)]
        configuration.timeout = .seconds(20)
        return configuration
    }

    @Test(arguments: ["TCP", "socket", "password"])
    func `Redis keeps the contract`(way: String) async throws {
        let server = try await RedisServer(password: way == "password" ? "s3cret pass" : "")
        var configuration = configuration(server)
        if way == "socket" {
            configuration.servers = [.socket(path: server.socket)]
        }
        if way == "password" { configuration.credentials.password = Secret("s3cret pass") }
        let cache = RedisCache(configuration)
        try await cache.ping()
        // Redis has a clock of its own: this waits for it, by asking until the key is gone.
        let contract = LookupCacheContract(pass: { _ in
            try await cache.store([LookupCacheEntry(key: "marker", value: [1], lifetime: .milliseconds(100))])
            while try await cache.values(for: ["marker"]) != [:] {}
        }) { cache }
        try await contract.run()
    }

    @Test(arguments: ["", "wr0ng"])
    func `a missing or wrong password is an error that does not name it`(password: String) async throws {
        let server = try await RedisServer(password: "s3cret")
        var configuration = configuration(server)
        configuration.credentials.password = Secret(password)
        let error = await #expect(throws: LookupError.self) { try await RedisCache(configuration).values(for: ["a"]) }
        #expect(error?.debugDescription.contains("NOAUTH") == password.isEmpty)
        #expect(error?.debugDescription.contains("wr0ng") == false)
    }

    @Test func `lookups and stores cost one round trip each`() async throws {
        let server = try await RedisServer()
        let cache = RedisCache(configuration(server))
        try await cache.store((0..<5).map { LookupCacheEntry(key: "k\($0)", value: [1], lifetime: .seconds(60)) })
        for _ in 0..<10 { _ = try await cache.values(for: (0..<33).map { "k\($0)" }) }
        let statistics = try await server.run("INFO", "commandstats")
        #expect(statistics.contains("cmdstat_getrange:calls=330,"))
        #expect(statistics.contains("cmdstat_set:calls=5,"))
        let lives = try await server.run("PTTL", "k0").split(separator: "\n").first.flatMap { Int($0) }
        #expect((1...60_000).contains(try #require(lives)))
    }

    @Test func `a value of more than 64 KiB counts as not there, and costs no memory`() async throws {
        let server = try await RedisServer()
        let refused = Mutex(0)
        let cache = RedisCache(configuration(server)) { count in refused.withLock { $0 += count } }
        let longest = [UInt8](repeating: 7, count: RedisCache.longestValue)
        try await cache.store([
            LookupCacheEntry(key: "small", value: [1], lifetime: .seconds(60)),
            LookupCacheEntry(key: "longest", value: longest, lifetime: .seconds(60)),
            LookupCacheEntry(key: "longer", value: longest + [7], lifetime: .seconds(60)),
        ])
        for index in 0..<4 { _ = try await server.run("SETRANGE", "huge\(index)", "100000000", "x") }
        _ = try await server.run("LPUSH", "list", "x")
        let before = try peakKiB()
        let keys = ["huge0", "longer", "huge1", "small", "list", "huge2", "longest", "huge3", "absent"]
        for _ in 0..<20 { #expect(try await cache.values(for: keys) == ["small": [1], "longest": longest]) }
        #expect(refused.withLock { $0 } == 20 * 5)
        #expect(try peakKiB() - before < 50_000, "one of the values has 100 MB")
    }

    /// The most memory this process has had, in KiB (`VmHWM` of proc(5)).
    private func peakKiB() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        return try #require(status.firstMatch(of: #/VmHWM:\s+(\d+) kB/#).flatMap { Int($0.1) })
    }

    /// What no Redis says: a value without end, an array without end, more than was asked for, and bytes that trickle.
    @Test(
        arguments: [
            ("$536870912\r\n", "x"), ("*1000000\r\n", ":1\r\n"), ("*2147483647\r\n", "$1\r\nx\r\n"),
            ("$100000\r\n", "x"), ("+", "x"),
            ("", ":"),
        ], [true, false])
    func `an answer without end costs a lookup its timeout, and no memory`(
        answer: (start: String, more: String), isTrickle: Bool
    ) async throws {
        let fake = try EndlessServer(start: answer.start, more: answer.more, isTrickle: isTrickle)
        defer { fake.close() }
        var configuration = RedisClient.Configuration()
        configuration.servers = [.tcp(host: "127.0.0.1", port: fake.port)]
        configuration.timeout = .milliseconds(250)
        let before = try peakKiB()
        for _ in 0..<3 {
            let cache = RedisCache(configuration)
            let connections = fake.ended
            await #expect(throws: LookupError.self) { try await cache.values(for: ["a", "b"]) }
            // The connection itself is given up, too.
            let deadline = ContinuousClock.now + .seconds(20)
            while fake.ended == connections, ContinuousClock.now < deadline { await Task.yield() }
            #expect(fake.ended > connections)
        }
        #expect(try peakKiB() - before < 30_000)
    }

    @Test func `a server that is full still answers lookups`() async throws {
        let server = try await RedisServer(options: ["--maxmemory", "1", "--maxmemory-policy", "noeviction"])
        let cache = RedisCache(configuration(server))
        await #expect(throws: LookupError.self) {
            try await cache.store([LookupCacheEntry(key: "k", value: [1], lifetime: .seconds(60))])
        }
        #expect(try await cache.values(for: ["k"]) == [:])
    }

    /// How many of so many lookups at once failed, and the longest time one took.
    private func lookups(_ count: Int, on cache: RedisCache) async -> (failed: Int, longest: Duration) {
        await withTaskGroup(of: (Bool, Duration).self) { group in
            for _ in 0..<count {
                group.addTask {
                    let start = ContinuousClock.now
                    let failed = (try? await cache.values(for: ["k"])) == nil
                    return (failed, ContinuousClock.now - start)
                }
            }
            var result = (failed: 0, longest: Duration.zero)
            for await (failed, took) in group {
                if failed { result.failed += 1 }
                result.longest = max(result.longest, took)
            }
            return result
        }
    }

    private func recovers(_ cache: RedisCache) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            if (try? await cache.values(for: ["k"])) != nil { return true }
        }
        return false
    }

    @Test func `a restart of the server costs no lookup an error once it is back`() async throws {
        let server = try await RedisServer()
        let cache = RedisCache(configuration(server))
        #expect(await lookups(20, on: cache).failed == 0)
        try await server.process.restart()
        #expect(await lookups(20, on: cache).failed == 0)
    }

    @Test func `while the server is dead lookups fail at once, and go on by themselves when it is back`() async throws {
        let server = try await RedisServer()
        let cache = RedisCache(configuration(server))
        #expect(await lookups(20, on: cache).failed == 0)
        try await server.process.kill()
        let (failed, longest) = await lookups(200, on: cache)
        #expect(failed == 200)
        #expect(longest < .seconds(2))
        try await server.process.start()
        #expect(await recovers(cache))
        #expect(await lookups(20, on: cache).failed == 0)
    }

    @Test func `a frozen server costs the first lookups their timeout, and then hardly anybody anything`() async throws
    {
        let server = try await RedisServer()
        var configuration = configuration(server)
        configuration.timeout = .seconds(1)
        let cache = RedisCache(configuration)
        #expect(await lookups(20, on: cache).failed == 0)
        server.process.freeze()
        let first = await lookups(20, on: cache)
        #expect(first.failed == 20)
        #expect(first.longest < .seconds(5))
        // One tries again after each pause; the others do not wait for it.
        var waited = 0
        for _ in 0..<200 where await lookups(1, on: cache).longest > .milliseconds(500) { waited += 1 }
        #expect(waited <= 3)
        server.process.thaw()
        #expect(await recovers(cache))
        #expect(await lookups(20, on: cache).failed == 0)
    }

    @Test func `a server that speaks something else is an error`() async throws {
        guard InstalledServers.mariadb else { return }
        let port = try await MariaDBServer().port
        var configuration = RedisClient.Configuration()
        configuration.servers = [.tcp(host: "127.0.0.1", port: port)]
        configuration.timeout = .seconds(5)
        await #expect(throws: LookupError.self) { try await RedisCache(configuration).values(for: ["k"]) }
    }
}

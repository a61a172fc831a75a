import AppPasswordCore
import AuditCore
import Locks
import Logging
import PasswordSchemes
import RedisClient
import RedisSharing
import TestServers
import Testing
import Whois

/// Three servers that count together.
@Suite(
    .enabled(if: InstalledServers.redis, "\(InstalledServers.redisMissing)"), .serialized, .timeLimit(.minutes(5)))
struct RedisGuessesTests {
    /// Says of each password whether it is `right`, at no cost, and counts.
    private final class Checker: HashChecker {
        private let count = Mutex(0)
        var checked: Int { count.withLock { $0 } }
        func check(
            _ password: Password, against hashes: [StoredHash], odds: HashOdds, deadline: ContinuousClock.Instant
        ) async throws(PasswordVerifierError) -> [HashFinding] {
            count.withLock { $0 += 1 }
            let isRight = password.bytes == Array("right".utf8)
            return hashes.indices.map { HashFinding(index: $0, outcome: isRight ? .match : .mismatch) }
        }
    }

    private final class Node: Sendable {
        let checker = Checker()
        let verifier: HashingVerifier
        let guesses: RedisGuesses

        init(_ port: UInt16, secret: String = "the secret of all", timeout: Duration = .seconds(5)) {
            var client = RedisClient.Configuration()
            client.servers = [.tcp(host: "127.0.0.1", port: port)]
            client.timeout = timeout
            client.queueLimit = 20_000
            client.longestPause = .milliseconds(500)
            let limits = GuessLimits()
            guesses = RedisGuesses(RedisClient(client), limits) { _ in }
            verifier = HashingVerifier(
                checker: checker, shared: SharedGuesses(guesses, secret: Array(secret.utf8)),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }

        func login(_ password: String, account: String = "alice", from address: String = "192.0.2.1") async -> String {
            let row = AppPassword(id: 1, uid: account, storedHash: "{PLAIN}right", isDeleted: false, created: nil)
            let attempt = LoginAttempt(
                login: account, service: "imap", address: IPAddress(address), time: Timestamp(milliseconds: 0))
            do throws(PasswordVerifierError) {
                return try await verifier.match(of: Password(password), in: [row], attempt: attempt) == nil
                    ? "wrong" : "right"
            } catch {
                return "\(error)"
            }
        }
    }

    private func storm(_ nodes: [Node], _ count: Int, account: @escaping @Sendable (Int) -> String) async {
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<60 {
                group.addTask {
                    for number in stride(from: worker, to: count, by: 60) {
                        _ = await nodes[number % nodes.count].login("guess \(number)", account: account(number))
                    }
                }
            }
        }
    }

    @Test func `10,000 guesses at one account, spread over three, are held as by one`() async throws {
        let redis = try await RedisServer()
        let nodes = (0..<3).map { _ in Node(redis.port) }
        await storm(nodes, 10_000) { _ in "alice" }
        let hashed = nodes.reduce(0) { $0 + $1.checker.checked }
        #expect((90...110).contains(hashed), "\(hashed)")
        // Not one name and not one address is there.
        let keys = try await redis.run("KEYS", "*").split(separator: "\n")
        #expect(keys.count == 3 && keys.allSatisfy { $0.wholeMatch(of: /dw:g:[pna]:[0-9a-f]{32}/) != nil }, "\(keys)")
    }

    @Test func `guesses at many accounts from one network, too, and each account has its five`() async throws {
        let redis = try await RedisServer()
        let nodes = (0..<3).map { _ in Node(redis.port) }
        await storm(nodes, 10_000) { "user \($0 % 500)" }
        let hashed = nodes.reduce(0) { $0 + $1.checker.checked }
        #expect((2250...2750).contains(hashed), "\(hashed)")
    }

    @Test func `where one has let an account in, the others know its network`() async throws {
        let redis = try await RedisServer()
        let nodes = (0..<3).map { _ in Node(redis.port) }
        #expect(await nodes[0].login("right", from: "198.51.100.1") == "right")
        // What was right counts for nobody, and is said without waiting for it.
        let deadline = ContinuousClock.now + .seconds(20)
        while try await !redis.run("KEYS", "dw:g:k:*").contains("dw:g:k:"), ContinuousClock.now < deadline {}
        await storm(nodes, 500) { _ in "alice" }
        #expect(await nodes[1].login("wrong", from: "203.0.113.1") == "wrong")
        for number in 0..<30 { #expect(await nodes[2].login("typo \(number)", from: "198.51.100.7") == "wrong") }
        #expect(await nodes[2].login("right", from: "198.51.100.7") == "right")
    }

    @Test func `with Redis away or frozen each holds its own, and nobody waits`() async throws {
        let redis = try await RedisServer()
        let nodes = (0..<3).map { _ in Node(redis.port, timeout: .milliseconds(20)) }
        for node in nodes { #expect(await node.login("first") == "wrong") }
        redis.process.freeze()
        let clock = ContinuousClock()
        var longest = Duration.zero
        for number in 0..<20 {
            let took = await clock.measure { _ = await nodes[0].login("frozen \(number)", account: "user \(number)") }
            longest = max(longest, took)
        }
        #expect(longest < .seconds(1))
        #expect(!nodes[0].guesses.isShared)
        redis.process.thaw()
        try await redis.process.kill()
        let before = nodes.map(\.checker.checked)
        await storm(nodes, 3000) { _ in "bob" }
        for (node, before) in zip(nodes, before) { #expect((60...110).contains(node.checker.checked - before)) }
        try await redis.process.start()
        let deadline = ContinuousClock.now + .seconds(30)
        var number = 0
        while !nodes.allSatisfy(\.guesses.isShared), ContinuousClock.now < deadline {
            number += 1
            for node in nodes { _ = await node.login("back \(number)", account: "carol \(number)") }
        }
        let areAllShared = nodes.allSatisfy { $0.guesses.isShared }
        #expect(areAllShared)
    }

    @Test func `a guess that was right is taken back, also where the window has turned`() async throws {
        let redis = try await RedisServer()
        let node = Node(redis.port)
        for number in 0..<8 {
            #expect(await node.login("right", account: "user \(number)", from: "192.0.2.\(number)") == "right")
        }
        let deadline = ContinuousClock.now + .seconds(20)
        var left = [Substring("?")]
        while !left.allSatisfy({ $0 == "0" }), ContinuousClock.now < deadline {
            left = []
            for key in try await redis.run("KEYS", "dw:g:[pna]:*").split(separator: "\n") {
                left += try await redis.run("HVALS", String(key)).split(separator: "\n")
            }
        }
        #expect(left.allSatisfy { $0 == "0" })
    }
}

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
}

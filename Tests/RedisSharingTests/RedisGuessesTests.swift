import AppPasswordCore
import AuditCore
import Locks
import Logging
import PasswordSchemes
import RedisClient
import RedisSharing
import TestServers
import Testing

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
        let client: RedisClient
        static let pause = Duration.milliseconds(500)

        init(
            _ port: UInt16, secret: String = "the secret of all", timeout: Duration = .seconds(5),
            _ limits: GuessLimits = GuessLimits()
        ) {
            var configuration = RedisClient.Configuration()
            configuration.servers = [.tcp(host: "127.0.0.1", port: port)]
            configuration.timeout = timeout
            configuration.queueLimit = 20_000
            (configuration.firstPause, configuration.longestPause) = (Self.pause, Self.pause)
            client = RedisClient(configuration)
            guesses = RedisGuesses(client, limits) { _ in }
            var settings = HashingVerifier.Configuration()
            settings.guessLimits = limits
            verifier = HashingVerifier(
                settings, checker: checker, shared: SharedGuesses(guesses, secret: Array(secret.utf8)),
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

    @Test func `what makes a network known is no wider for whoever can write to Redis`() async throws {
        let redis = try await RedisServer()
        var limits = GuessLimits()
        limits.perNetwork = 10
        let node = Node(redis.port, limits)
        for number in 0..<10 { #expect(await node.login("wrong", account: "user \(number)") == "wrong") }
        #expect(await node.login("right", account: "carol") == "right")
        #expect(await node.login("wrong") == "wrong")
        try await node.client.ping()
        let marks = try await redis.run("KEYS", "dw:g:k:*").split(whereSeparator: \.isNewline)
        let carols = try await redis.run("GET", String(try #require(marks.first)))
        let pairs = try await redis.run("KEYS", "dw:g:p:*").split(whereSeparator: \.isNewline)
        #expect(marks.count == 1 && pairs.count == 12 && carols.contains(":"))
        let before = node.checker.checked
        for (round, forged) in ["1", "4000000000:0123456789abcdef0123456789abcdef", carols].enumerated() {
            for pair in pairs where !pair.hasSuffix(marks[0].dropFirst(7)) {
                _ = try await redis.run("SET", "dw:g:k:" + pair.dropFirst(7), forged)
            }
            for number in 0..<10 { _ = await node.login("guess \(round) \(number)") }
        }
        // With the one before it has had the five that it has whatever Redis says.
        #expect(node.checker.checked - before == 4)
    }

    @Test func `two clients in turn tell the others of a network once`() async throws {
        let redis = try await RedisServer()
        let node = Node(redis.port)
        for number in 0..<100 { #expect(await node.login("right", from: "192.0.2.\(number % 2 + 1)") == "right") }
        try await node.client.ping()
        #expect(try await redis.run("INFO", "commandstats").contains("cmdstat_set:calls=1,"))
    }

    @Test func `while Redis is frozen one login in a pause waits for it`() async throws {
        let redis = try await RedisServer()
        let node = Node(redis.port, timeout: .milliseconds(20))
        while !node.guesses.isShared || node.guesses.counts.together == 0 { _ = await node.login("first") }
        try await node.client.ping()
        func evaluated() async throws -> Int {
            let statistics = try await redis.run("INFO", "commandstats")
            return try #require(statistics.firstMatch(of: /cmdstat_eval:calls=(\d+)/).flatMap { Int($0.1) })
        }
        let (before, start) = (try await evaluated(), ContinuousClock.now)
        redis.process.freeze()
        for number in 0..<20 { #expect(await node.login("frozen \(number)", account: "user \(number)") == "wrong") }
        let pauses = Int((ContinuousClock.now - start) / Node.pause)
        #expect(!node.guesses.isShared && node.guesses.counts.alone == 20)
        redis.process.thaw()
        // All that was sent to it has waited there.
        #expect(try await evaluated() - before <= 1 + pauses)
    }

    @Test func `with Redis away each holds its own, until it is back`() async throws {
        let redis = try await RedisServer()
        let nodes = (0..<3).map { _ in Node(redis.port, timeout: .milliseconds(20)) }
        for node in nodes { #expect(await node.login("first") == "wrong") }
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

    @Test func `a guess that was right is taken back`() async throws {
        let redis = try await RedisServer()
        let node = Node(redis.port)
        for number in 0..<8 {
            #expect(await node.login("right", account: "user \(number)", from: "192.0.2.\(number)") == "right")
        }
        #expect(node.guesses.counts.together == 8 && node.guesses.counts.alone == 0)
        try await node.client.ping()
        let keys = try await redis.run("KEYS", "dw:g:[pna]:*").split(whereSeparator: \.isNewline)
        #expect(keys.count == 17)
        for key in keys { #expect(try await redis.run("HVALS", String(key)).hasPrefix("0")) }
    }

    @Test func `also where the window has turned since it was counted`() async throws {
        let redis = try await RedisServer()
        var limits = GuessLimits()
        limits.window = .seconds(2)
        let node = Node(redis.port, limits)
        let guess = SharedGuess(pair: "p", account: "a", network: "n", known: nil)
        func slot() async throws -> Int64 {
            try #require(try await node.client.send([RedisCommand("TIME")]).first?.elements?.first?.number) / 2
        }
        // Three, of which two are taken back in the next slot.
        for _ in 0..<3 { #expect(await node.guesses.admit(guess) == SharedAdmission(limit: nil, mark: nil)) }
        let counted = try await slot()
        while try await slot() == counted {}
        for _ in 0..<2 { node.guesses.takeBack(guess, mark: nil) }
        let left = try await node.client.send(["p", "a", "n"].map { RedisCommand("HVALS", "dw:g:\($0):\($0)") })
        for reply in left { #expect(reply.elements?.compactMap(\.number).sorted() == [0, 1], "\(reply)") }
    }
}

import TestKit
import AppPasswordCore
import AppPasswordCoreTesting
import AuditCore
import Logging
import SHA512CryptLanes
import Locks
import Testing

@testable import PasswordSchemes

struct HashingVerifierTests {
    private let checker = CountingChecker()
    private let clock = HandClock()
    private let log = RecordedLog()

    private func verifier(_ change: (inout HashingVerifier.Configuration) -> Void = { _ in }) -> HashingVerifier {
        var configuration = HashingVerifier.Configuration()
        change(&configuration)
        return HashingVerifier(configuration, checker: checker, clock: clock, logger: log.logger)
    }

    /// `number` live rows: row n has the password `secret n`.
    private static func rows(_ number: Int) -> [AppPassword] {
        (1...number).map { row(Int64($0), cheapHash("secret \($0)")) }
    }

    @Test(arguments: PasswordVerifierContract.rules, [Duration.seconds(3600), .zero])
    func `it keeps the contract, with and without a cache`(
        rule: PasswordVerifierContract.Rule, ttl: Duration
    ) async throws {
        let contract = PasswordVerifierContract(
            make: {
                var configuration = HashingVerifier.Configuration()
                configuration.matchLifetime = ttl
                configuration.deadline = .seconds(60)  // shared machines
                let logger = RecordedLog().logger
                return HashingVerifier(configuration, checker: LaneHashChecker(logger: logger), logger: logger)
            },
            storedHash: { cheapHash($0) })
        try await contract.check(rule)
    }

    @Test func `each check is observed with its scheme and what gave the answer`() async throws {
        let seen = Mutex<[PasswordCheck]>([])
        let verifier = HashingVerifier(
            HashingVerifier.Configuration(), checker: checker, clock: clock, logger: log.logger,
            observe: { check in seen.withLock { $0.append(check) } })
        let rows = [row(1, "broken"), row(2, cheapHash("secret 2"))]
        for _ in 0..<2 { #expect(try await verifier.id("secret 2", rows) == 2) }
        for _ in 0..<2 { #expect(try await verifier.id("wrong", rows) == nil) }
        #expect(try await verifier.id("", rows) == nil)
        let checks = seen.withLock { $0 }
        #expect(checks.map(\.path) == [.hash, .cache, .hash, .cache])
        #expect(checks.map(\.scheme) == [.md5Crypt, .md5Crypt, .other, .other])
        #expect(checks.allSatisfy { $0.duration > .zero })
    }

    @Test(arguments: [
        ("{CRYPT}$6$salt$hash", HashScheme.sha512Crypt), ("$6$rounds=5000$s$h", .sha512Crypt),
        ("{SHA512-CRYPT}$6$", .sha512Crypt), ("{sha512-crypt.b64}JDYk", .sha512Crypt), ("{crypt}$5$", .sha256Crypt),
        ("{BLF-CRYPT}$2y$05$", .bcrypt), ("$y$j9T$", .yescrypt), ("{ARGON2ID}$argon2id$v=19$", .argon2),
        ("{ARGON2I.HEX}24", .argon2), ("$1$s$h", .md5Crypt), ("", .other), ("{", .other), ("{}", .other), ("$", .other),
        ("{PLAIN}$", .other), ("{CRYPT}", .other), ("{CRYPT}ab0123456789.", .other), ("müller{$6$", .other),
        ("{\u{1F600}}$6$", .sha512Crypt), (String(repeating: "{", count: 100), .other),
    ])
    func `the scheme of a stored hash is told by its beginning`(stored: String, scheme: HashScheme) {
        #expect(HashScheme(stored: stored) == scheme)
    }

    // MARK: The verify cache

    @Test func `a client that logs in again costs no hash until the entry ends`() async throws {
        let verifier = verifier()
        let rows = Self.rows(3)
        #expect(try await verifier.id("secret 1", rows) == 1)
        #expect(checker.takeCount() == 3)
        for _ in 0..<5 { #expect(try await verifier.id("secret 1", rows) == 1) }
        clock.advance(by: .seconds(3599))
        #expect(try await verifier.id("secret 1", rows, from: "2001:db8::1") == 1)
        #expect(checker.takeCount() == 0)
        clock.advance(by: .seconds(1))
        #expect(try await verifier.id("secret 1", rows) == 1)
        #expect(checker.takeCount() == 1)
        var expected = VerifyCacheStatistics()
        (expected.hits, expected.misses, expected.entries) = (6, 2, 1)
        #expect(verifier.statistics == expected)
    }

    @Test func `a client that logs in again costs no hash however many passwords were revoked`() async throws {
        let verifier = verifier()
        let revoked = (1...70).map { row(Int64($0), cheapHash("old \($0)"), isDeleted: true) }
        let rows = revoked + [row(71, cheapHash("secret 71")), row(72, cheapHash("secret 72"))]
        #expect(try await verifier.id("secret 71", rows) == 71)
        _ = checker.takeCount()
        for _ in 0..<3 { #expect(try await verifier.id("secret 71", rows) == 71) }
        #expect(checker.takeCount() == 0)
        // Another client, and rows in another order, make no difference.
        #expect(try await verifier.id("secret 71", rows.reversed(), from: "2001:db8::1") == 71)
        #expect(checker.takeCount() == 0)
    }

    @Test func `a lifetime of zero forgets right passwords at once, and wrong ones after a minute`() async throws {
        let verifier = verifier { $0.matchLifetime = .zero }
        let rows = Self.rows(1)
        for _ in 0..<3 { #expect(try await verifier.id("secret 1", rows) == 1) }
        #expect(checker.takeCount() == 3)
        #expect(verifier.statistics.entries == 0)
        for _ in 0..<600 { #expect(try await verifier.id("wrong", rows) == nil) }
        #expect(checker.takeCount() == 1)
        #expect(try await verifier.id("wrong", rows + [row(2, cheapHash("wrong"))]) == 2)
        clock.advance(by: .seconds(60))
        _ = checker.takeCount()
        #expect(try await verifier.id("wrong", rows) == nil)
        #expect(checker.takeCount() == 1)
    }

    @Test func `a wrong password is remembered for a minute, for just these rows`() async throws {
        let verifier = verifier()
        var rows = Self.rows(3)
        #expect(try await verifier.id("wrong", rows) == nil)
        #expect(checker.takeCount() == 3)
        #expect(try await verifier.id("wrong", rows.reversed()) == nil)
        #expect(checker.takeCount() == 0)
        #expect(verifier.statistics.knownMismatches == 1)
        rows.append(row(4, cheapHash("wrong")))
        #expect(try await verifier.id("wrong", rows) == 4)
        rows.removeLast()
        clock.advance(by: .seconds(60))
        _ = checker.takeCount()
        #expect(try await verifier.id("wrong", rows) == nil)
        #expect(checker.takeCount() == 3)
    }

    @Test func `a row that is changed, deleted or removed is seen at the next login`() async throws {
        let verifier = verifier()
        let rows = Self.rows(2)
        #expect(try await verifier.id("secret 2", rows) == 2)
        let deleted = row(2, rows[1].storedHash, isDeleted: true)
        let found = try await verifier.match(of: Password("secret 2"), in: [rows[0], deleted], attempt: attempt())
        #expect(found?.id == 2)
        #expect(found?.isDeleted == true)
        #expect(try await verifier.id("secret 2", [rows[0], row(2, cheapHash("new"))]) == nil)
        #expect(try await verifier.id("secret 2", [rows[0]]) == nil)
        // The same hash in another account's row is another entry.
        _ = checker.takeCount()
        #expect(try await verifier.id("secret 2", [row(7, rows[1].storedHash, uid: "bob")]) == 7)
        #expect(checker.takeCount() == 1)
    }

    @Test func `a flood of wrong guesses pushes no match out`() async throws {
        let verifier = verifier {
            $0.cacheCapacity = 64
            $0.guessLimits.perNetwork = 0
            $0.guessLimits.perAccount = 0
            $0.guessLimits.perKnownNetwork = 0
        }
        let rows = Self.rows(1)
        #expect(try await verifier.id("secret 1", rows) == 1)
        for number in 0..<2000 { #expect(try await verifier.id("guess \(number)", rows) == nil) }
        _ = checker.takeCount()
        #expect(try await verifier.id("secret 1", rows) == 1)
        #expect(checker.takeCount() == 0)
        #expect(verifier.statistics.entries <= 2 * 64)
    }

    // MARK: Most likely first

    @Test func `of twenty passwords a known client pays for one, whatever its age`() async throws {
        let verifier = verifier { $0.matchLifetime = .zero }
        var rows = Self.rows(20)
        for id in [1, 7, 20] {
            #expect(try await verifier.id("secret \(id)", rows, from: "192.0.2.\(id)") == Int64(id))
        }
        _ = checker.takeCount()
        for id in [1, 7, 20, 7, 1] {
            #expect(try await verifier.id("secret \(id)", rows, from: "192.0.2.\(id)") == Int64(id))
            #expect(checker.takeCount() == 1)
        }
        // A new row costs each client that could have meant it one hash more, once.
        rows.append(row(21, cheapHash("secret 21")))
        #expect(try await verifier.id("secret 1", rows) == 1)
        #expect(checker.takeCount() == 2)
        #expect(try await verifier.id("secret 1", rows) == 1)
        #expect(checker.takeCount() == 1)
        // A known password from a new address: by last success.
        #expect(try await verifier.id("secret 7", rows, from: "198.51.100.1") == 7)
        #expect(checker.takeCount() <= 4)
    }

    @Test func `of two live rows with one password the newest is reported, whenever it was made`() async throws {
        for ttl in [Duration.zero, .seconds(3600)] {
            let verifier = verifier { $0.matchLifetime = ttl }
            var rows = [row(1, cheapHash("same"))]
            for id in 2...6 {
                #expect(try await verifier.id("same", rows) == Int64(id - 1))
                #expect(try await verifier.id("same", rows) == Int64(id - 1))
                rows.insert(row(Int64(id), cheapHash("same", salt: "salt\(id)")), at: id % rows.count)
            }
            #expect(try await verifier.id("same", rows) == 6)
            rows.removeAll { $0.id == 6 }
            #expect(try await verifier.id("same", rows) == 5)
            rows = rows.map { $0.id == 5 ? row(5, $0.storedHash, isDeleted: true) : $0 }
            #expect(try await verifier.id("same", rows) == 4)
        }
    }

    @Test(arguments: 1...6) func `whatever happened before, the answer is that of a fresh look`(seed: UInt64)
        async throws
    {
        var random = SeededNumbers(seed)
        let verifier = verifier {
            $0.matchLifetime = seed.isMultiple(of: 2) ? .zero : .seconds(100)
            $0.guessLimits.perNetwork = 0
            $0.guessLimits.perAccount = 0
        }
        // "password" and "password2" are one to DES; bcrypt would do the same from 72 bytes on.
        let secrets = ["password", "password2", "third", "fourth"]
        let hashes = secrets.flatMap { secret in
            [1, 2].map { (secret, cheapHash(secret, salt: "salt\($0)")) }
                + [
                    (
                        "des:" + secret.prefix(8),
                        CryptScratch().hash(Array(secret.utf8), setting: Array("xx".utf8)) ?? ""
                    )
                ]
        }
        var rows: [AppPassword] = []
        var meaning: [Int64: String] = [:]
        for step in 0..<400 {
            let (secret, hash) = hashes[Int.random(in: hashes.indices, using: &random)]
            switch Int.random(in: 0..<8, using: &random) {
            case 0 where rows.count < 12:
                // Ids out of order, so that newer is not always later.
                let id = Int64.random(in: 1...1_000_000, using: &random)
                rows.append(row(id, hash, isDeleted: Bool.random(using: &random)))
                meaning[id] = secret
            case 1 where !rows.isEmpty: rows.remove(at: Int.random(in: rows.indices, using: &random))
            case 2 where !rows.isEmpty:
                let index = Int.random(in: rows.indices, using: &random)
                rows[index] = row(rows[index].id, hash, isDeleted: rows[index].isDeleted)
                meaning[rows[index].id] = secret
            case 3: clock.advance(by: .seconds(Int.random(in: 0...60, using: &random)))
            default:
                let password = secrets[Int.random(in: secrets.indices, using: &random)]
                let expected = rows.filter {
                    meaning[$0.id] == password || meaning[$0.id] == "des:" + password.prefix(8)
                }.min { $0.precedes($1) }
                let client = "192.0.2.\(Int.random(in: 1...3, using: &random))"
                let found = try await verifier.match(of: Password(password), in: rows, attempt: attempt(from: client))
                #expect(found == expected, "step \(step)")
            }
        }
    }

    // MARK: Broken rows, overload, limits

    @Test func `a broken row is logged once, with its id and nothing of its hash`() async throws {
        let verifier = verifier { $0.matchLifetime = .zero }
        let secretive = "{CRYPT}$6$neverprintthis$abc"
        var rows = [row(1, cheapHash("secret")), row(2, secretive), row(3, "{ROT13}frperg")]
        for _ in 0..<3 {
            #expect(try await verifier.id("secret", rows) == 1)
            #expect(try await verifier.id("wrong", rows) == nil)
        }
        #expect(
            log.lines.sorted() == [
                "warning: stored hash cannot be used app_password.id=2 reason=malformed",
                "warning: stored hash cannot be used app_password.id=3 reason=unknown scheme",
            ])
        rows[1] = row(2, "{CRYPT}$6$rounds=999999999$salt$" + String(repeating: "a", count: 86))
        #expect(try await verifier.id("secret", rows) == 1)
        #expect(log.lines.count == 3)
        #expect(log.lines.last?.contains("parameters above the limits") == true)
    }

    @Test(arguments: [PasswordVerifierError.overloaded, .timedOut])
    func `trouble is reported as trouble, remembered as nothing, and does not stop known clients`(
        failure: PasswordVerifierError
    ) async throws {
        let verifier = verifier { $0.guessLimits.perNetwork = 1 }
        let rows = Self.rows(2)
        #expect(try await verifier.id("secret 1", rows) == 1)
        checker.fail(with: failure)
        for password in ["secret 2", "wrong", "secret 2", "wrong"] {
            await #expect(throws: failure) { try await verifier.id(password, rows, from: "203.0.113.1") }
        }
        #expect(try await verifier.id("secret 1", rows) == 1)
        checker.fail(with: nil)
        #expect(try await verifier.id("secret 2", rows, from: "203.0.113.1") == 2)
        #expect(try await verifier.id("wrong", rows, from: "203.0.113.2") == nil)
    }

    @Test func `what takes longer than the deadline is timed out`() async throws {
        var configuration = HashingVerifier.Configuration()
        configuration.deadline = .zero
        let checker = LaneHashChecker(logger: log.logger)
        let verifier = HashingVerifier(configuration, checker: checker, clock: clock, logger: log.logger)
        await #expect(throws: PasswordVerifierError.timedOut) { try await verifier.id("x", Self.rows(1)) }
        #expect(checker.statistics.closures == 0)
    }

    /// Answers as it is told.
    private struct Scripted: HashChecker {
        let answer: @Sendable ([StoredHash], Password, HashOdds) -> [HashFinding]
        func check(
            _ password: Password, against hashes: [StoredHash], odds: HashOdds, deadline: ContinuousClock.Instant
        ) async throws(PasswordVerifierError) -> [HashFinding] { answer(hashes, password, odds) }
    }

    @Test func `no memory for a hash is trouble, not a wrong password`() async throws {
        let checker = Scripted { _, _, _ in [HashFinding(index: 0, outcome: .outOfMemory)] }
        let verifier = HashingVerifier(checker: checker, clock: clock, logger: log.logger)
        await #expect(throws: PasswordVerifierError.overloaded) { try await verifier.id("x", Self.rows(1)) }
    }

    @Test(arguments: [HashOutcome.outOfMemory, .unavailable])
    func `a row that cannot be checked keeps nobody out, and a password that may be its own is not wrong`(
        outcome: HashOutcome
    ) async throws {
        let hashed = Mutex(0)
        let checker = Scripted { hashes, password, _ in
            let scratch = CryptScratch()
            hashed.withLock { $0 += hashes.count }
            return hashes.indices.map { index in
                let isUnchecked = if case .digest = hashes[index].method { true } else { false }
                return HashFinding(
                    index: index, outcome: isUnchecked ? outcome : hashes[index].check(password, scratch))
            }
        }
        var configuration = HashingVerifier.Configuration()
        configuration.guessLimits.perNetwork = 2
        configuration.guessLimits.perAccountAndNetwork = 2
        configuration.guessLimits.perKnownNetwork = 2
        let verifier = HashingVerifier(configuration, checker: checker, clock: clock, logger: log.logger)
        let unchecked = row(2, "{SSHA}" + String(repeating: "A", count: 32))
        let rows = [row(1, cheapHash("secret 1")), unchecked]
        for _ in 0..<2 { #expect(try await verifier.id("secret 1", rows) == 1) }
        hashed.withLock { $0 = 0 }
        for _ in 0..<50 {
            await #expect(throws: PasswordVerifierError.overloaded) { try await verifier.id("perhaps 2", rows) }
        }
        // What can never be checked here is not tried over and over; memory may be there the next time.
        #expect(hashed.withLock { $0 } == (outcome == .unavailable ? 2 : 100))
        // It was tried at the other row, so it counts as a guess.
        await #expect(throws: PasswordVerifierError.overloaded) { try await verifier.id("perhaps 3", rows) }
        await #expect(throws: PasswordVerifierError.tooManyGuesses) { try await verifier.id("perhaps 4", rows) }
        // Where nothing could be tried it does not.
        let others = [row(3, unchecked.storedHash, uid: "bert")]
        for number in 0..<5 {
            await #expect(throws: PasswordVerifierError.overloaded) { try await verifier.id("\(number)", others) }
        }
        #expect(log.lines.contains { $0.contains("app_password.id=2") } == (outcome == .unavailable))
    }

    @Test func `a checker may answer piece by piece and check more than it was asked to stop at`() async throws {
        let pairs = Scripted { hashes, password, _ in
            let scratch = CryptScratch()
            return hashes.indices.prefix(2).reversed().map {
                HashFinding(index: $0, outcome: hashes[$0].check(password, scratch))
            }
        }
        let verifier = HashingVerifier(checker: pairs, clock: clock, logger: log.logger)
        let rows = Self.rows(7) + [row(8, cheapHash("secret 3", salt: "other"))]
        #expect(try await verifier.id("secret 1", rows) == 1)
        #expect(try await verifier.id("secret 3", rows) == 8)
        #expect(try await verifier.id("wrong", rows) == nil)
    }

    @Test func `a known client's own row is tried first, then the likely ones, then the rest`() async throws {
        let asked = Mutex<[String]>([])
        let checker = Scripted { hashes, password, odds in
            asked.withLock { $0.append("\(odds) \(hashes.count)") }
            let scratch = CryptScratch()
            let number = odds == .onFirst ? 1 : odds == .amongFirst ? 8 : hashes.count
            return hashes.indices.prefix(number).map {
                HashFinding(index: $0, outcome: hashes[$0].check(password, scratch))
            }
        }
        let verifier = HashingVerifier(checker: checker, clock: clock, logger: log.logger)
        let rows = Self.rows(20)
        func questions(_ password: String, from address: String) async throws -> [String] {
            _ = try await verifier.id(password, rows, from: address)
            return asked.withLock { asked in
                defer { asked = [] }
                return asked
            }
        }
        #expect(try await questions("wrong", from: "192.0.2.1") == ["amongFirst 20", "even 12"])
        #expect(try await questions("secret 20", from: "192.0.2.1") == ["amongFirst 20"])
        clock.advance(by: .seconds(3600))
        #expect(try await questions("secret 20", from: "192.0.2.1") == ["onFirst 20"])
        #expect(try await questions("wrong", from: "192.0.2.1") == ["onFirst 20", "amongFirst 19", "even 11"])
    }

    /// How many of some guesses were hashed and found wrong, and how many were refused.
    private func codes(
        _ verifier: HashingVerifier, _ rows: [AppPassword],
        _ guesses: some Sequence<(password: String, address: String)>
    ) async throws -> (wrong: Int, refused: Int) {
        var result = (wrong: 0, refused: 0)
        for guess in guesses {
            do {
                #expect(try await verifier.id(guess.password, rows, from: guess.address) == nil)
                result.wrong += 1
            } catch PasswordVerifierError.tooManyGuesses {
                result.refused += 1
            }
        }
        return result
    }

    @Test func `a flood of guesses is refused unhashed, not as wrong, and locks nobody out`() async throws {
        let verifier = verifier {
            $0.guessLimits.perNetwork = 20
            $0.guessLimits.perAccount = 30
            $0.guessLimits.perAccountAndNetwork = 2
            $0.guessLimits.perKnownNetwork = 60
        }
        let rows = Self.rows(2)
        #expect(try await verifier.id("secret 1", rows, from: "192.0.2.1") == 1)
        clock.advance(by: .seconds(4000))  // the owner is no longer in the cache
        _ = checker.takeCount()
        let flood = try await codes(verifier, rows, (0..<500).map { ("guess \($0)", "203.0.113.\($0 % 250)") })
        #expect(flood == (20, 480))
        #expect(checker.takeCount() == 40)
        #expect(verifier.statistics.refusedGuesses == [.network: 480])
        #expect(
            log.lines == [
                "notice: too many wrong passwords: further ones are refused unhashed"
                    + " auth.limit=per_network client.network=203.0.113.0/24 login.name=alice"
            ])
        // From many networks: the account is under attack.
        let botnet = try await codes(verifier, rows, (0..<1000).map { ("botnet \($0)", "10.0.\($0 % 250).1") })
        #expect((500...520).contains(botnet.wrong))
        #expect(verifier.statistics.refusedGuesses[.account] == botnet.refused)
        _ = checker.takeCount()
        // The owner's network, cold; then typos there; then a new network, unknown until now.
        #expect(try await verifier.id("secret 1", rows, from: "192.0.2.77") == 1)
        let typos = try await codes(verifier, rows, (0..<70).map { ("typo \($0)", "192.0.2.1") })
        #expect(typos == (60, 10))
        #expect(verifier.statistics.refusedGuesses[.knownNetwork] == 10)
        #expect(try await verifier.id("secret 2", rows, from: "198.51.100.9") == 2)
        // What is known to be wrong is said to be wrong, whatever the limits.
        #expect(try await verifier.id("typo 1", rows, from: "192.0.2.1") == nil)
        // Another account is not concerned, even from the guessing network.
        let bob = [row(7, cheapHash("bob's"), uid: "bob")]
        #expect(try await verifier.id("bob's", bob, from: "203.0.113.5") == 7)
    }

    @Test func `a name is shown in the log without what a terminal obeys`() async throws {
        let verifier = verifier {
            $0.guessLimits.perNetwork = 1
            $0.guessLimits.perAccountAndNetwork = 1
        }
        let rows = [row(1, cheapHash("secret"))]
        func login(_ password: String) async throws -> AppPassword? {
            try await verifier.match(
                of: Password(password), in: rows, attempt: attempt(login: "al\u{202E}ice\u{2028}"))
        }
        #expect(try await login("wrong") == nil)
        await #expect(throws: PasswordVerifierError.tooManyGuesses) { try await login("wrong 2") }
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.hasSuffix(#"login.name=al\u202eice\u2028"#) == true)
    }

    @Test func `trouble takes back only what it counted itself`() async throws {
        let verifier = verifier {
            $0.guessLimits.perNetwork = 1
            $0.guessLimits.perAccountAndNetwork = 3
            $0.mismatchLifetime = .seconds(1)
        }
        let rows = Self.rows(1)
        for number in 0..<3 { #expect(try await verifier.id("guess \(number)", rows) == nil) }
        clock.advance(by: .seconds(2))
        checker.fail(with: .overloaded)
        for number in 0..<3 {
            await #expect(throws: PasswordVerifierError.overloaded) { try await verifier.id("guess \(number)", rows) }
        }
        checker.fail(with: nil)
        await #expect(throws: PasswordVerifierError.tooManyGuesses) { try await verifier.id("guess 3", rows) }
    }

    @Test func `a revoked password counts as no guess, and makes no network known`() async throws {
        let verifier = verifier {
            $0.guessLimits.perNetwork = 2
            $0.guessLimits.perAccountAndNetwork = 1
        }
        let rows = [row(1, cheapHash("secret 1")), row(2, cheapHash("revoked"), isDeleted: true)]
        for _ in 0..<3 { #expect(try await verifier.id("revoked", rows, from: "203.0.113.1") == 2) }
        let guesses = try await codes(verifier, rows, (0..<5).map { ("guess \($0)", "203.0.113.1") })
        #expect(guesses == (2, 3))
    }

    @Test(arguments: [
        ("2026-01-01 00:00:00", false), ("2026-01-01 00:00:01", true), ("soon", false),
    ])
    func `a password that has ended, or may have, makes no network known`(expires: String, isKnown: Bool) async throws {
        let verifier = verifier {
            $0.guessLimits.perNetwork = 2
            $0.guessLimits.perAccountAndNetwork = 1
        }
        let columns = StoredLimits.columnNames.map { $0 == "expires" ? expires : nil }
        let now = try #require(Timestamp(sqlText: "2026-01-01 00:00:00"))
        let limits = StoredLimits(columns: columns, now: now, lastUse: nil)
        let rows = [row(1, cheapHash("secret 1")), row(2, cheapHash("ending"), limits: limits)]
        for _ in 0..<3 { #expect(try await verifier.id("ending", rows, from: "203.0.113.1") == 2) }
        // One that is in force makes its owner's network known, which has guesses of its own.
        let guesses = try await codes(verifier, rows, (0..<5).map { ("guess \($0)", "203.0.113.1") })
        #expect((guesses != (2, 3)) == isKnown)
    }

    @Test func `a misconfigured client with one wrong password never reaches a limit`() async throws {
        let verifier = verifier { $0.guessLimits.perNetwork = 3 }
        let rows = Self.rows(1)
        for _ in 0..<100 {
            #expect(try await verifier.id("old password", rows) == nil)
            clock.advance(by: .seconds(5))
        }
        #expect(checker.takeCount() <= 100 * 5 / 60 + 1)
        #expect(verifier.statistics.refusedGuesses.isEmpty)
    }
}

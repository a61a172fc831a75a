@testable import SHA512CryptLanes
import TestKit
import Testing

/// Engines that can run here, so that no instruction set goes untested on a machine that has it.
private let engines = LaneEngine.InstructionSet.allCases.compactMap(LaneEngine.init)

private func job(_ password: [UInt8], _ stored: String) throws -> SHA512CryptJob {
    SHA512CryptJob(password: SecretBytes(password), hash: try #require(SHA512CryptHash(stored)))
}

/// Collects jobs together with what libcrypt says of them.
private struct Comparison {
    var jobs: [SHA512CryptJob] = []
    var expected: [Bool] = []

    /// Adds a right password, and a wrong one that differs in a byte.
    mutating func add(_ password: [UInt8], _ setting: String, wrong: Bool = true) throws {
        let stored = try #require(Crypt.hash(password, setting))
        jobs.append(try job(password, stored))
        expected.append(true)
        guard wrong else { return }
        jobs.append(try job(password.dropLast() + [password.last == 7 ? 8 : 7], stored))
        expected.append(false)
    }
}

struct LaneEngineTests {
    @Test func `the widest engine that the CPU has is the best one`() {
        #expect(LaneEngine.best?.width == engines.map(\.width).max())
        for engine in engines { #expect(engine.width == (engine.instructionSet == .avx512 ? 8 : 4)) }
    }

    @Test(arguments: engines)
    func `the vectors of the SHA-crypt specification match`(engine: LaneEngine) throws {
        let long = [
            (
                "we have a short salt string but not a short password",
                "$6$rounds=77777$short$WuQyW2YR.hBNpjjRhpYD/ifIw05xdfeEyQoMxIXbkvr0gge1a1x3yRULJ5CCaUeOxFmtlcGZelFl5Cxt"
                    + "gfiAc0"
            ),
            (
                "a short string",
                "$6$rounds=123456$asaltof16chars..$BtCwjqMJGx5hrJhZywWvt0RLE8uZ4oPwcelCjmw2kSYu.Ec6ycULevoBK25fs2xXgMN"
                    + "rCzIMVcgEJAstJeonj1"
            ),
        ]
        let vectors = LaneEngine.publishedVectors + long
        #expect(try engine.verify(vectors.map { try job(Array($0.utf8), $1) }) == vectors.map { _ in true })
        #expect(try engine.verify(vectors.map { try job(Array($0.utf8) + [33], $1) }) == vectors.map { _ in false })
    }

    @Test(arguments: engines)
    func `every length of a password up to libcrypt's limit gives libcrypt's answer`(engine: LaneEngine) throws {
        var generator = SeededNumbers(1)
        var comparison = Comparison()
        for length in Array(0...200) + [255, 256, 257, 383, 384, 510, 511] {
            try comparison.add(
                generator.password(length), "$6$rounds=1000$\(generator.salt(length % 17))$", wrong: length % 5 == 1)
        }
        #expect(engine.verify(comparison.jobs) == comparison.expected)
    }

    @Test(arguments: engines)
    func `every length of a salt gives libcrypt's answer, longer ones cut as libcrypt cuts them`(engine: LaneEngine)
        throws
    {
        var generator = SeededNumbers(2)
        var comparison = Comparison()
        for length in 0...20 {
            for passwordLength in [0, 8, 15, 16, 24] {
                let setting = "$6$rounds=1000$\(generator.salt(length))$"
                try comparison.add(generator.password(passwordLength), setting, wrong: passwordLength == 8)
            }
        }
        #expect(engine.verify(comparison.jobs) == comparison.expected)
    }

    @Test(arguments: engines)
    func `numbers of rounds that leave any rest by 42 give libcrypt's answer, mixed in one call`(engine: LaneEngine)
        throws
    {
        var generator = SeededNumbers(3)
        var comparison = Comparison()
        for rounds in Array(1000...1042) + [1999, 2000, 4999, 5000, 5001, 7777, 12_345, 20_000] {
            let length = Int.random(in: 0...40, using: &generator)
            try comparison.add(
                generator.password(length), "$6$rounds=\(rounds)$\(generator.salt(rounds % 17))$", wrong: false)
        }
        try comparison.add(generator.password(12), "$6$\(generator.salt(16))$")
        #expect(engine.verify(comparison.jobs) == comparison.expected)
    }

    @Test(arguments: engines)
    func `any number of jobs gives an answer for each, in order`(engine: LaneEngine) throws {
        var generator = SeededNumbers(4)
        var comparison = Comparison()
        #expect(engine.verify([]) == [])
        for count in 1...(2 * engine.width + 1) {
            let length = Int.random(in: 0...100, using: &generator)
            try comparison.add(
                generator.password(length), "$6$rounds=1000$\(generator.salt(8))$", wrong: count % 3 == 0)
            #expect(engine.verify(comparison.jobs) == comparison.expected)
        }
    }

    @Test(arguments: engines)
    func `a password with a NUL matches nothing, one that libcrypt refuses neither`(engine: LaneEngine) throws {
        let stored = try #require(Crypt.hash(Array("before".utf8), "$6$rounds=1000$salt$"))
        let long = [UInt8](repeating: 97, count: 511)
        let storedLong = try #require(Crypt.hash(long, "$6$rounds=1000$salt$"))
        #expect(Crypt.hash(long + [97], storedLong) == nil)
        let jobs = try [
            job(Array("before\0after".utf8), stored), job(Array("before".utf8), stored), job([0], stored),
            job(long + [97], storedLong), job(long, storedLong), job(long + long, storedLong),
        ]
        #expect(engine.verify(jobs) == [false, true, false, false, true, false])
    }

    @Test(arguments: engines)
    func `one flipped bit anywhere in the stored digest is a mismatch`(engine: LaneEngine) throws {
        let stored = try #require(Crypt.hash([65], "$6$rounds=1000$s$"))
        let hash = try #require(SHA512CryptHash(stored))
        var jobs: [SHA512CryptJob] = []
        for bit in stride(from: 0, to: 512, by: 5) {
            var digest = hash.digest
            digest[bit / 8] ^= 1 << (bit % 8)
            jobs.append(SHA512CryptJob(password: SecretBytes([65]), hash: hash.with(digest: digest)))
        }
        #expect(!engine.verify(jobs).contains(true))
    }

    @Test(arguments: engines)
    func `the self-test passes with libcrypt and fails with a reference that differs in one length`(engine: LaneEngine)
    {
        #expect(engine.selfTest(against: Crypt.hash))
        #expect(!engine.selfTest { Crypt.hash($0.count == 64 ? $0 + [1] : $0, $1) })
        #expect(!engine.selfTest { _, _ in nil })
        #expect(!engine.selfTest { Crypt.hash($0.isEmpty ? [1] : $0, $1) })
    }

    @Test func `a password and a hash are never printed`() throws {
        let stored = try #require(Crypt.hash(Array("5KAA".utf8), "$6$rounds=1000$NaCl$"))
        let job = try job(Array("5KAA".utf8), stored)
        var dumped = ""
        dump(job, to: &dumped)
        for text in ["\(job)", String(reflecting: job), dumped] {
            #expect(!text.contains("5KAA") && !text.contains("NaCl") && !text.contains("53") && !text.contains("78"))
        }
    }
}

extension SHA512CryptHash {
    fileprivate func with(digest: [UInt8]) -> SHA512CryptHash {
        SHA512CryptHash(rounds: rounds, salt: salt, digest: digest)
    }
}

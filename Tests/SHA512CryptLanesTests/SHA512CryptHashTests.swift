@testable import SHA512CryptLanes
import TestKit
import Testing

struct SHA512CryptHashTests {
    static let digest = "svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"

    @Test(arguments: [
        ("$6$saltstring$", 5000, "saltstring"), ("$6$$", 5000, ""), ("$6$0123456789abcdef$", 5000, "0123456789abcdef"),
        ("$6$rounds=1000$s$", 1000, "s"), ("$6$rounds=5000$s$", 5000, "s"), ("$6$rounds=999999999$$", 999_999_999, ""),
        ("$6$rounds=1000$rounds=7$", 1000, "rounds=7"), ("$6$ROUNDS=1000$", 5000, "ROUNDS=1000"),
        ("$6$rounds$", 5000, "rounds"),
        ("$6$\"#%&'()+,-<=>$", 5000, "\"#%&'()+,-<=>"), ("$6$?@[]^_`{|}~$", 5000, "?@[]^_`{|}~"),
    ])
    func `what libcrypt writes is taken`(setting: String, rounds: UInt32, salt: String) throws {
        let hash = try #require(SHA512CryptHash(setting + Self.digest))
        #expect(hash.rounds == rounds)
        #expect(hash.salt == Array(salt.utf8))
    }

    @Test(arguments: [
        "", "$6", "$6$", "$6$salt", "$6$salt$", "$6$salt$\(digest)1", "$6$salt$\(digest.dropLast())",
        " $6$salt$\(digest)",
        "$5$salt$\(digest)", "$6salt$\(digest)", "$6$saltstringsaltstr$\(digest)", "$6$rounds=999$s$\(digest)",
        "$6$rounds=1000000000$s$\(digest)", "$6$rounds=01000$s$\(digest)", "$6$rounds=+1000$s$\(digest)",
        "$6$rounds= 1000$s$\(digest)",
        "$6$rounds=1e3$s$\(digest)", "$6$rounds=$s$\(digest)", "$6$rounds=1000\(digest)",
        "$6$rounds=99999999999999999999$s$\(digest)",
        "$6$a b$\(digest)", "$6$a!$\(digest)", "$6$a*$\(digest)", "$6$a:$\(digest)", "$6$a;$\(digest)",
        #"$6$a\$"# + digest,
        "$6$ä$\(digest)", "$6$a\n$\(digest)", "$6$a\0$\(digest)", "$6$a\u{7F}$\(digest)", "$6$salt$\(digest)\0",
        "$6$salt$\(digest)\n",
        "$6$salt$\(digest.dropLast())2", "$6$salt$\(digest.dropLast())z", "$6$salt$\(digest.dropFirst())$",
        "$6$salt$+\(digest.dropFirst())",
    ])
    func `what no password matches is refused`(stored: String) {
        #expect(SHA512CryptHash(stored) == nil)
    }

    @Test func `libcrypt gives back no hostile string that is refused`() throws {
        var generator = SeededNumbers(5)
        let password = generator.password(9)
        let characters = Array("$$$6rounds=0123456789:;*!\\ \n\u{7F}./azAZ".utf8) + [0xC3, 0xA4, 0xFF]
        var refused = 0
        for round in 0..<600 {
            // A hash that matches, with up to three places changed, dropped or doubled, or its end cut off.
            let setting =
                round % 4 == 0
                ? "$6$\(generator.salt(round % 19))$" : "$6$rounds=10\(round % 90 + 10)$\(generator.salt(5))$"
            var stored = Array(try #require(Crypt.hash(password, setting)).utf8)
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                // Mostly in the part that is read, not in the digest.
                let place = Int.random(in: 0..<(Bool.random(using: &generator) ? 22 : stored.count), using: &generator)
                let character = characters.randomElement(using: &generator) ?? 36
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: stored[place] = character
                case 1: stored.insert(character, at: place)
                case 2: stored.remove(at: place)
                default: stored.swapAt(place, place / 2)
                }
            }
            let matches = Self.isCheap(stored) && Crypt.verify(password, stored)
            if SHA512CryptHash(stored: stored) == nil {
                refused += 1
                #expect(!matches, "\(stored)")
            } else if let engine = LaneEngine.best, let hash = SHA512CryptHash(stored: stored), hash.rounds <= 20_000 {
                let job = SHA512CryptJob(password: SecretBytes(password), hash: hash)
                #expect(engine.verify([job]) == [matches], "\(stored)")
            }
        }
        #expect(refused > 150)
    }

    /// Whether libcrypt takes it in less than a minute: no digit too many in the rounds.
    private static func isCheap(_ stored: [UInt8]) -> Bool {
        guard stored.starts(with: "$6$rounds=".utf8) else { return true }
        return stored.dropFirst(10).prefix { (48...57).contains($0) }.count <= 5
    }
}

extension LaneEngine {
    /// Whether this engine agrees with libcrypt here and now; if not, do without lanes.
    ///
    /// Checks vectors of the SHA-crypt specification, then passwords of many lengths that `reference` hashes, each with
    /// its own hash, with a hash that differs in one character, and with another password.
    ///
    /// - Parameter reference: `crypt_rn(password, setting)`; nil if it refuses.
    /// - Complexity: Some 25 ms.
    package func selfTest(against reference: (_ password: [UInt8], _ setting: String) -> String?) -> Bool {
        var jobs: [SHA512CryptJob] = []
        var expected: [Bool] = []
        func add(_ password: [UInt8], _ stored: String, _ matches: Bool) -> Bool {
            guard let hash = SHA512CryptHash(stored) else { return false }
            jobs.append(SHA512CryptJob(password: SecretBytes(password), hash: hash))
            expected.append(matches)
            return true
        }
        for (password, stored) in Self.publishedVectors {
            guard reference(Array(password.utf8), stored) == stored, add(Array(password.utf8), stored, true),
                add(Array((password + " ").utf8), stored, false)
            else { return false }
        }
        for length in [0, 1, 7, 8, 15, 16, 19, 20, 31, 32, 47, 63, 64, 65, 127, 128, 200, 511] {
            let password = (0..<length).map { _ in UInt8.random(in: 1...255) }
            let salt = String((0..<(length % 17)).map { _ in "./09AZaz".randomElement() ?? "." })
            guard let stored = reference(password, "$6$rounds=\(1000 + length)$\(salt)$"),
                let last = stored.dropLast().last, add(password, stored, true),
                add(password, String(stored.dropLast(2)) + (last == "x" ? "y" : "x") + String(stored.suffix(1)), false)
            else { return false }
        }
        return verify(jobs) == expected
    }

    /// Passwords and hashes of Drepper's SHA-crypt specification; those with more than 10000 rounds are left to the tests.
    static let publishedVectors = [
        (
            "Hello world!",
            "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"
        ),
        (
            "Hello world!",
            "$6$rounds=10000$saltstringsaltst$OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/"
                + "YTBmSK6H9qs/y3RnOaw5v."
        ),
        (
            "This is just a test",
            "$6$rounds=5000$toolongsaltstrin$lQ8jolhgVRVhY4b5pZKaysCLi0QBxGoNeKQzQ3glMhwllF7oGDZxUhx1yxdYcz/"
                + "e1JSbq3y6JMxxl8audkUEm0"
        ),
        (
            "a very much longer text to encrypt.  This one even stretches over morethan one line.",
            "$6$rounds=1400$anotherlongsalts$POfYwTEok97VWcjxIiSOjiykti.o/pQs.wPvMxQ6Fm7I6IoYN3CmLs66x9t0oSwb"
                + "tEW7o7UmJEiDwGqd8p4ur1"
        ),
        (
            "the minimum number is still observed",
            "$6$rounds=1000$roundstoolow$kUMsbe306n21p9R.FRkW3IGn.S9NPN0x50YhH1xhLsPuWGsUSklZt58jaTfF4ZEQpyUN"
                + "Gc0dqbpBYYBaHHrsX."
        ),
    ]
}

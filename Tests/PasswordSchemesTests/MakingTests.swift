import AppPasswordCore
import Testing

@testable import PasswordSchemes

struct MakingTests {
    @Test(
        arguments: zip(
            PasswordScheme.allCases,
            [
                "{CRYPT}$6$", "{SHA256-CRYPT}$5$", "{BLF-CRYPT}$2y$10$", "{CRYPT}$y$j9T$",
                "{ARGON2I}$argon2i$v=19$m=32768,t=4,p=1$",
                "{ARGON2ID}$argon2id$v=19$m=65536,t=3,p=1$",
            ]))
    func `a scheme's hash is read again and matches`(scheme: PasswordScheme, prefix: String) throws {
        let stored = try scheme.hash(Password("pä$$wörd"))
        #expect(stored.hasPrefix(prefix))
        #expect(try StoredHash(stored).check(Password("pä$$wörd"), CryptScratch()) == .match)
        #expect(try scheme.hash(Password("pä$$wörd")) != stored)
        #expect(PasswordScheme(name: scheme.rawValue.lowercased()) == scheme)
    }

    @Test func `the default has sixteen characters of salt and libcrypt's rounds, as the webmail writes it`() throws {
        let fields = try PasswordScheme.sha512Crypt.hash(Password("x")).split(separator: "$")
        #expect(fields.map(\.count) == [7, 1, 16, 86])
    }

    @Test(arguments: PasswordScheme.allCases)
    func `what a scheme would cut or cannot take is refused`(scheme: PasswordScheme) {
        for password in ["", "a\0b", String(repeating: "a", count: 512)] {
            #expect(throws: PasswordSchemeError.unsuitablePassword) { try scheme.hash(Password(password)) }
        }
        #expect(throws: PasswordSchemeError.unsuitablePassword) {
            try PasswordScheme.bcrypt.hash(Password(String(repeating: "a", count: 73)))
        }
        #expect(PasswordScheme(name: "ROT13") == nil)
    }

    @Test func `a generated password has four groups of four unambiguous characters, each time others`() {
        let allowed = Set("23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz".utf8)
        #expect(allowed.count == 56)
        var seen: Set<[UInt8]> = []
        var used: Set<UInt8> = []
        for _ in 0..<500 {
            let bytes = AppPasswordGenerator.password().bytes
            let groups = bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
            #expect(groups.map(\.count) == [4, 4, 4, 4])
            #expect(groups.joined().allSatisfy(allowed.contains))
            seen.insert(bytes)
            used.formUnion(groups.joined())
        }
        #expect(seen.count == 500)
        #expect(used == allowed)
    }
}

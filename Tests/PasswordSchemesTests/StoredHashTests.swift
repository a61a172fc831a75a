import AppPasswordCore
import AppPasswordCoreTesting
import Foundation
import Testing

@testable import PasswordSchemes

struct StoredHashTests {
    /// A password and its hash as published.
    struct Vector: Sendable, CustomTestStringConvertible {
        let password: [UInt8]
        let hash: String
        init(_ password: String, _ hash: String) { (self.password, self.hash) = (Array(password.utf8), hash) }
        init(bytes: [UInt8], _ hash: String) { (password, self.hash) = (bytes, hash) }
        var testDescription: String { String(hash.prefix(30)) }
    }

    static let vectors = [
        // Ulrich Drepper, "Unix crypt using SHA-256 and SHA-512", test vectors.
        Vector("Hello world!", "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5"),
        Vector("Hello world!", "$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA"),
        Vector("This is just a test", "$5$rounds=5000$toolongsaltstrin$Un/5jzAHMgOGZ5.mWJpuVolil07guHPvOW8mGRcvxa5"),
        Vector("a short string", "$5$rounds=123456$asaltof16chars..$gP3VQ/6X7UUEW3HkBn2w1/Ptq2jxPyzV/cZKmF/wJvD"),
        Vector(
            "Hello world!",
            "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1"),
        Vector(
            "Hello world!",
            "$6$rounds=10000$saltstringsaltst$"
                + "OW1/O6BYHV6BcXZu8QVeXbDWra3Oeqh0sbHbbMCVNSnCM/UrjmM0Dp8vOuZeHBy/YTBmSK6H9qs/y3RnOaw5v."),
        Vector(
            "a short string",
            "$6$rounds=123456$asaltof16chars..$"
                + "BtCwjqMJGx5hrJhZywWvt0RLE8uZ4oPwcelCjmw2kSYu.Ec6ycULevoBK25fs2xXgMNrCzIMVcgEJAstJeonj1"),
        // Solar Designer's crypt_blowfish, wrapper.c.
        Vector("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        Vector("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"),
        Vector(bytes: [0xA3], "$2x$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e"),
        Vector(bytes: [0xA3], "$2y$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq"),
        Vector(bytes: [0xA3], "$2b$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq"),
        // yescrypt, TESTS-OK.
        Vector("pleaseletmein", "$y$jD5.7$LdJMENpBABJJ3hIHjB1Bi.$HboGM6qPrsK.StKYGt6KErmUYtioHreJd98oIugoNB6"),
        Vector("pleaseletmein", "$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D"),
        // openssl-passwd(1), examples.
        Vector("password", "$1$xxxxxxxx$UYCIxa628.9qXjpQCjM4a."),
        Vector("password", "xxj31ZMTZzkVA"),
        // The NT hash of "password".
        Vector("password", "$3$$8846f7eaee8fb117ad06bdd830b7586c"),
        // A salt and a hash with something in the bits that are over, as old versions of passlib wrote salts.
        Vector("pad-Bits-42", "{BLF-CRYPT}$2b$10$KqW1eXz4mTnVb7uYp2sRgTUNatKLr.wy.2PY.nu8vDobtAaiW/tiy"),
        Vector("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC/E5YPO9kmyuRGyh0XouQYb4YMJKvyOeX"),
        // Dovecot 2.4's name for either variant.
        Vector(
            "argon-Pw-19",
            "{ARGON2}$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$KDsKHM2owUF01VmDQN89xOQyap8nmppXPHVOaXS7EAg"),
        Vector(
            "argon-Pw-19",
            "{argon2}$argon2i$v=19$m=4096,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$SwMhFNMHlEr7DwSA0z5Pa0Kasf6wiS14eZQ89B/SRts"),
        // RFC 6070, the first and the third vector.
        Vector("password", "{PBKDF2}$1$salt$1$0c60c80f961f0e71f3a9b524af6012062fe037a6"),
        Vector("password", "{PBKDF2}$1$salt$4096$4b007901b765489abead49d926f721d065a429c1"),
        // phc-winner-argon2, src/test.c.
        Vector(
            "password", "{ARGON2I}$argon2i$v=19$m=256,t=2,p=2$c29tZXNhbHQ$T/XOJ2mh1/TIpJHfCdQan76Q5esCFVoT5MAeIM1Oq2E"),
        Vector("password", "{ARGON2I}$argon2i$m=256,t=2,p=2$c29tZXNhbHQ$tsEVYKap1h6scGt5ovl9aLRGOqOth+AMB+KwHpDFZPs"),
        Vector(
            "password", "{ARGON2I}$argon2i$v=16$m=256,t=2,p=2$c29tZXNhbHQ$tsEVYKap1h6scGt5ovl9aLRGOqOth+AMB+KwHpDFZPs"),
        Vector(
            "password", "{ARGON2ID}$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
        ),
        Vector(
            "password", "{ARGON2ID}$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"
        ),
        Vector(
            "differentpassword",
            "{ARGON2ID}$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94"),
    ]

    @Test(arguments: vectors) func `published hashes match their password and no other`(vector: Vector) throws {
        let hash = try StoredHash(vector.hash)
        let scratch = CryptScratch()
        #expect(hash.check(Password(bytes: vector.password), scratch) == .match)
        for wrong in [vector.password.dropLast(), [0x58] + vector.password, vector.password + [0]] {
            #expect(hash.check(Password(bytes: Array(wrong)), scratch) == .mismatch)
        }
    }

    @Test(arguments: [
        "{CRYPT}", "{crypt}", "{Crypt}", "{SHA512-CRYPT}", "{sha512-crypt}", "{SHA256-CRYPT}", "{DES-CRYPT}", "",
    ])
    func `scheme names are read in any case, and crypt's hold all of crypt`(scheme: String) throws {
        let hash = try StoredHash(scheme + "$1$xxxxxxxx$UYCIxa628.9qXjpQCjM4a.")
        #expect(hash.check(Password("password"), CryptScratch()) == .match)
    }

    @Test(arguments: [
        "{CRYPT.B64}JDEkeHh4eHh4eHgkVVlDSXhhNjI4LjlxWGpwUUNqTTRhLg==",
        "{crypt.base64}JDEkeHh4eHh4eHgkVVlDSXhhNjI4LjlxWGpwUUNqTTRhLg==",
        "{CRYPT.HEX}243124787878787878787824555943497861363238"
            + "2e3971586a7051436a4d34612e",
        "{CRYPT.hex}243124787878787878787824555943497861363238"
            + "2E3971586A7051436A4D34612E",
    ])
    func `base64 and hex are decoded`(text: String) throws {
        #expect(try StoredHash(text).check(Password("password"), CryptScratch()) == .match)
    }

    @Test(arguments: [
        "{ROT13}x", "{SHA224}x", "{SCRAM-SHA-512}x", "{ARGON2D}x", "{CRYPT.B32}x", "{CRYPT.B64.B64}x",
        "{ CRYPT}xxj31ZMTZzkVA", "{}xxj31ZMTZzkVA", "$9$x$y", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$AAAA",
        "{ARGON2ID}$argon2d$v=19$m=256,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAA", "{CRYPT}$$$$",
    ])
    func `other schemes are unknown`(text: String) {
        #expect(throws: StoredHashError.unknownScheme) { try StoredHash(text) }
    }

    @Test(arguments: [
        "{DIGEST-MD5}208bda0c94c39c86a0b16452b70fe57c", "{OTP}sha1 1024 011f4eb306cdccf7 f9b2f188dee3162b",
        "{CRAM-MD5}d3b327e40131add8092e3cb400c690fb8c4c989cd9d0f4ebd9644e4aa7b64cfa", "{PLAIN-TRUNC}2-pw",
        "{plain-md4}a8d1f20d9ceef04bba334fdc553a65f6", "{PLAIN-MD4.B64}qNHyDZzu8Eu6M0/cVTpl9g==",
    ])
    func `schemes of Dovecot's that are not supported are named`(text: String) {
        #expect(throws: StoredHashError.unsupportedScheme) { try StoredHash(text) }
        #expect(StoredHash.problem(text) == "a scheme that is not supported")
    }

    @Test(arguments: [
        ("{CRYPT}$1$xxxxxxxx$UYCIxa628.9qXjpQCjM4a.", nil), ("{PLAIN} with blanks ", nil),
        ("{CLEARTEXT}pa\u{df}", nil), ("{PLAIN}", "malformed"), ("", "malformed"), ("{ROT13}x", "unknown scheme"),
        ("{SKEY}x", "a scheme that is not supported"), ("{SSHA}GpHWL3ymc5liWkNopqtdSjuqYHM=", "malformed"),
        ("{SHA512}x", "malformed"), ("{SCRAM-SHA-256}1000,cw==,x,x", "malformed"),
        ("{PBKDF2}$1$salt$1000001$0c60c80f961f0e71f3a9b524af6012062fe037a6", "parameters above the limits"),
        ("$2y$31$\(String(repeating: "a", count: 53))", "parameters above the limits"),
    ])
    func `why a row is of no use is told in words`(stored: String, problem: String?) {
        #expect(StoredHash.problem(stored) == problem)
    }

    @Test func `where OpenSSL computes no digest no password is wrong, and the rows are named`() async {
        await #expect(processExitsWith: .success) {
            // As on machines where a policy allows approved digests only, of which this one has none.
            let settings = FileManager.default.temporaryDirectory.appending(path: "openssl-\(UUID().uuidString).cnf")
            defer { try? FileManager.default.removeItem(at: settings) }
            try Data("openssl_conf = a\n[a]\nalg_section = b\n[b]\ndefault_properties = fips=yes\n".utf8)
                .write(to: settings)
            setenv("OPENSSL_CONF", settings.path, 1)
            for stored in [
                "{SSHA}" + String(repeating: "A", count: 32), "{PLAIN-MD5}" + String(repeating: "0", count: 32),
                "{PBKDF2}$1$salt$1$" + String(repeating: "0", count: 40),
                "{SCRAM-SHA-256}4096,c2FsdA==,\(String(repeating: "A", count: 43))=,\(String(repeating: "A", count: 43))=",
            ] {
                #expect(try StoredHash(stored).check(Password("secret"), CryptScratch()) == .unavailable)
                #expect(StoredHash.problem(stored) == StoredHash.unavailable)
            }
        }
    }

    @Test(arguments: vectors) func `there is no problem with a published hash`(vector: Vector) {
        #expect(StoredHash.problem(vector.hash) == nil)
    }

    /// Hashes at the limit, and one step above it.
    static let costs: [(String, Bool)] = {
        let (h86, h43, h53) = (
            String(repeating: "a", count: 86), String(repeating: "a", count: 43), String(repeating: "a", count: 53)
        )
        func argon2(_ m: UInt64, _ t: UInt64, _ p: UInt64) -> String {
            "{ARGON2ID}$argon2id$v=19$m=\(m),t=\(t),p=\(p)$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
        }
        return [
            ("$6$rounds=1000000$salt$\(h86)", true), ("$6$rounds=1000001$salt$\(h86)", false),
            ("$6$rounds=999999999$salt$\(h86)", false), ("$5$rounds=1000001$salt$\(h43)", false),
            ("$2y$15$\(h53)", true), ("$2y$16$\(h53)", false), ("$2b$31$\(h53)", false),
            ("$sha1$1000000$salt$\(h86.prefix(28))", true), ("$sha1$4294967295$salt$\(h86.prefix(28))", false),
            ("$md5,rounds=1000000$saltsalt$$\(h86.prefix(22))", true),
            ("$md5,rounds=4294963199$saltsalt$$\(h86.prefix(22))", false),
            ("_zz0/salt\(h86.prefix(11))", true), ("_zzzzsalt\(h86.prefix(11))", false),
            // 256 MiB and 512 MiB; then what crypt_gensalt writes for its highest cost.
            ("$y$jDT$salt$\(h43)", true), ("$y$jET$salt$\(h43)", false), ("$gy$jFT$salt$\(h43)", false),
            ("$7$EU..../....salt$\(h43)", true), ("$7$FU..../....salt$\(h43)", false),
            ("$7$zzzzzzzzzzzsalt$\(h43)", false), ("$y$jyzzzzyzzzz$salt$\(h43)", false),
            (argon2(262_144, 8, 1), true), (argon2(262_145, 1, 1), false), (argon2(262_144, 9, 1), false),
            (argon2(1024, 16, 16), true), (argon2(1024, 17, 1), false), (argon2(1024, 1, 17), false),
            (argon2(4_294_967_295, 4_294_967_295, 16_777_215), false), (argon2(1_048_576, 5, 1), false),
        ]
    }()

    @Test(arguments: costs)
    func `what would take minutes or all of the memory is refused before it is hashed`(text: String, isAllowed: Bool) {
        if isAllowed {
            #expect(throws: Never.self) { try StoredHash(text) }
        } else {
            #expect(throws: StoredHashError.tooCostly) { try StoredHash(text) }
        }
    }

    @Test func `yescrypt's parameters are read as its author wrote them`() throws {
        // crypt_gensalt's default: N 4096, r 32; then N 65536, r 8 and, by mask 1, p 11.
        #expect(YescryptCost(yescrypt: Array("j9T".utf8)[...])?.work == 128 * 32 * 4096)
        let published = try #require(YescryptCost(yescrypt: Array("jD5.7".utf8)[...]))
        #expect(published.logN == 16)
        #expect(published.blockSize == 8)
        #expect(published.parallelism == 11)
        let classic = try #require(YescryptCost(yescrypt: Array(".D5.7".utf8)[...]))
        #expect(classic.work == 128 * 8 * 65536 * 11)
        #expect(YescryptCost(scrypt: Array("CU..../....".utf8)[...])?.work == 128 * 32 * 16384)
        for broken in ["", "j", "j9", "j9T8", "j9T/", "j9T/..", "j9T.", "zzzzzzzzzzz", "j9Tzzzz", "!9T"] {
            #expect(YescryptCost(yescrypt: Array(broken.utf8)[...]) == nil, "\(broken)")
        }
    }

    @Test(arguments: PasswordVerifierContract.brokenHashes)
    func `what no verifier can use is refused`(text: String) {
        #expect(throws: StoredHashError.self) { try StoredHash(text) }
    }

    @Test func `each published hash is refused when a character is missing, too much, or a strange one`() {
        for hash in Self.vectors.map(\.hash) where hash.first == "$" || hash.first == "{" {
            for damaged in [
                String(hash.dropLast()), hash + "a", hash + "$", hash.replacing("$", with: "$$"), hash + "\n",
                hash + "\u{e9}", hash + "*",
            ]
            where damaged != hash {
                let parsed = try? StoredHash(damaged)
                // A longer argon2 hash is another valid hash; it must not match.
                #expect(parsed == nil || damaged.contains("argon2"), "\(damaged)")
            }
        }
    }

    @Test func `what libcrypt refuses is broken, not a mismatch`() throws {
        let hash = try StoredHash("$2a$05$" + String(repeating: "z", count: 53))
        #expect([.broken, .mismatch].contains(hash.check(Password("x"), CryptScratch())))
        #expect(CryptScratch().check(Array("x".utf8), against: Array("$6$rounds=500$salt$a".utf8)) == .broken)
        #expect(CryptScratch().check(Array("x".utf8), against: Array("*0".utf8)) == .broken)
        #expect(CryptScratch().check(Array("x".utf8), against: Array(repeating: 0x61, count: 400)) == .broken)
    }

    @Test func `libcrypt's longest password matches, a longer one does not and breaks nothing`() throws {
        let scratch = CryptScratch()
        let longest = [UInt8](repeating: 0x61, count: 511)
        let text = try #require(scratch.hash(longest, setting: Array("$6$rounds=1000$salt".utf8)))
        let hash = try StoredHash(text)
        #expect(hash.check(Password(bytes: longest), scratch) == .match)
        #expect(hash.check(Password(bytes: longest + [0x61]), scratch) == .mismatch)
        #expect(hash.check(Password(bytes: Array(repeating: 0x61, count: 100_000)), scratch) == .mismatch)
        #expect(hash.check(Password(bytes: []), scratch) == .mismatch)
    }

    @Test func `a hash is never printed`() throws {
        let hash = try StoredHash("$1$xxxxxxxx$UYCIxa628.9qXjpQCjM4a.")
        var dumped = ""
        dump(hash, to: &dumped)
        for text in ["\(hash)", String(reflecting: hash), dumped] { #expect(!text.contains("xxxx")) }
    }

    @Test func `schemes that cut passwords do not identify them`() throws {
        #expect(try !StoredHash("xxj31ZMTZzkVA").identifies(8))
        let bcrypt = try StoredHash("$2y$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq")
        #expect(bcrypt.identifies(71))
        #expect(!bcrypt.identifies(72))
        #expect(try StoredHash("$1$xxxxxxxx$UYCIxa628.9qXjpQCjM4a.").identifies(500))
        let stretched = try StoredHash("{PBKDF2}$1$salt$1$0c60c80f961f0e71f3a9b524af6012062fe037a6")
        #expect(stretched.identifies(64) && !stretched.identifies(65))
    }
}

import AppPasswordCore
import Foundation
import Testing

@testable import PasswordSchemes

struct SecretsInMemoryTests {
    @Test func `the key lies in memory that is locked and left out of dumps`() throws {
        let key = DigestKey()
        var isOurs = false
        var flags: Substring?
        // Not by path: the file's size reads as zero.
        let smaps = try #require(try FileHandle(forReadingAtPath: "/proc/self/smaps")?.readToEnd())
        for line in String(decoding: smaps, as: UTF8.self).split(separator: "\n") {
            let bounds = line.prefix { $0 != " " }.split(separator: "-").compactMap { UInt($0, radix: 16) }
            if bounds.count == 2 { isOurs = (bounds[0]..<bounds[1]).contains(key.location) }
            if isOurs, line.hasPrefix("VmFlags:") { flags = line }
        }
        let words = try #require(flags).split(separator: " ")
        #expect(words.contains("dd"))
        #expect(words.contains("lo") == key.isLocked)
        withExtendedLifetime(key) {}
    }

    @Test func `nothing is left in libcrypt's working space after a check`() throws {
        let scratch = CryptScratch()
        #expect(scratch.isClear)
        let hash = try StoredHash(cheapHash("secret"))
        for password in ["secret", "wrong", "", String(repeating: "a", count: 511), String(repeating: "a", count: 600)]
        {
            _ = hash.check(Password(password), scratch)
            #expect(scratch.isClear)
        }
        #expect(scratch.check(Array("x".utf8), against: Array("$6$rounds=1$broken$".utf8)) == .broken)
        #expect(scratch.isClear)
        _ = scratch.hash(Array("secret".utf8), setting: Array("$6$rounds=1000$salt".utf8))
        #expect(scratch.isClear)
    }
}

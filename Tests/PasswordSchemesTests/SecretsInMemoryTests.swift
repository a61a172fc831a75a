import TestKit
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

    @Test func `the key is in no other place, before and after it was used`() throws {
        let key = DigestKey()
        for number in 0..<100 { _ = key.digest(.guess) { $0.add(number: UInt64(number)) } }
        // The inner hash's state after the key's block: whoever has it can compute digests. Inverted, so as to be no
        // copy itself.
        let location = try #require(UnsafePointer<UInt8>(bitPattern: key.location))
        let inverted = (0..<32).map { ~location[$0] }
        #expect(try Self.copies(of: inverted, isInverted: true) == 1)
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

    @Test func `a login leaves no copy of its password behind`() async throws {
        let marker = (0..<24).map { _ in UInt8.random(in: 0x30...0x7A) }
        let password = Password(bytes: marker)  // shares the array's memory
        let log = RecordedLog()
        let verifier = HashingVerifier(checker: LaneHashChecker(logger: log.logger), logger: log.logger)
        let before = try Self.copies(of: marker)
        #expect(before >= 1)  // the scan finds what is there
        for scheme in PasswordScheme.allCases {
            let stored = try scheme.hash(password)
            for (hash, id) in [(stored, Int64?(1)), (try scheme.hash(Password("another")), nil)] {
                let found = try await verifier.match(of: password, in: [row(1, hash)], attempt: attempt())
                #expect(found?.id == id)
            }
            #expect(try Self.copies(of: marker) <= before, "\(scheme)")
        }
        // What OpenSSL works in.
        for imported in [
            "{SSHA}\(String(repeating: "A", count: 32))", "{PBKDF2}$1$salt$1$\(String(repeating: "0", count: 40))",
        ] {
            #expect(try await verifier.match(of: password, in: [row(1, imported)], attempt: attempt()) == nil)
            #expect(try Self.copies(of: marker) <= before, "\(imported)")
        }
    }

    /// How often some bytes occur in this process's writable memory, read through the kernel, as maps come and go.
    private static func copies(of pattern: [UInt8], isInverted: Bool = false) throws -> Int {
        let memory = try #require(FileHandle(forReadingAtPath: "/proc/self/mem"))
        let maps = try #require(try FileHandle(forReadingAtPath: "/proc/self/maps")?.readToEnd())
        let size = 1 << 20
        let buffer = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096)
        defer {
            memset(buffer, 0, size)
            buffer.deallocate()
        }
        let own = UInt(bitPattern: buffer)..<UInt(bitPattern: buffer) + UInt(size)
        let mask: UInt8 = isInverted ? 0xFF : 0
        var found = 0
        for line in String(decoding: maps, as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: " ")
            let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard fields[1].hasPrefix("rw"), bounds.count == 2 else { continue }
            var start = bounds[0]
            while start < bounds[1] {
                let count = pread(memory.fileDescriptor, buffer, min(size, Int(bounds[1] - start)), off_t(start))
                guard count > 0 else { break }
                var from = 0
                while let hit = memchr(buffer + from, Int32(pattern[0] ^ mask), count - from) {
                    let offset = hit - buffer
                    from = offset + 1
                    let bytes = UnsafeRawBufferPointer(start: hit, count: min(pattern.count, count - offset))
                    let isWhole = bytes.elementsEqual(pattern) { $0 == $1 ^ mask }
                    if isWhole, !own.contains(start + UInt(offset)) { found += 1 }
                }
                // Overlapping, so that nothing is missed where two reads meet.
                let isLast = start + UInt(count) >= bounds[1]
                start += UInt(isLast || count <= pattern.count ? count : count - pattern.count)
            }
        }
        return found
    }
}

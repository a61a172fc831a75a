import AuditCore
@testable import ListSource
import Testing

struct ListArchiveTests {
    private static let key = ListSigningKey()
    private static let time = Timestamp(milliseconds: 1_795_000_000_123)
    private static let files = [
        ListSet.File(ListKey(.users, .allow), Array("alice\n".utf8)),
        ListSet.File(ListKey(.ipNetworks), Array("192.88.98.0/24\n".utf8)),
        ListSet.File(ListKey(.networkCountry, .watch), []),
    ]

    private func trouble(_ bytes: [UInt8], _ keys: [ListPublicKey]? = [key.publicKey]) -> ListSourceError? {
        do {
            _ = try ListArchive.read(bytes, trusting: keys)
            return nil
        } catch { return error }
    }

    @Test func `what was signed is read by whoever knows the key`() throws {
        let bytes = ListArchive.write(Self.files, at: Self.time, by: Self.key)
        #expect(bytes == ListArchive.write(Self.files.reversed(), at: Self.time, by: Self.key), "it is always the same")
        let other = ListSigningKey()
        for keys in [[Self.key.publicKey], [other.publicKey, Self.key.publicKey]] {
            let set = try ListArchive.read(bytes, trusting: keys)
            #expect(
                set.files.map(\.list.fileName) == ["ip_networks.deny.lst", "network_cc.watch.lst", "users.allow.lst"])
            #expect(set[ListKey(.users, .allow)] == Array("alice\n".utf8) && set[ListKey(.asNames)] == nil)
            #expect(set.signed == Self.time && set.signer == Self.key.publicKey)
            #expect(set.digest == ListSet(Self.files).digest)
        }
        #expect(trouble(bytes, [other.publicKey])?.code == .untrusted)
        #expect(trouble(bytes, [])?.code == .untrusted)
        #expect(try ListArchive.read(bytes, trusting: nil).signer == Self.key.publicKey)
        let names = try TarArchive.read(bytes[...], atMost: 9).map(\.name)
        #expect(names.prefix(2) == ["signature", "manifest"], "and is a tar archive as a whole")
    }

    @Test func `no changed byte is taken, anywhere`() {
        let bytes = ListArchive.write(Self.files, at: Self.time, by: Self.key)
        for index in bytes.indices {
            for bit in [UInt8(1), 0x80] {
                var changed = bytes
                changed[index] ^= bit
                #expect(trouble(changed) != nil, "byte \(index)")
                #expect(trouble(changed, nil) != nil, "byte \(index), whoever has signed")
            }
        }
        for count in stride(from: 0, to: bytes.count, by: 64) { #expect(trouble(Array(bytes.prefix(count))) != nil) }
        #expect(trouble(bytes + [0]) != nil && trouble(bytes + bytes) != nil)
    }

    @Test func `the signature of one set is none of another, and that of another use none of a set`() throws {
        let one = ListArchive.write(Self.files, at: Self.time, by: Self.key)
        let other = ListArchive.write(
            [ListSet.File(ListKey(.ipNetworks), Array("192.88.99.0/24\n".utf8))], at: Self.time, by: Self.key)
        #expect(trouble(Array(one.prefix(1024)) + other.dropFirst(1024))?.code == .untrusted)
        let unsigned = ListArchive.write(unsigned: ListSet(Self.files))
        #expect(trouble(unsigned)?.problems == ["is not signed"])
        #expect(try ListArchive.read(unsigned, trusting: nil).signed == nil)
        // A signature in front of what does not say when it was signed.
        #expect(trouble(Array(one.prefix(1024)) + unsigned) != nil)
        #expect(!Self.key.publicKey.verifies(Self.key.sign(Array(one.dropFirst(1024))), of: Array(one.dropFirst(512))))
    }

    @Test func `what is no list, or stands twice, is refused though it is signed`() {
        func signed(_ names: [String], _ manifest: String? = nil) -> ListSourceError? {
            let text = manifest ?? "dovecot-web-auth lists 1\nunsigned\n"
            let members = [TarArchive.Member(name: "manifest", bytes: Array(text.utf8)[...], modified: 0)]
            return trouble(
                TarArchive.write(members + names.map { TarArchive.Member(name: $0, bytes: [], modified: 0) }), nil)
        }
        #expect(signed(["ip_networks.deny.lst"]) == nil)
        #expect(signed([])?.problems == ["holds no list"])
        #expect(signed(["passwd"])?.problems == ["passwd is the name of no list"])
        #expect(signed(["users.deny.lst"])?.problems == ["users.deny.lst is the name of no list"])
        #expect(signed(["ip_networks.deny.lst", "ip_networks.deny.lst"])?.problems.first?.contains("order") == true)
        #expect(signed(["ip_networks.deny.lst", "as_cc.deny.lst"])?.problems.first?.contains("order") == true)
        for manifest in [
            "", "unsigned\n", "dovecot-web-auth lists 2\nunsigned\n", "dovecot-web-auth lists 1\nunsigned",
        ] {
            #expect(signed(["ip_networks.deny.lst"], manifest) != nil, "\(manifest)")
        }
    }

    @Test func `a key is a line of text, and an odd one is none`() throws {
        let key = ListSigningKey()
        let again = try #require(ListSigningKey(text: key.text))
        #expect(again.publicKey == key.publicKey && again.sign([1, 2]) == key.sign([1, 2]))
        #expect(ListPublicKey(key.publicKey.description) == key.publicKey)
        #expect(key.text.hasPrefix("# ") && !key.text.contains(key.publicKey.description.dropFirst(8)))
        for text in [
            "", "ed25519:", key.publicKey.description.dropLast() + "", key.publicKey.description + "=", key.text,
        ] {
            #expect(ListPublicKey(text) == nil, "\(text)")
        }
        for text in ["", "ed25519-secret:AAAA\n", key.publicKey.description, key.text + key.text] {
            #expect(ListSigningKey(text: text) == nil)
        }
        // RFC 8032, 7.1, test 3.
        let known = try #require(ListSigningKey(text: "ed25519-secret:xaqN9D+fg3vtt0QvMdy3sWbThTUHbwlLhc46LgtEWPc="))
        #expect(known.publicKey.description == "ed25519:/FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU=")
        let signature = "YpHWV97sJAJIJ+acOr4BowzlSKKEdDpEXjaA19taw6wY/5tTjRbykK5n92CYTcZZSnwV6XFu0o3AJ77O6h7ECg=="
        #expect(ListPublicKey.encoded(known.sign([0xAF, 0x82])) == signature)
    }
}

import AuditCore
import Foundation
import Locks
import Testing

@testable import WebAuth

/// Where logins came from within the last day, over restarts.
struct RecentAddressesTests {
    private static let start = Timestamp(milliseconds: 1_763_918_141_000)

    /// A directory of its own, a time that is moved by hand, and what was told.
    private final class Place: Sendable {
        let path: String
        private let passed = Mutex(Duration.zero)
        private let told = Mutex<[String]>([])

        init() throws {
            let directory = NSTemporaryDirectory() + "recent-addresses-\(UUID().uuidString.prefix(8))"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
            path = directory + "/recent-addresses"
        }

        deinit { try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) }

        var now: Timestamp { RecentAddressesTests.start.advanced(by: passed.withLock { $0 }) }
        var troubles: [String] { told.withLock { $0 } }
        var isThere: Bool { FileManager.default.fileExists(atPath: path) }
        var text: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

        func advance(by duration: Duration) { passed.withLock { $0 += duration } }
        func write(_ bytes: some Sequence<UInt8>) throws {
            try Data(bytes).write(to: URL(fileURLWithPath: path))
        }
        func addresses() -> RecentAddresses {
            RecentAddresses(file: path, now: { self.now }) { reason in self.told.withLock { $0.append(reason) } }
        }
        var read: [String] { addresses().all.map(\.description) }
    }

    private func ip(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test func `the last day's are remembered over a restart, the latest first`() async throws {
        let place = try Place()
        let first = place.addresses()
        first.note(try ip("198.51.100.1"))
        place.advance(by: .seconds(80_000))
        first.note(try ip("198.51.100.2"))
        first.note(try ip("2001:db8::1"))
        place.advance(by: .seconds(1))
        first.note(try ip("::ffff:198.51.100.2"))
        await first.save()
        let attributes = try FileManager.default.attributesOfItem(atPath: place.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(place.text == "198.51.100.2 1763998142\n2001:db8::1 1763998141\n198.51.100.1 1763918141\n")
        #expect(place.read == ["198.51.100.2", "2001:db8::1", "198.51.100.1"])
        place.advance(by: .seconds(6399))
        #expect(place.read == ["198.51.100.2", "2001:db8::1"], "after a day to the second")
        #expect(first.all.count == 2, "also of those that a process has seen itself")
        place.advance(by: .seconds(80_001))
        #expect(place.read == [])
        #expect(place.troubles == [])
    }

    @Test(arguments: [
        "", "\n\n", "no address 5", "198.51.100.7", "198.51.100.7 ", "198.51.100.7  1763918141",
        " 198.51.100.7 1763918141",
        "198.51.100.7 1763918141 x", "198.51.100.7 -1", "198.51.100.7 99999999999999999999", "198.51.100.7 1763831740",
        "198.51.100.0/24 1763918141", "198.51.100.7 0", "\u{0}\u{1B}[1m 1763918141",
    ])
    func `a line that is none is passed over, and those around it are not`(line: String) throws {
        let place = try Place()
        try place.write("198.51.100.1 1763918141\n\(line)\n198.51.100.2 1763918140".utf8)
        #expect(place.read == ["198.51.100.1", "198.51.100.2"])
        try place.write([0xFF, 0xFE, 0x0A] + Array("198.51.100.1 1763918141\n".utf8) + [0xC0])
        #expect(place.read == ["198.51.100.1"])
        #expect(place.troubles == [])
    }

    @Test func `a time to come counts as now`() throws {
        let place = try Place()
        try place.write("198.51.100.1 9223372036854775807\n198.51.100.2 1763918142\n".utf8)
        #expect(place.read == ["198.51.100.1", "198.51.100.2"])
        place.advance(by: .seconds(86_401))
        #expect(place.addresses().all.count == 1, "9223372036854775807 is still to come")
    }

    @Test func `what is no file, or too long, is put beside and holds up nothing`() async throws {
        let place = try Place()
        try FileManager.default.createDirectory(atPath: place.path, withIntermediateDirectories: false)
        #expect(place.read == [])
        #expect(place.troubles == ["it is no file, or too long"])
        #expect(FileManager.default.fileExists(atPath: place.path + ".broken"))
        try FileManager.default.removeItem(atPath: place.path + ".broken")
        #expect(mkfifo(place.path, 0o600) == 0, "which nobody writes to")
        #expect(place.read == [])
        try place.write(repeatElement(0x0A, count: 64 * RecentAddresses.most + 1))
        #expect(place.read == [])
        #expect(place.troubles.count == 3)
        let addresses = place.addresses()
        addresses.note(try ip("198.51.100.1"))
        await addresses.save()
        #expect(place.read == ["198.51.100.1"])
    }

    @Test func `there is a bound to what is remembered, and its file is read whole`() async throws {
        let place = try Place()
        let addresses = place.addresses()
        // The longest texts that addresses have.
        let network = try ip("2001:db8:aaaa:bbbb:cccc:dddd:eeee:1000").bits
        for number in 0..<UInt128(2 * RecentAddresses.most) { addresses.note(IPAddress(v6: network + number)) }
        #expect(addresses.all.count == RecentAddresses.most)
        #expect(addresses.all.first == IPAddress(v6: network + UInt128(2 * RecentAddresses.most - 1)))
        await addresses.save()
        #expect(place.addresses().all == addresses.all)
        #expect(place.troubles == [])
    }

    @Test func `the file is written when there is something new, and trouble is told once`() async throws {
        let place = try Place()
        let addresses = place.addresses()
        await addresses.save()
        #expect(!place.isThere)
        // A link at the name of what is written first is not followed.
        let elsewhere = place.path + ".elsewhere"
        try FileManager.default.createSymbolicLink(atPath: place.path + ".new", withDestinationPath: elsewhere)
        addresses.note(try ip("198.51.100.1"))
        await addresses.save()
        #expect(place.text == "198.51.100.1 1763918141\n")
        #expect(!FileManager.default.fileExists(atPath: elsewhere))
        try FileManager.default.removeItem(atPath: place.path)
        await addresses.save()
        #expect(!place.isThere, "it is as it was")
        try FileManager.default.createDirectory(atPath: place.path + ".new/x", withIntermediateDirectories: true)
        addresses.note(try ip("198.51.100.2"))
        for _ in 0..<2 { await addresses.save() }
        #expect(place.troubles.count == 1)
        try FileManager.default.removeItem(atPath: place.path + ".new")
        await addresses.save()
        #expect(place.read == ["198.51.100.2", "198.51.100.1"])
        #expect(place.troubles.count == 1)
    }

    @Test func `who came more than a day ago leaves the file, though nobody else comes`() async throws {
        let place = try Place()
        try place.write("198.51.100.1 1763918141\n198.51.100.2 1763918140\n198.51.100.3 1763831740\n".utf8)
        let addresses = place.addresses()
        await addresses.save()
        #expect(place.text == "198.51.100.1 1763918141\n198.51.100.2 1763918140\n")
        place.advance(by: .seconds(86_399))
        await addresses.save()
        #expect(place.text == "198.51.100.1 1763918141\n")
        place.advance(by: .seconds(1))
        await addresses.save()
        #expect(place.text.isEmpty)
    }

    @Test func `with the setting off they are forgotten, and the file goes`() async throws {
        let place = try Place()
        let addresses = place.addresses()
        addresses.note(try ip("198.51.100.1"))
        await addresses.save()
        try Data("x".utf8).write(to: URL(fileURLWithPath: place.path + ".broken"))
        addresses.keep(false)
        addresses.note(try ip("198.51.100.2"))
        await addresses.save()
        #expect(!place.isThere && addresses.all == [])
        #expect(!FileManager.default.fileExists(atPath: place.path + ".broken"))
        addresses.keep(true)
        addresses.note(try ip("198.51.100.3"))
        await addresses.save()
        #expect(place.read == ["198.51.100.3"])
    }
}

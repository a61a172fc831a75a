import TestKit
import AuditCore
import GeoIP
import Testing

/// Whatever a file holds, lookups end soon and say something.
struct HostileFileTests {
    private static let addresses = [
        "176.112.169.218", "139.162.133.252", "2001:db8:a::1", "192.0.2.1", "192.0.2.65", "0.0.0.0",
        "255.255.255.255", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ].compactMap { IPAddress($0) }

    /// Opens the bytes and looks addresses up.
    ///
    /// - Returns: How many answers were known, absent and unavailable; nil if the file was refused.
    private func outcome(_ bytes: [UInt8], in databases: Databases) throws -> [Int]? {
        let path = try databases.replace("x.mmdb", with: bytes)
        guard let source = try? Databases.source(city: path, asn: nil) else { return nil }
        var counts = [0, 0, 0]
        for address in Self.addresses {
            switch source.place(of: address).fact {
            case .known: counts[0] += 1
            case .absent: counts[1] += 1
            case .unavailable: counts[2] += 1
            }
        }
        return counts
    }

    @Test func `a file cut off anywhere is refused, or harmless`() throws {
        let whole = try Databases.bytes("city.mmdb")
        let databases = try Databases()
        for length in stride(from: 1, to: whole.count, by: 37) {
            #expect(try outcome(Array(whole[..<length]), in: databases) == nil, "cut at \(length)")
        }
        // Bytes missing in the middle: the metadata is good, what it speaks of is not there.
        for start in stride(from: 0, to: whole.count - 300, by: 97) {
            _ = try outcome(Array(whole[..<start] + whole[(start + 200)...]), in: databases)
        }
    }

    @Test func `flipped bits never crash`() throws {
        let whole = try Databases.bytes("city.mmdb")
        let databases = try Databases()
        var random = SeededNumbers(20_241_123)
        var unavailable = 0
        for _ in 0..<400 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            }
            unavailable += try outcome(bytes, in: databases)?[2] ?? 0
        }
        #expect(unavailable > 0, "some of them must have hit a record")
    }

    @Test(arguments: [
        ("a pointer to itself", [0x20, 0]),
        ("a pointer beyond the end", [0x3F, 255, 255, 255, 255]),
        ("a text", [0x41, 65]),
        ("a map longer than the file", [0xFF, 255, 255, 255]),
        ("a key that is a number", [0xE1, 0xA1, 1, 0xE0]),
        ("a key that is a map", [0xE1, 0xE1, 0x41, 65, 0x41, 65]),
        ("an end marker", [0, 6]),
        ("a container", [0, 5]),
        ("a text beyond the end", [0xE1] + OneRecord.text("city") + [0x5F, 255, 255, 255]),
        ("a list of a million", [0xE1] + OneRecord.text("subdivisions") + [0x1F, 4, 15, 255, 255]),
    ])
    func `a malformed record is unavailable`(what: String, data: [UInt8]) throws {
        let databases = try Databases()
        #expect(try outcome(OneRecord.database(data), in: databases) == [0, 0, Self.addresses.count], "\(what)")
    }

    @Test(arguments: [
        ("a city that is the record", [0xE1] + OneRecord.text("city") + [0x20, 0]),
        ("names that are the record", [0xE1] + OneRecord.text("names") + [0x20, 0]),
        (
            "a number too long",
            [0xE1] + OneRecord.text("city") + [0xE1] + OneRecord.text("geoname_id") + [0xC5, 1, 2, 3, 4, 5]
        ),
        (
            "a text that is no UTF-8",
            [0xE1] + OneRecord.text("postal") + [0xE1] + OneRecord.text("code") + [0x42, 0xC3, 0x28]
        ),
    ])
    func `an odd record holds nothing`(what: String, data: [UInt8]) throws {
        let databases = try Databases()
        #expect(try outcome(OneRecord.database(data), in: databases) == [0, Self.addresses.count, 0], "\(what)")
    }

    /// Enough to overflow the stack of what follows nesting by recursion, as libmaxminddb's own search of maps does.
    @Test func `a record nested a million deep is unavailable`() throws {
        let nested = [UInt8](repeating: 0, count: 2_000_000).indices.map { $0 % 2 == 0 ? UInt8(1) : 4 }
        let databases = try Databases()
        let data = [0xE2] + OneRecord.text("aaa") + nested + [0x40] + OneRecord.text("city") + [0xE0]
        #expect(try outcome(OneRecord.database(data), in: databases) == [0, 0, Self.addresses.count])
    }

    /// Lists whose elements all point at the next list: 2^40 values if one follows them all.
    @Test func `pointers that fan out cost no more than the limit`() throws {
        var data: [UInt8] = [0xE1] + OneRecord.text("subdivisions") + [0x20, 15]
        for _ in 0..<40 {
            let next = UInt16(data.count + 6)
            let pointer = [0x20 | UInt8(next >> 8), UInt8(truncatingIfNeeded: next)]
            data += [0x02, 0x04] + pointer + pointer
        }
        let databases = try Databases()
        #expect(try outcome(OneRecord.database(data + [0x40, 0x40]), in: databases) == [0, Self.addresses.count, 0])
    }

    @Test func `a malformed file is logged once, and never hides the other`() throws {
        let log = RecordedLog()
        let databases = try Databases()
        let path = try databases.replace("x.mmdb", with: OneRecord.database([0x20, 0]))
        let source = try Databases.source(city: path, logger: log.logger)
        let address = try #require(IPAddress("176.112.169.218"))
        #expect(source.place(of: address).value?.asNumber == 47764)
        let other = try source.place(of: #require(IPAddress("8.8.8.8"))).fact
        #expect(other == .unavailable(LookupError(.malformed, detail: "\(path): a pointer to a pointer")))
        #expect(log.messages == ["error: geo database holds malformed records"])
    }
}

import TestKit
import AuditCore
import Foundation
import GeoIP
import Locks
import Testing

struct RefreshTests {
    private var address: IPAddress { IPAddress(v4: 0xB070_A9DA) }

    private static func asn(_ number: UInt8) -> [UInt8] {
        OneRecord.database(
            [0xE1, 0x58] + Array("autonomous_system_number".utf8) + [0xC1, number], type: "GeoLite2-ASN")
    }

    @Test func `a replaced file is taken into use`() throws {
        let databases = try Databases()
        let path = try databases.replace("asn.mmdb", with: Self.asn(1))
        let source = try Databases.source(city: nil, asn: path)
        #expect(source.place(of: address).value?.asNumber == 1)
        try databases.replace("asn.mmdb", with: Self.asn(2))
        #expect(source.place(of: address).value?.asNumber == 1, "not before it is looked for")
        #expect(source.refresh() == [])
        #expect(source.place(of: address).value?.asNumber == 2)
    }

    @Test func `a file shortened or overwritten in place hurts nobody`() throws {
        let databases = try Databases()
        let path = try databases.replace("city.mmdb", with: Databases.bytes("city.mmdb"))
        let source = try Databases.source(city: path, asn: nil)
        try databases.overwrite("city.mmdb", with: [1])
        #expect(source.place(of: address).value?.city?.name == "Khasavyurt")
        #expect(source.refresh().map(\.reason) == ["is no MMDB file, or cut off"])
        #expect(source.place(of: address).value?.city?.name == "Khasavyurt")
        try databases.overwrite("city.mmdb", with: OneRecord.database([0xE0]))
        #expect(source.refresh() == [])
        #expect(source.place(of: address).fact == .absent)
    }

    @Test func `a broken new file is refused and logged once, the old one stays`() throws {
        let databases = try Databases()
        let log = RecordedLog()
        let path = try databases.replace("asn.mmdb", with: Self.asn(1))
        let source = try Databases.source(city: nil, asn: path, logger: log.logger)
        try databases.replace("asn.mmdb", with: Self.asn(2).dropLast(10))
        for _ in 0..<3 { source.refresh() }
        #expect(source.place(of: address).value?.asNumber == 1)
        try FileManager.default.removeItem(atPath: path)
        for _ in 0..<3 { source.refresh() }
        #expect(source.place(of: address).value?.asNumber == 1)
        try databases.replace("asn.mmdb", with: Self.asn(3))
        for _ in 0..<3 { source.refresh() }
        #expect(source.place(of: address).value?.asNumber == 3)
        let refused = "warning: geo database refused; the one opened before stays in use"
        #expect(log.messages == [refused, refused, "info: geo database replaced"])
    }

    @Test func `a file of another kind does not take the place of a good one`() throws {
        let databases = try Databases()
        let path = try databases.replace("asn.mmdb", with: Self.asn(1))
        let source = try Databases.source(city: nil, asn: path)
        try databases.replace("asn.mmdb", with: Databases.bytes("city.mmdb"))
        #expect(
            source.refresh().map(\.reason) == ["is a GeoLite2-City database: its records hold no AS numbers or names"])
        #expect(source.place(of: address).value?.asNumber == 1)
    }

    @Test func `a reload shares the files that did not change`() throws {
        let databases = try Databases()
        let path = try databases.replace("asn.mmdb", with: Self.asn(1))
        let first = try Databases.source(city: nil, asn: path)
        // Same size and time: only the content differs, so that what was read before shows.
        var time = stat()
        #expect(stat(path, &time) == 0)
        try databases.overwrite("asn.mmdb", with: Self.asn(2))
        var times = [time.st_atim, time.st_mtim]
        #expect(utimensat(AT_FDCWD, path, &times, 0) == 0)
        let second = try MMDBGeoSource(GeoConfiguration(asn: path), reusing: first, logger: .silent)
        #expect(second.place(of: address).value?.asNumber == 1)
        try databases.replace("asn.mmdb", with: Self.asn(3))
        let third = try MMDBGeoSource(GeoConfiguration(asn: path), reusing: second, logger: .silent)
        #expect(third.place(of: address).value?.asNumber == 3)
    }

    @Test func `lookups go on while files are swapped`() async throws {
        let databases = try Databases()
        let path = try databases.replace("asn.mmdb", with: Self.asn(1))
        let source = try Databases.source(city: nil, asn: path)
        let address = address
        let swapping = Flag()
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var wrong = 0
                    while !swapping.isDone {
                        let number = source.place(of: address).value?.asNumber ?? 0
                        if !(1...2).contains(number) { wrong += 1 }
                        await Task.yield()
                    }
                    return wrong
                }
            }
            for round in 0..<50 {
                try databases.replace("asn.mmdb", with: Self.asn(UInt8(1 + round % 2)))
                source.refresh()
            }
            swapping.end()
            for try await wrong in group { #expect(wrong == 0) }
        }
    }
}

private final class Flag: Sendable {
    private let state = Mutex(false)
    var isDone: Bool { state.withLock { $0 } }
    func end() { state.withLock { $0 = true } }
}

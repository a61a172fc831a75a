import TestKit
import AuditCore
import Foundation
import Testing

@testable import PasswordSchemes

/// A path in a directory of its own, which goes with it.
private final class PrivatePath {
    let directory = FileManager.default.temporaryDirectory.appending(path: "known-\(UUID().uuidString)")
    var path: String { directory.appending(path: "known-networks").path }
    init() throws { try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false) }
    deinit { try? FileManager.default.removeItem(at: directory) }
}

struct KnownNetworksTests {
    private let log = RecordedLog()
    private static let noon = Timestamp(milliseconds: 1_800_000_000_000)
    private static let day = Duration.seconds(86_400)

    private func open(
        _ path: String?, after time: Duration = .zero, _ change: (inout GuessLimits) -> Void = { _ in }
    ) -> KnownNetworks {
        var limits = GuessLimits()
        change(&limits)
        return KnownNetworks(limits, file: path, start: Self.noon.advanced(by: time), logger: log.logger)
    }

    private func knows(
        _ known: KnownNetworks, _ account: String, _ place: String = "192.0.2.0/24", at now: Duration = .zero
    ) -> Bool { known.contains(known.pair(account, place), at: now) }

    private func note(
        _ known: KnownNetworks, _ account: String, _ place: String = "192.0.2.0/24", at now: Duration = .zero
    ) { known.note(known.pair(account, place), at: now) }

    @Test func `what is known is known to the next process, until its time is over`() async throws {
        let file = try PrivatePath()
        let first = open(file.path)
        note(first, "alice")
        note(first, "alice", "2001:db8::/56", at: Self.day * 10)
        await first.flush(within: .seconds(10))
        let second = open(file.path, after: Self.day * 13)
        #expect(knows(second, "alice"))
        #expect(knows(second, "alice", "2001:db8::/56"))
        #expect(!knows(second, "bert"))
        #expect(!knows(second, "alice", "192.0.3.0/24"))
        #expect(!knows(second, "alice", at: Self.day * 2))
        let third = open(file.path, after: Self.day * 15)
        #expect(!knows(third, "alice"))
        #expect(knows(third, "alice", "2001:db8::/56"))
        #expect(log.lines.isEmpty)
    }

    @Test func `what another server knows is known for as long as that says, and never for longer than from now`() {
        let (known, noon) = (open(nil), UInt32(Self.noon.milliseconds / 60_000))
        func knows(until end: UInt32, at now: Duration) -> Bool {
            let pair = known.pair("alice", "\(end)")
            known.note(pair, until: end, at: .zero)
            return known.contains(pair, at: now)
        }
        let lifetime: UInt32 = 14 * 1440
        #expect(knows(until: noon + 10, at: .seconds(9 * 60)))
        #expect(!knows(until: noon + 10, at: .seconds(10 * 60)))
        for end in [0, 10, noon - 1, noon, noon + lifetime + 61, .max] { #expect(!knows(until: end, at: .zero)) }
        #expect(knows(until: noon + lifetime + 60, at: Self.day * 14 - .seconds(60)))
        #expect(!knows(until: noon + lifetime + 60, at: Self.day * 14))
        #expect(known.end(ofSuccessAt: .seconds(60)) == noon + 1 + lifetime)
    }

    @Test func `the file is its owner's alone and names nobody`() async throws {
        let file = try PrivatePath()
        let known = open(file.path)
        for number in 0..<100 { note(known, "alice\(number)") }
        await known.flush(within: .seconds(10))
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let bytes = try Data(contentsOf: URL(filePath: file.path))
        #expect(bytes.count == 2058)
        #expect(bytes.range(of: Data("alice".utf8)) == nil)
        #expect(bytes.range(of: Data("192.0.2".utf8)) == nil)
    }

    @Test func `a file that is no such file is kept beside, said once, and begun anew`() async throws {
        let file = try PrivatePath()
        for content in [
            Data("something else".utf8), Data(count: 10_000), Data("web-auth known networks 1\nshort".utf8),
        ] {
            try content.write(to: URL(filePath: file.path))
            let known = open(file.path)
            note(known, "alice")
            await known.flush(within: .seconds(10))
            #expect(knows(open(file.path), "alice"))
            #expect(try Data(contentsOf: URL(filePath: file.path + ".broken")) == content)
        }
        #expect(log.lines.count == 3)
    }

    @Test func `damaged records make nobody known, and harm no other`() async throws {
        let file = try PrivatePath()
        let first = open(file.path)
        note(first, "alice")
        note(first, "bert")
        await first.flush(within: .seconds(10))
        var bytes = try Data(contentsOf: URL(filePath: file.path))
        bytes.replaceSubrange(58..<78, with: Data(repeating: 0xFF, count: 20))  // alice's, and of the year 10000
        try (bytes + Data([1, 2, 3])).write(to: URL(filePath: file.path))
        let second = open(file.path)
        #expect(!knows(second, "alice"))
        #expect(knows(second, "bert"))
        note(second, "carol")
        await second.flush(within: .seconds(10))
        let third = open(file.path)
        #expect(knows(third, "bert") && knows(third, "carol"))
        let size = try Data(contentsOf: URL(filePath: file.path)).count
        #expect(size == 118)
    }

    @Test func `where there is no file to be had it is known until the next start, and that is said once`() async throws
    {
        let file = try PrivatePath()
        try FileManager.default.createDirectory(atPath: file.path, withIntermediateDirectories: false)
        let known = open(file.path)
        for account in ["alice", "bert"] { note(known, account) }
        #expect(knows(known, "alice") && knows(known, "bert"))
        await known.flush(within: .seconds(10))
        #expect(log.lines.count == 1)
    }

    @Test func `the file stays bounded, and keeps what is latest`() async throws {
        let file = try PrivatePath()
        let known = open(file.path) { $0.knownNetworks = 64 }
        for number in 0..<2000 {
            note(known, "user \(number)", at: .seconds(number * 60))
            await known.flush(within: .seconds(10))
            if number.isMultiple(of: 100) {
                let size = try Data(contentsOf: URL(filePath: file.path)).count
                #expect(size <= 2618)
            }
        }
        #expect(known.count <= 64)
        let next = open(file.path, after: .seconds(2000 * 60)) { $0.knownNetworks = 64 }
        for number in 1960..<2000 { #expect(knows(next, "user \(number)")) }
        #expect(!knows(next, "user 0"))
    }

    @Test func `a file from when more was to be known is made smaller, and goes on taking what is new`() async throws {
        let file = try PrivatePath()
        let large = open(file.path) { $0.knownNetworks = 1024 }
        for number in 0..<1000 { note(large, "user \(number)", at: .seconds(number * 60)) }
        await large.flush(within: .seconds(10))
        for start in 1...3 {  // each start is a restart
            let small = open(file.path, after: .seconds(1000 * 60)) { $0.knownNetworks = 64 }
            #expect(knows(small, "user 999") && !knows(small, "user 0"))
            note(small, "newcomer \(start)")
            await small.flush(within: .seconds(10))
            let size = try Data(contentsOf: URL(filePath: file.path)).count
            #expect(size <= 2618)
        }
        let next = open(file.path, after: .seconds(1000 * 60)) { $0.knownNetworks = 64 }
        for start in 1...3 { #expect(knows(next, "newcomer \(start)")) }
        #expect(log.lines.isEmpty)
    }

    @Test func `a file that could not be made smaller for long is made so as soon as it can be`() async throws {
        let file = try PrivatePath()
        let obstacle = file.path + ".new"
        let known = open(file.path) { $0.knownNetworks = 64 }
        try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: false)
        for number in 0..<400 {
            note(known, "user \(number)", at: .seconds(number * 60))
            await known.flush(within: .seconds(10))
        }
        let size = try Data(contentsOf: URL(filePath: file.path)).count
        #expect(size == 5178, "twice as many records as it should hold, and no more")
        try FileManager.default.removeItem(atPath: obstacle)
        note(known, "user 400", at: .seconds(400 * 60))
        await known.flush(within: .seconds(10))
        let next = open(file.path, after: .seconds(401 * 60)) { $0.knownNetworks = 64 }
        // With those that it did not take meanwhile.
        for number in 370...400 { #expect(knows(next, "user \(number)"), "\(number)") }
        #expect(try Data(contentsOf: URL(filePath: file.path)).count <= 2618)
        #expect(!log.lines.isEmpty)
    }

    @Test func `a busy site has room, and who has one account pushes out only his own`() {
        let known = open(nil)
        for number in 0..<70_000 { note(known, "user \(number % 30_000)", "10.\(number / 30_000).0.0/24") }
        for number in 0..<100_000 { note(known, "mallory", "2001:db8:\(number / 256):\(number % 256)00::/56") }
        for number in 0..<70_000 {
            let isKnown = knows(known, "user \(number % 30_000)", "10.\(number / 30_000).0.0/24")
            if !isKnown { Issue.record("user \(number) was pushed out") }
        }
        #expect(known.count == 70_032)
    }

    @Test func `a full table forgets the pairs of longest ago`() {
        let known = open(nil) { $0.knownNetworks = 160 }
        for number in 0..<400 { note(known, "user \(number)", at: .seconds(number * 60)) }
        #expect((150...160).contains(known.count))
        for number in 250..<400 { #expect(knows(known, "user \(number)", at: Self.day)) }
        #expect(!knows(known, "user 0", at: Self.day))
    }

    @Test func `a success is written again only when it tells something`() async throws {
        let file = try PrivatePath()
        let known = open(file.path)
        for hour in 0..<48 { note(known, "alice", at: .seconds(hour * 3600)) }
        await known.flush(within: .seconds(10))
        let size = try Data(contentsOf: URL(filePath: file.path)).count
        #expect(size == 118)
        #expect(knows(known, "alice", at: Self.day * 15))
    }
}

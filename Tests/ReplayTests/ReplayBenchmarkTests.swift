import AuditCore
import AuditCoreTesting
import Foundation
@testable import Replay
import Report
import Testing

/// Figures of the promises of `replay` and `suggest`: `BENCHMARKS=1 swift test --filter ReplayBenchmark`, with
/// `-c release -Xswiftc -enable-testing` for times that mean something.
///
/// `REPLAY_RECORDS` says over how many records, 2,000,000 unless told otherwise: 50,000 that differ, again and again. `REPLAY_KEEP`
/// names a directory where these are left, with the lists, for the program itself to be measured on.
@Suite(
    .enabled(if: ProcessInfo.processInfo.environment["BENCHMARKS"] == "1", "set BENCHMARKS=1"), .serialized,
    .timeLimit(.minutes(60)))
struct ReplayBenchmarkTests {
    private static let size = ProcessInfo.processInfo.environment["REPLAY_RECORDS"].flatMap { Int($0) } ?? 2_000_000
    private static let distinct = min(size, 50_000)
    private static let isOptimised = !_isDebugAssertConfiguration()

    /// Records as the service writes them, in a file; their verdicts are those of a policy.
    private func file(_ policy: Policy) throws -> String {
        let path = NSTemporaryDirectory() + "replay-\(UUID().uuidString.prefix(8)).jsonl"
        try #require(FileManager.default.createFile(atPath: path, contents: nil))
        let file = try #require(FileHandle(forWritingAtPath: path))
        var logins = SeededLogins(seed: 23)
        for _ in 0..<Self.distinct / 1000 {
            var lines: [UInt8] = []
            for _ in 0..<1000 {
                let attempt = logins.attempt()
                let record = Logins.record(attempt, logins.facts(of: attempt.address), policy, password: 7)
                lines += AuditEntry.login(record).jsonLine.utf8
                lines.append(10)
            }
            try file.write(contentsOf: Data(lines))
        }
        return path
    }

    private func records(_ path: String) -> JSONLinesInput {
        JSONLinesInput(paths: Array(repeating: path, count: max(1, Self.size / Self.distinct)))
    }

    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        let start = now()
        try body()
        return now() - start
    }

    /// The most memory the process has had, in KiB.
    private var peakKiB: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        return status.firstMatch(of: #/VmHWM:\s+(\d+) kB/#).flatMap { Int($0.1) } ?? 0
    }

    @Test func `lists in force decide as they did, at three times the cost of reading`() throws {
        var numbers = SeededLogins.Numbers(5)
        let lists = Logins.lists(&numbers)
        let policy = Logins.policy(lists)
        let path = try file(policy)
        defer { try? FileManager.default.removeItem(atPath: path) }
        if let kept = ProcessInfo.processInfo.environment["REPLAY_KEEP"] {
            try FileManager.default.createDirectory(atPath: kept, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: path, toPath: kept + "/audit.jsonl")
            for (kind, text) in lists {
                try text.write(toFile: "\(kept)/\(kind).deny.lst", atomically: true, encoding: .utf8)
            }
        }
        let before = peakKiB
        var count = 0
        let reading = try seconds {
            var input = records(path)
            while let fields = try input.nextFields() { if fields.record.event == nil { count += 1 } }
        }
        var findings: ReplayFindings?
        let judging = try seconds {
            var input = records(path)
            let configuration = Replay.Configuration(
                candidate: policy, baseline: .records, since: nil, until: Logins.end)
            findings = try Replay.run(configuration, over: &input)
        }
        let megabytes = (peakKiB - before) / 1024
        print(
            "replay.records: \(count), reading \(reading) s, replay \(judging) s, ratio \(judging / reading), \(megabytes) MB more"
        )
        let found = try #require(findings)
        #expect(found.logins == count && found.newlyRefused.logins == 0 && found.newlyAllowed.logins == 0)
        #expect(found.refused > count / 100)
        #expect(judging <= 3 * reading, "\(judging) s to \(reading) s")
        #expect(megabytes < 200)
        if Self.isOptimised, Self.size == 2_000_000 { #expect(judging < 90) }
    }

    @Test func `a million records are searched for lines within a minute`() throws {
        let path = try file(Policy())
        defer { try? FileManager.default.removeItem(atPath: path) }
        let configuration = Suggester.Configuration(
            bad: BadLogins(users: [NamePattern("user1?")]), since: nil, until: Logins.end)
        let paths = Array(repeating: path, count: max(1, Self.size / 2 / Self.distinct))
        var suggestions: Suggestions?
        let taken = try seconds {
            suggestions = try Suggester.run(configuration, over: { JSONLinesInput(paths: paths) })
        }
        print("suggest.records: \(Self.size / 2), \(taken) s, \(suggestions?.lines.count ?? 0) lines")
        #expect(try #require(suggestions).lines.allSatisfy { $0.alsoMeets.isEmpty })
        if Self.isOptimised { #expect(taken < 60) }
    }

    /// The memory that the process has now.
    private var heldBytes: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        return (status.firstMatch(of: #/VmRSS:\s+(\d+) kB/#).flatMap { Int($0.1) } ?? 0) * 1024
    }

    @Test func `a botnet of scattered addresses is searched in a time that grows with their number`() throws {
        func time(_ count: Int) throws -> Double {
            var numbers = SeededLogins.Numbers(3)
            var fields: [RecordFields] = []
            for number in 0..<count {
                // Each in a network that others use as well, so that it takes a line for each.
                let address = IPAddress(v4: 45 << 24 | UInt32.random(in: 0..<1 << 24, using: &numbers) & ~0xFF)
                for (user, offset) in [("honey", 1 as UInt128), ("user\(number % 500)", 2)] {
                    fields.append(
                        try Logins.login(
                            user, from: "\(IPAddress(v4: UInt32(truncatingIfNeeded: address.bits + offset)))", at: 0))
                }
            }
            let configuration = Suggester.Configuration(
                bad: BadLogins(users: [NamePattern("honey")]), since: nil, until: Logins.end)
            var lines = 0
            let taken = try seconds {
                lines = try Suggester.run(configuration, over: { Logins.Source(fields) }).lines.count
            }
            print("suggest.places.\(count): \(taken) s, \(lines) lines")
            #expect(lines > count * 9 / 10)
            return taken
        }
        let few = try time(2500)
        #expect(try time(20_000) < 8 * 3 * few)
    }

    @Test(arguments: ["everyday", "long"]) func `recent logins take the memory that they may`(kind: String) throws {
        func measure(_ capacity: Int) -> (ring: RecentLoginRing, bytes: Int) {
            let before = heldBytes
            var ring = RecentLoginRing(capacity: capacity)
            for number in 0..<capacity {
                let address = IPAddress(v4: 45 << 24 | UInt32(number) << 7)
                var facts = SampleRecords.vk().facts
                let name = kind == "long" ? String(repeating: "long-label.", count: 12) : "dip0."
                facts.reverseHost = Sourced(.known(PTRNames("p\(number).\(name)example.de")), source: .dns)
                facts.network.fact = .known(
                    NetworkFacts(name: "NET-\(number % 3000)", country: "DE", entities: ["A-NIC", "A-RR"]))
                _ = ring.note(
                    user: "user\(number % (capacity / 2))", password: Int64(number), address: address,
                    minute: UInt32(29_000_000 + number / 100)
                ) { FactParts(facts) }
            }
            return (ring, heldBytes - before)
        }
        let (ring, bytes) = measure(65_536)
        let file = ring.lines.reduce(0) { $0 + $1.text.utf8.count }
        print(
            "recent-logins.\(kind): \(ring.count) rows of \(ring.userCount) users, \(bytes) bytes, \(bytes / max(1, ring.count)) a row, "
                + "reckoned \(ring.cost), file \(file)")
        #expect(bytes <= 85_000_000, "as docs/lists.md says")
    }
}

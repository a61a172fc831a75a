import AuditCore
import AuditCoreTesting
import FileAuditSinks
import Foundation
import Locks
import Testing

@Suite(.timeLimit(.minutes(5)))
struct JSONLinesSinkTests {
    /// A directory that goes with its test.
    private final class Directory {
        let path = NSTemporaryDirectory() + "/jsonl-\(UUID().uuidString.prefix(8))"
        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }
        var file: String { path + "/audit.jsonl" }
        func lines(_ name: String = "audit.jsonl") -> [String] {
            let text = (try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)) ?? ""
            return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
        }
    }

    /// A clock that a test moves.
    private final class Clock: Sendable {
        private let time = Mutex(ContinuousClock.now)
        var now: @Sendable () -> ContinuousClock.Instant { { self.time.withLock { $0 } } }
        func advance(by duration: Duration) { time.withLock { $0 += duration } }
    }

    private func entry(_ number: Int64) -> AuditEntry {
        var record = SampleRecords.vk()
        record.passwordID = number
        return .login(record)
    }

    private func numbers(_ lines: [String]) throws -> [Int] {
        try lines.map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(object?["password"] as? Int)
        }
    }

    @Test func `the sink keeps what is asked of adapters`() async throws {
        let directory = try Directory()
        let file = directory.file
        try await AuditSinkContract(written: { _ in
            let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
            return text.count(where: { $0 == "\n" })
        }) { JSONLinesSink(path: file) }.run()
        withExtendedLifetime(directory) {}
    }

    @Test func `logins and failures are lines of a file that nobody else may read`() async throws {
        let directory = try Directory()
        let sink = JSONLinesSink(path: directory.file)
        let failure = FailureRecord(.revoked, reason: "password is deleted", attempt: SampleRecords.vk().attempt)
        try await sink.write(entry(1))
        try await sink.write(.failure(failure))
        #expect(directory.lines() == [entry(1).jsonLine, AuditEntry.failure(failure).jsonLine])
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.file)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test func `a file that was moved away is made anew within a second, and at once with a signal`() async throws {
        let (directory, clock) = (try Directory(), Clock())
        let sink = JSONLinesSink(path: directory.file, now: clock.now)
        try await sink.write(entry(1))
        try FileManager.default.moveItem(atPath: directory.file, toPath: directory.path + "/old")
        clock.advance(by: .milliseconds(999))
        try await sink.write(entry(2))
        clock.advance(by: .milliseconds(1))
        try await sink.write(entry(3))
        #expect(try numbers(directory.lines("old")) == [1, 2])
        #expect(try numbers(directory.lines()) == [3])
        try FileManager.default.removeItem(atPath: directory.file)
        try await sink.reopen()
        try await sink.write(entry(4))
        #expect(try numbers(directory.lines()) == [4])
    }

    @Test func `records that come together are lines of one write, and those the disk has no room for are counted`()
        async throws
    {
        let directory = try Directory()
        let sink = JSONLinesSink(path: directory.file)
        #expect(await sink.write((0..<100).map { entry($0) }).written == 100)
        #expect(try numbers(directory.lines()) == Array(0..<100))
        let full = await JSONLinesSink(path: "/dev/full").write((0..<3).map { entry($0) })
        #expect(full.written == 0)
        #expect(full.trouble?.description == "/dev/full: No space left on device")
    }

    @Test func `a line that another process was killed in spoils none of those that go on`() async throws {
        let directory = try Directory()
        let sink = JSONLinesSink(path: directory.file)
        try await sink.write(entry(1))
        let other = try #require(FileHandle(forWritingAtPath: directory.file))
        try other.seekToEnd()
        other.write(Data(#"{"timestamp":"20"#.utf8))
        _ = await sink.write([entry(2), entry(3)])
        try await sink.write(entry(4))
        #expect(try numbers(directory.lines().filter { !$0.hasPrefix(#"{"timestamp":"20{"#) }) == [1, 3, 2, 4])
    }

    @Test func `whoever empties the file in place takes nothing of what follows`() async throws {
        let directory = try Directory()
        let sink = JSONLinesSink(path: directory.file)
        try await sink.write(entry(1))
        #expect(truncate(directory.file, 0) == 0)
        try await sink.write(entry(2))
        #expect(try numbers(directory.lines()) == [2])
    }

    @Test func `a directory that vanished costs records until it is back`() async throws {
        let (directory, clock) = (try Directory(), Clock())
        let sink = JSONLinesSink(path: directory.file, now: clock.now)
        try await sink.write(entry(1))
        try FileManager.default.removeItem(atPath: directory.path)
        clock.advance(by: .seconds(1))
        await #expect(throws: AuditSinkError.self) { try await sink.write(entry(2)) }
        try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
        try await sink.write(entry(3))
        #expect(try numbers(directory.lines()) == [3])
    }

    @Test func `a full device is an error that says so`() async throws {
        let sink = JSONLinesSink(path: "/dev/full")
        do {
            try await sink.write(entry(1))
            Issue.record("nothing can be written there")
        } catch {
            #expect(error.description == "/dev/full: No space left on device")
        }
    }

    @Test func `a line that a killed process left unfinished spoils no other`() async throws {
        let directory = try Directory()
        try Data(#"{"timestamp":"20"#.utf8).write(to: URL(fileURLWithPath: directory.file))
        let sink = JSONLinesSink(path: directory.file)
        try await sink.write(entry(1))
        try await sink.write(entry(2))
        #expect(directory.lines().first == #"{"timestamp":"20"#)
        #expect(try numbers(Array(directory.lines().dropFirst())) == [1, 2])
    }

    /// A small file system of its own; nil where this process may not make one.
    private func mountSmall(at path: String) -> Bool {
        mount("tmpfs", path, "tmpfs", 0, "size=64k") == 0
    }

    @Test func `a disk that is full holds whole lines only, and takes more when there is room`() async throws {
        let directory = try Directory()
        let disk = directory.path + "/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        guard mountSmall(at: disk) else { return }  // not root: covered by /dev/full as far as it goes
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let sink = JSONLinesSink(path: disk + "/audit.jsonl")
        var written = 0
        for number in 0..<1000 {
            do { try await sink.write(entry(Int64(number))) } catch { break }
            written += 1
        }
        #expect((1..<1000).contains(written))
        #expect(try numbers(directory.lines("disk/audit.jsonl")) == Array(0..<written))
        try FileManager.default.moveItem(atPath: disk + "/audit.jsonl", toPath: disk + "/old")
        #expect(truncate(disk + "/old", 0) == 0)
        try await sink.write(entry(1000))
        #expect(try numbers(directory.lines("disk/audit.jsonl")) == [1000])
    }

    @Test func `of records that come together those that find room are kept whole`() async throws {
        let directory = try Directory()
        let disk = directory.path + "/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        guard mountSmall(at: disk) else { return }  // not root: covered by /dev/full as far as it goes
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let sink = JSONLinesSink(path: disk + "/audit.jsonl")
        let (written, trouble) = await sink.write((0..<1000).map { entry($0) })
        #expect((1..<1000).contains(written))
        #expect(trouble?.description.hasSuffix("a record was cut short: is the disk full?") == true)
        #expect(try numbers(directory.lines("disk/audit.jsonl")) == Array(0..<written))
        #expect(await sink.write([entry(1000)]).written == 0)
        // Where somebody else may be writing nothing can be cut off: the next record begins a line of its own.
        let other = open(disk + "/audit.jsonl", O_RDWR)
        defer { close(other) }
        #expect(flock(other, LOCK_SH) == 0)
        #expect(ftruncate(other, 0) == 0)
        let again = await sink.write((0..<1000).map { entry($0) }).written
        #expect((1..<1000).contains(again))
        #expect(
            ftruncate(other, off_t(directory.lines("disk/audit.jsonl")[..<3].joined(separator: "\n").utf8.count + 9))
                == 0)
        #expect(await sink.write([entry(1001)]).written == 1)
        let lines = directory.lines("disk/audit.jsonl")
        #expect(try numbers(lines.prefix(3) + lines.suffix(1)) == [0, 1, 2, 1001])
    }

    @Test func `20,000 records in a burst, from several writers, arrive whole`() async throws {
        let directory = try Directory()
        let trail = AuditTrail { _ in }
        trail.use((0..<4).map { _ in JSONLinesSink(path: directory.file) })
        for number in 0..<5000 { trail.submit(entry(Int64(number))) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await trail.finish(within: .seconds(240)) }
            group.addTask { await trail.run() }
        }
        #expect(trail.counts.map(\.lost) == [0, 0, 0, 0])
        let numbers = try numbers(directory.lines())
        #expect(numbers.count == 20_000)
        #expect(numbers.sorted() == (0..<20_000).map { $0 / 4 })
    }
}

import TestKit
import AuditCore
import AuditCoreTesting
import Foundation
import JournalReader
import SystemdJournal
import TestServers
import Testing

/// A real journald's entries, read back.
@Suite(
    .serialized, .timeLimit(.minutes(5)),
    .enabled(if: JournaldServer.isAvailable, "\(JournaldServer.missing)"))
struct JournalReaderTests {
    /// A session id that no other record has.
    private let session = UUID().uuidString
    /// The machine's journal may be long; ours begins here.
    private let begin = JournalReaderTests.microseconds()

    /// Writes records with our session id and waits until journald has them.
    private func write(_ logins: String...) async throws {
        let sink = JournalSink()
        for login in logins {
            var record = SampleRecords.google()
            record.attempt.sessionID = session
            record.attempt.login = login
            try await sink.write(.login(record))
        }
        _ = try await JournaldServer.shared.entries("AUDIT_SESSION_ID=\(session)")
    }

    private static func microseconds() -> UInt64 { UInt64(Date().timeIntervalSince1970 * 1_000_000) }

    /// The users of our session's entries.
    private func users(
        _ source: JournalReader.Source = .machine, since: UInt64? = nil, until: UInt64 = .max
    ) throws -> [String] {
        let since = since ?? begin
        let reader = try JournalReader(
            source, identifiers: ["mail-audit", "mail-auth"], fields: ["AUDIT_USER", "AUDIT_SESSION_ID"], since: since,
            until: until)
        var users: [String] = []
        while let entry = try reader.next() {
            #expect(entry.microseconds >= since && entry.microseconds < until)
            #expect(entry.fields.allSatisfy { ["AUDIT_USER", "AUDIT_SESSION_ID"].contains($0.name) })
            guard entry.fields.contains(where: { $0.value == session }) else { continue }
            users += entry.fields.filter { $0.name == "AUDIT_USER" }.map(\.value)
        }
        #expect(try reader.next() == nil)
        #expect(reader.damagedCount == 0 && !reader.isCutShort)
        return users
    }

    @Test func `entries come back with the bytes they had, oldest first`() async throws {
        _ = try await JournaldServer.shared
        let names = ["alice", "a\nAUDIT_USER=forged", "a\u{0}b", "é\u{1b}[31m", "", "="]
        for name in names { try await write(name) }
        #expect(try users() == names)
    }

    @Test func `a long value is cut, not lost`() async throws {
        _ = try await JournaldServer.shared
        try await write(String(repeating: "long ", count: 100_000))
        let user = try #require(try users().first)
        #expect(user.utf8.count <= 500_000 && user.hasPrefix("long long "))
    }

    @Test func `only what was written in the time asked for is read`() async throws {
        _ = try await JournaldServer.shared
        try await write("before")
        let start = Self.microseconds()
        try await write("within")
        let end = Self.microseconds()
        try await write("after")
        #expect(try users(since: start, until: end) == ["within"])
        #expect(try users(since: start) == ["within", "after"])
        #expect(try users(until: start) == ["before"])
    }

    @Test func `other identifiers are passed by`() async throws {
        _ = try await JournaldServer.shared
        try await write("alice")
        let reader = try JournalReader(.machine, identifiers: ["nobody-writes-this"], fields: ["MESSAGE"])
        #expect(try reader.next() == nil)
    }

    @Test func `a file is read as the journal is`() async throws {
        _ = try await JournaldServer.shared
        try await write("alice", "bob")
        #expect(try users(.files(files())) == ["alice", "bob"])
    }

    @Test(arguments: ["", "no journal", "LPKSHHRH"])
    func `what is no journal is an error that names the file`(content: String) async throws {
        let directory = try PrivateDirectory()
        let file = try directory.write(content, to: "x.journal")
        let error = #expect(throws: JournalReaderError.self) {
            _ = try JournalReader(.files([file]), identifiers: ["mail-audit"], fields: [])
        }
        #expect(error?.description == "\(file): is damaged, or no journal")
    }

    @Test func `a missing file is an error that says so`() {
        let error = #expect(throws: JournalReaderError.self) {
            _ = try JournalReader(.files(["/nonexistent/x.journal"]), identifiers: ["mail-audit"], fields: [])
        }
        #expect(error?.description == "/nonexistent/x.journal: No such file or directory")
    }

    @Test func `a file cut short is an error or is read as far as it goes`() async throws {
        let (bytes, directory) = try await ourFile()
        for share in [0.2, 0.5, 0.9, 0.999] {
            let file = directory.path + "/cut.journal"
            try bytes.prefix(Int(Double(bytes.count) * share)).write(to: URL(fileURLWithPath: file))
            readSome(file)
        }
    }

    /// Seeded, so that a failure can be had again.
    @Test func `a damaged file never does worse than an error, or entries left out`() async throws {
        let (bytes, directory) = try await ourFile()
        var generator = SeededNumbers(1)
        let file = directory.path + "/damaged.journal"
        for _ in 0..<100 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...200, using: &generator) {
                damaged[Int.random(in: 8..<bytes.count, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            try damaged.write(to: URL(fileURLWithPath: file))
            readSome(file)
        }
    }

    /// Reads a file's first entries, and its last to the end or to an error.
    private func readSome(_ file: String) {
        for (since, limit) in [(0, 300), (begin, 10_000)] {
            do {
                let reader = try JournalReader(
                    .files([file]), identifiers: ["mail-audit"], fields: ["AUDIT_USER"], since: since)
                var count = 0
                while count < limit, try reader.next() != nil { count += 1 }
                #expect(count <= 300 || count < limit)
            } catch {
                #expect("\(error)".hasPrefix(file) || "\(error)".hasPrefix("the journal"))
            }
        }
    }

    /// A journal file with entries of ours, copied.
    private func ourFile() async throws -> (Data, PrivateDirectory) {
        _ = try await JournaldServer.shared
        try await write("alice", "bob", "carol")
        let directory = try PrivateDirectory()
        return (try Data(contentsOf: URL(fileURLWithPath: try #require(files().first))), directory)
    }

    /// The files that journald writes to now.
    private func files() -> [String] {
        var files: [String] = []
        for folder in ["/run/log/journal", "/var/log/journal"] {
            guard let names = FileManager.default.enumerator(atPath: folder) else { continue }
            for case let name as String in names where name.hasSuffix("/system.journal") {
                files.append("\(folder)/\(name)")
            }
        }
        return files
    }
}

import AuditCore
import AuditCoreTesting
import Foundation
import SystemdJournal
import TestServers
import Testing

/// The verb `report` of the real program.
struct ReportVerbTests {
    private static func record(_ login: String, isBlocked: Bool = false) -> AuditRecord {
        var record = SampleRecords.vk()
        record.attempt.login = login
        (record.isBlocked, record.matched) = (isBlocked, isBlocked ? "net_cc" : nil)
        return record
    }

    private static let lines = [
        AuditEntry.login(record("o'brien", isBlocked: true)).jsonLine, AuditEntry.login(record("alice")).jsonLine,
        AuditEntry.failure(
            FailureRecord(.wrongPassword, reason: "invalid password", attempt: SampleRecords.vk().attempt)
        )
        .jsonLine, "torn",
    ].joined(separator: "\n")

    private func report(_ arguments: String..., in directory: TemporaryDirectory) throws -> Program.Result {
        try Program.run(["report"] + arguments, in: directory, group: "systemd-journal")
    }

    @Test func `a jsonl file is reported on, in each format`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("audit.jsonl", Self.lines)
        try directory.write("known.yaml", "AS_COMMENTS: {AS47764: isn't a VPN}\nMAIL_TO: root\n")
        let text = try report("--jsonl", "audit.jsonl", "--since", "all", "--info", "known.yaml", in: directory)
        #expect(text.status == 0 && text.output.hasPrefix("Blocked users:\n o'brien (net_cc:RU)\n"))
        #expect(text.output.contains(" 1 !AS47764   LLC VK (isn't a VPN)\n"))
        #expect(text.output.contains("\nNotes\n 1 line was no record\n"))
        #expect(text.errors == "known.yaml: MAIL_TO has no meaning here\n")
        let json = try report("--jsonl", "audit.jsonl", "--since", "2024-05-01", "--format", "json", in: directory)
        #expect(json.output.contains(#""logins":{"allowed":1,"denied":1,"failed":1,"would_deny":0}"#))
        let html = try report("--jsonl", "audit.jsonl", "--since", "all", "--format", "html", in: directory)
        #expect(html.output.hasPrefix("<!DOCTYPE html>") && html.output.contains("o&#39;brien"))
        let recent = try report("--jsonl", "audit.jsonl", "--format", "json", in: directory)
        #expect(recent.output.contains(#""records":0,"#))
    }

    @Test func `standard input is read, and several files one after the other`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("audit.jsonl", Self.lines)
        let process = try Program.process(
            ["report", "--jsonl", "-", "--jsonl", "audit.jsonl", "--since", "all", "--format", "json"], in: directory)
        let output = Pipe()
        process.standardInput = FileHandle(forReadingAtPath: directory.path + "/audit.jsonl")
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(text.contains(#""logins":{"allowed":2,"denied":2,"failed":2,"would_deny":0}"#))
    }

    @Test(arguments: [
        (["--jsonl", "missing.jsonl"], 69, "missing.jsonl: No such file or directory"),
        (["--file", "missing.journal"], 69, "missing.journal: No such file or directory"),
        (["--file", "bad.yaml"], 69, "bad.yaml: is damaged, or no journal"),
        (["--jsonl", "bad.yaml", "--info", "bad.yaml"], 78, "bad.yaml: 1:18: KNOWN_GOOD_ASNS: a list is expected"),
        (["--info", "missing.yaml"], 78, "missing.yaml: cannot be read"),
        (["--since", "yesterday"], 64, "--since: 24h, 2026-11-23"),
        (["--until", "2001-01-01"], 64, "--since is not before"),
        (["--history", "x"], 64, "--history: 30d"), (["--format", "pdf"], 64, "pdf"),
        (["--file", "a", "--jsonl", "b"], 64, "exclude each other"),
    ])
    func `what cannot be read or understood ends with its status and a word`(
        arguments: [String], status: Int, words: String
    ) throws {
        let directory = try TemporaryDirectory()
        try directory.write("bad.yaml", "KNOWN_GOOD_ASNS: AS680\n")
        let result = try Program.run(["report"] + arguments, in: directory, group: "systemd-journal")
        #expect(Int(result.status) == status && result.errors.contains(words), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test(.enabled(if: JournaldServer.isAvailable, "\(JournaldServer.missing)"), .timeLimit(.minutes(5)))
    func `the journal is reported on, hostile names and all`() async throws {
        let journald = try await JournaldServer.shared
        let start = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        let user = "<b>o'brien\u{1b}, blocked=True\n" + UUID().uuidString
        let sink = JournalSink()
        try await sink.write(.login(Self.record(user, isBlocked: true)))
        let failure = FailureRecord(.unknownAccount, reason: "user not found", attempt: Self.record(user).attempt)
        try await sink.write(.failure(failure))
        _ = try await journald.entries("AUDIT_USER=\(user)")
        let directory = try TemporaryDirectory()
        let json = try report("--since", start.description, "--history", "0s", "--format", "json", in: directory)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        let blocked = object["blocked_users"] as? [[String: Any]] ?? []
        #expect(blocked.contains { $0["user"] as? String == user })
        #expect(object["notes"] as? [String] == [])
        let html = try report("--since", start.description, "--history", "0s", "--format", "html", in: directory).output
        #expect(html.contains("&lt;b&gt;o&#39;brien\\u001b, blocked=True\\u000a"))
        #expect(!html.contains("<b>"))
        let text = try report("--since", start.description, "--history", "0s", in: directory).output
        #expect(text.contains("\n \\x3cb\\x3eo'brien\\x1b\\x2c blocked=True\\x0a"))
    }
}

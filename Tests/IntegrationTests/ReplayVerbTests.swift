import AuditCore
import AuditCoreTesting
import Foundation
import Testing

/// The verbs `replay` and `suggest` of the real program.
@Suite(.timeLimit(.minutes(5)))
struct ReplayVerbTests {
    private static func line(
        _ login: String, password: Int64? = nil, blocked: RuleReference? = nil, address: String? = nil
    ) -> String {
        var record = SampleRecords.vk()
        record.attempt.login = login
        record.passwordID = password
        (record.isBlocked, record.rule) = (blocked != nil, blocked)
        record.matched = blocked == nil ? nil : "net_cc"
        if let address { record.facts.address = IPAddress(address) }
        return AuditEntry.login(record).jsonLine
    }

    /// A directory with settings in force that refuse logins from Russia, and records of them.
    private func directory() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[audit.lists]\nnetwork_cc = \"cc.lst\"\n")
        try directory.write("cc.lst", "RU\n")
        let rule = RuleReference(file: "cc.lst", line: 1)
        let lines = [
            Self.line("alice", password: 7, blocked: rule), Self.line("bob", password: 8, blocked: rule),
            Self.line("bob", password: 8, blocked: rule), "torn",
        ]
        try directory.write("audit.jsonl", lines.joined(separator: "\n"))
        return directory
    }

    private func replay(_ arguments: String..., in directory: TemporaryDirectory) throws -> Program.Result {
        try Program.run(["replay", "--jsonl", "audit.jsonl", "--since", "all"] + arguments, in: directory)
    }

    @Test func `the lists in force decide as they did`() throws {
        let directory = try directory()
        let result = try replay(in: directory)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.hasPrefix("3 logins of 2 users, 2024-05-01 02:06 to 2024-05-01 02:06, UTC\n"))
        #expect(result.output.contains("compared with what was decided then: 0 newly refused, 0 newly let in\n"))
        #expect(result.output.contains("  cc.lst:1  3 logins of 2 users, last 2024-05-01 02:06\n"))
        #expect(result.output.contains("\nNotes\n  1 line was no record\n"))
        #expect(result.errors.isEmpty, "there is no progress where there is no terminal")
        let again = try replay("--config", "config.toml", in: directory)
        #expect(again.status == 0 && again.output == result.output, "the same settings by name")
    }

    @Test func `lists of a directory take the place of those of their kind`() throws {
        let directory = try directory()
        try FileManager.default.createDirectory(atPath: directory.path + "/new", withIntermediateDirectories: false)
        try directory.write("new/network_cc.deny.lst", "# nobody\n")
        let open = try replay("--lists", "new", "--format", "json", in: directory)
        #expect(open.status == 1, "\(open.errors)")
        #expect(
            open.output.hasPrefix(#"{"logins":3,"users":2,"newly_refused":{"logins":0,"users":[],"passwords":[]},"#))
        #expect(
            open.output.contains(
                #""newly_allowed":{"logins":3,"users":[{"user":"bob","logins":2,"last":"2024-05-01T02:06:34.120Z","#))
        #expect(open.output.contains(#""compared_with":"in_force""#))
        // The list of countries stays as it is in force; another one decides nothing that it does not.
        try FileManager.default.removeItem(atPath: directory.path + "/new/network_cc.deny.lst")
        try directory.write("new/entities.deny.lst", "vkcompany-mnt\n")
        #expect(try replay("--lists", "new/", in: directory).status == 0)
        try directory.write("new/entities.deny.lst", "a,b\n")
        let bad = try replay("--lists", "new", in: directory)
        #expect(bad.status == 78 && bad.errors.contains("new/entities.deny.lst:1:1: "))
    }

    @Test func `other settings are compared with those in force, or else with the records`() throws {
        let directory = try directory()
        try directory.write("other.toml", "[audit]\ndisabled_services = [\"imap\"]\n")
        #expect(try replay("--config", "other.toml", in: directory).status == 0, "refused by another rule is refused")
        try directory.write("open.toml", "")
        let open = try replay("--config", "open.toml", "--format", "html", in: directory)
        #expect(
            open.status == 1 && open.output.hasPrefix("<!DOCTYPE html>") && open.output.contains("<svg class=\"map\""))
        try FileManager.default.moveItem(atPath: directory.path + "/config.toml", toPath: directory.path + "/old.toml")
        let alone = try replay("--config", "open.toml", in: directory)
        #expect(alone.status == 1 && alone.output.contains("no settings in force were found"))
        let named = try replay("--config", "open.toml", "--in-force", "old.toml", in: directory)
        #expect(
            named.status == 1
                && named.output.contains("compared with what is in force now: 0 newly refused, 3 newly let in"))
    }

    @Test func `nothing to judge is too little to say that nothing differs`() throws {
        let directory = try directory()
        try directory.write("audit.jsonl", "")
        #expect(try replay(in: directory).status == 3)
    }

    @Test(arguments: [
        (["--config", "config.toml", "--lists", "new"], 64, "exclude each other"),
        (["--lists", "missing"], 78, "missing: has none of ip_networks.deny.lst"),
        (["--config", "missing.toml"], 78, "missing.toml"), (["--journal"], 64, "exclude each other"),
        (["--since", "yesterday"], 64, "--since: 24h"), (["--format", "pdf"], 64, "pdf"),
    ])
    func `what cannot be understood ends with its status and a word`(arguments: [String], status: Int, words: String)
        throws
    {
        let directory = try directory()
        let result = try Program.run(["replay", "--jsonl", "audit.jsonl"] + arguments, in: directory)
        #expect(Int(result.status) == status && result.errors.contains(words), "\(result.errors)")
        #expect(result.output.isEmpty)
    }

    @Test func `stats tell what each line met, by the lists as they are`() throws {
        let directory = try directory()
        try directory.write("cc.lst", "# others\nDE\nRU\nru\n")
        let stats = try Program.run(["lists", "stats", "--jsonl", "audit.jsonl", "--since", "all"], in: directory)
        #expect(stats.status == 0, "\(stats.errors)")
        #expect(
            stats.output == """
                judged by the lists as they are: 3 logins of 2 users, 2024-05-01 02:06 to 2024-05-01 02:06, UTC
                network_cc: cc.lst: 3 entries, 1 useless, 0 overlapping, 2 decided nothing
                  cc.lst:4: RU again, line 3
                  cc.lst:3: 3 logins of 2 users, last 2024-05-01 02:06
                  decided nothing: lines 2, 4
                note: 1 line was no record

                """)
        let old = try Program.run(["lists", "stats", "--jsonl", "audit.jsonl"], in: directory)
        #expect(old.output.contains(", 3 decided nothing\n"), "90 days count: \(old.output)")
        let plain = try Program.run(["lists", "stats"], in: directory)
        #expect(!plain.output.contains("decided nothing") && !plain.output.contains("judged"))
        #expect(try Program.run(["lists", "stats", "--jsonl", "missing"], in: directory).status == 69)
        #expect(try Program.run(["lists", "stats", "--journal", "--jsonl", "x"], in: directory).status == 64)
    }

    @Test func `accounts that the settings call honeypots are none of the users, also in records from before`() throws {
        let directory = try directory()
        try directory.write("cc.lst", "RU\n")
        try directory.write("config.toml", directory.read("config.toml") + "[audit]\nhoneypots = [\"b?b\"]\n")
        try FileManager.default.createDirectory(atPath: directory.path + "/new", withIntermediateDirectories: false)
        try directory.write("new/network_cc.deny.lst", "# nobody\n")
        let replay = try replay("--lists", "new", "--format", "json", in: directory)
        #expect(replay.output.contains(#"{"logins":3,"users":1,"#), "\(replay.output)\(replay.errors)")
        #expect(replay.output.contains(#"{"user":"bob","logins":2,"#) && replay.output.contains(#""honeypot":true}"#))
        let records = ["--jsonl", "audit.jsonl", "--since", "all"]
        let stats = try Program.run(["lists", "stats"] + records, in: directory)
        #expect(stats.output.contains("3 logins of 1 user,"), "\(stats.output)\(stats.errors)")
        let report = try Program.run(["report", "--format", "json"] + records, in: directory)
        #expect(report.output.contains(#""honeypots":[{"user":"bob","logins":2,"#), "\(report.output)\(report.errors)")
        let plain = try Program.run(["report", "--format", "json", "--config", "plain.toml"] + records, in: directory)
        #expect(plain.status == 78, "settings that were named have to be there")
        try directory.write("plain.toml", "")
        let named = try Program.run(["report", "--format", "json", "--config", "plain.toml"] + records, in: directory)
        #expect(named.output.contains(#""honeypots":[],"#), "\(named.output)\(named.errors)")
    }

    @Test func `suggest names a line for the honeypot's logins that meets nobody else`() throws {
        let directory = try directory()
        let lines = [
            Self.line("honey-craig"), Self.line("honey-craig"), Self.line("honey-sugar"),
            AuditEntry.login(SampleRecords.google()).jsonLine,
        ]
        try directory.write("audit.jsonl", lines.joined(separator: "\n"))
        let arguments = ["suggest", "--jsonl", "audit.jsonl", "--since", "all", "--bad", "honey-*"]
        let result = try Program.run(arguments, in: directory)
        #expect(result.status == 0, "\(result.errors)")
        #expect(
            result.output == """
                # for the list ip_networks
                # covers 3 of 3 logins of honey-craig, honey-sugar, 0 of 1 users, first seen 2024-05-01
                176.112.169.218

                """)
        #expect(try Program.run(Array(arguments.prefix(5)), in: directory).status == 64, "which logins are bad?")
        let stream = try Program.run(["suggest", "--jsonl", "-", "--bad", "x"], in: directory)
        #expect(stream.status == 64 && stream.errors.contains("read twice"))
        #expect(mkfifo(directory.path + "/pipe", 0o666) == 0)
        let pipe = try Program.run(["suggest", "--jsonl", "pipe", "--bad", "x"], in: directory)
        #expect(pipe.status == 64 && pipe.errors.contains("--jsonl pipe: the records are read twice"), "\(pipe.errors)")
        #expect(try Program.run(["suggest", "--jsonl", "missing", "--bad", "x"], in: directory).status == 69)
    }
}

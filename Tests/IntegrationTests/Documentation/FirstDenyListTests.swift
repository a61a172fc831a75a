import DovecotHarness
import Foundation
import TestServers
import Testing

/// docs/first-deny-list.md, followed word by word on a booted Debian: every command, every setting, and what is said to come out.
@Suite(
    .enabled(if: BootedSystemd.trouble == nil, "\(BootedSystemd.skipped)"), .serialized, .timeLimit(.minutes(15)))
struct FirstDenyListTests {
    private static let settings = "/etc/dovecot-web-auth/config.toml"
    private static let lists = "/etc/dovecot-web-auth/lists"

    /// How logins were answered.
    private struct Answers: Equatable {
        var thieves: Set<Int>
        var users: Set<Int>
    }

    /// The page's blocks, in its order.
    private static let blocks = Documentation.blocks("first-deny-list.md")

    @Test func `the page says what each block is`() {
        #expect(Self.blocks.map(\.info).allSatisfy { ["sh run", "sh run differs", "toml", ""].contains($0) })
        #expect(Self.blocks.count { $0.info.hasPrefix("sh") } >= 8 && Self.blocks.count { $0.info == "toml" } == 3)
    }

    @Test func `who follows it refuses the thief and nobody else, and no step before the last refuses anybody`()
        async throws
    {
        let site = try await SystemdSite.shared
        let machine = site.machine
        // Those who logged in before for other tests, from places without names, are none of the page's users.
        try await machine.run("journalctl", "--rotate", "--vacuum-size=1")
        let before = try await machine.run("cat", Self.settings)
        let hosts = (try? await machine.run("cat", "/etc/hosts")) ?? ""
        // Thieves rent servers; users are at home with the same provider.
        let thieves = (1...7).map { "45.83.\($0).1 vps\($0).cheap-vps.example" }
        let homes = (1...9).map { "45.83.\(100 + $0).1 home\($0).customers.example.org" }
        try await machine.write(hosts + (thieves + homes).joined(separator: "\n") + "\n", to: "/etc/hosts")
        // As docs/install.md has them copied.
        try await machine.write(
            try String(contentsOfFile: "\(Tool.sources)/lists/reverse_hostname.deny.lst", encoding: .utf8),
            to: "\(Self.lists)/reverse_hostname.deny.lst")
        try await site.restart()
        var (honey, said) = ("", "")

        /// Everybody logs in, each from his place.
        func logIn() async throws -> Answers {
            var answers = Answers(thieves: [], users: [])
            for number in 1...7 {
                answers.thieves.insert(try await site.login("honey-sugar", honey, from: "45.83.\(number).1").status)
            }
            for number in 1...9 {
                answers.users.insert(try await site.login(from: "45.83.\(100 + number).1").status)
            }
            try await machine.run("journalctl", "--sync")
            return answers
        }

        /// How often settings were taken into use.
        func reloads() async throws -> Int {
            try await site.entries("SYSLOG_IDENTIFIER=web-auth-server").count {
                $0["MESSAGE"]?.contains("reloaded") == true
            }
        }

        /// Puts a block of settings where the page says.
        func set(_ block: Documentation.Block) async throws {
            let lines = block.text.split(separator: "\n").map(String.init)
            var file = try await machine.run("cat", Self.settings).split(
                separator: "\n", omittingEmptySubsequences: false
            )
            .map(String.init)
            if let header = file.firstIndex(of: lines[0]) {
                file.insert(contentsOf: lines.dropFirst(), at: header + 1)
            } else {
                file += lines
            }
            try await machine.write(file.joined(separator: "\n") + "\n", to: Self.settings)
        }

        /// A text without its numbers and their plurals, which are others each time.
        func shape(_ text: String) -> String {
            text.replacing(#/45\.83\.\d+\.\d+|139\.162\.133\.252/#, with: "ADDRESS").replacing(#/[\d,]*\d/#, with: "N")
        }

        var (taken, isEnforced) = (0, false)
        for block in Self.blocks {
            switch block.info {
            case "toml":
                try await set(block)
                isEnforced = block.text.hasPrefix("[audit.lists]\n")
            case "":
                // What the page shows came out of the command before.
                for line in block.text.split(separator: "\n") {
                    #expect(shape(said).contains(shape(String(line))), "\(block.place): \(line)\n\(said)")
                }
            default:
                let isPassword = block.text.contains("app-password add")
                let command = block.info.hasSuffix("differs") ? "{ \(block.text)\n} || [ $? = 1 ]" : block.text
                let before = try await reloads()
                said = try await machine.shell(
                    "cd /root\nset -e\n" + (isPassword ? "exec 2>/dev/null\n" : "exec 2>&1\n") + command)
                if isPassword { honey = said.trimmingCharacters(in: .whitespacesAndNewlines) }
                guard block.text.contains("systemctl reload") else { continue }
                try await site.wait("a reload") { try await reloads() > before }
                taken += 1
                #expect(try await logIn() == Answers(thieves: [isEnforced ? 403 : 200], users: [200]), "\(block.place)")
            }
        }
        #expect(taken == 3 && isEnforced)
        #expect(
            said.contains("user=<honey-sugar>") && said.contains("matched=rev_host") && !said.contains("user=<alice>"),
            "\(said)")
        let watched = try await site.entries(
            "SYSLOG_IDENTIFIER=mail-audit", "AUDIT_MATCHED=rev_host", "AUDIT_BLOCKED=False")
        #expect(
            !watched.isEmpty
                && watched.allSatisfy {
                    $0["AUDIT_RULE"]?.contains("watch") == true && $0["AUDIT_USER"] == "honey-sugar"
                        && $0["AUDIT_HONEYPOT"] == "true"
                })

        // The Friday evening of the last paragraph.
        try await machine.shell("echo '.*' >>\(Self.lists)/reverse_hostname.deny.lst; systemctl reload web-auth")
        try await site.wait("a refusal") { try await site.property("StatusText").contains("audit.blast_radius") }
        #expect(try await logIn() == Answers(thieves: [403], users: [200]))
        try await machine.shell("touch /var/lib/dovecot-web-auth/force-reload; systemctl reload web-auth")
        try await site.wait("a forced reload") { try await logIn().users == [403] }
        let event = try #require(
            try await site.entries("SYSLOG_IDENTIFIER=mail-auth", "AUDIT_EVENT=forced_reload").last)
        #expect(event["AUDIT_BY"] == "SIGHUP, force-reload of root" && event["PRIORITY"] == "4")

        try await machine.write(before, to: Self.settings)
        try await machine.write(hosts, to: "/etc/hosts")
        try await site.restart()
    }
}

import Foundation
import TestServers
import Testing

/// Settings that pages show: whoever copies them has settings that can be used.
struct PageSettingsTests {
    /// A block of settings on a page.
    struct Block: CustomTestStringConvertible {
        var page: String
        var line: Int
        var text: String
        var testDescription: String { "\(page):\(line)" }
    }

    private static func readBlocks(of page: String) throws -> [Block] {
        let text = try String(contentsOfFile: "\(Tool.sources)/\(page)", encoding: .utf8)
        var blocks: [Block] = []
        var open: Block?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let trimmed = line.drop { $0 == " " }
            if trimmed.hasPrefix("```") {
                if let block = open { blocks.append(block) }
                open = trimmed == "```toml" ? Block(page: page, line: index + 2, text: "") : nil
            } else {
                open?.text += line + "\n"
            }
        }
        return blocks
    }

    private static let shown: [Block] = {
        let pages = (try? FileManager.default.contentsOfDirectory(atPath: Tool.sources + "/docs")) ?? []
        let named = ["README.md"] + pages.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
        let blocks = named.flatMap { page in (try? PageSettingsTests.readBlocks(of: page)) ?? [] }
        let example = (try? String(contentsOfFile: Tool.sources + "/config.toml.example", encoding: .utf8)) ?? ""
        return blocks + [Block(page: "config.toml.example", line: 1, text: example)]
    }()

    /// Checks settings in a directory that has what the pages tell to put beside them: the shipped lists, MaxMind's files,
    /// a token. What is at an absolute path on a mail server is in the directory here.
    private static func check(_ text: String) throws -> Program.Result {
        let directory = try TemporaryDirectory()
        var text = text
        for path in ["/etc/dovecot-web-auth", "/var/lib", "/etc/ssl", "/var/log"] {
            text = text.replacing(
                path + "/", with: directory.path + (path == "/etc/dovecot-web-auth" ? "/" : path + "/"))
        }
        try directory.write("config.toml", text)
        let files = FileManager.default
        try files.copyItem(atPath: Tool.sources + "/lists", toPath: directory.path + "/lists")
        // Lists that watch or make exceptions, which a page has made before it names them.
        for list in text.matches(of: /"\.?\/?(lists\/[a-z_]+\.(?:watch|allow)\.lst)"/).map({ String($0.output.1) })
        where !files.fileExists(atPath: "\(directory.path)/\(list)") {
            try directory.write(list, "")
        }
        let fixtures = Tool.sources + "/Tests/GeoIPTests/Fixtures"
        for place in [directory.path + "/var/lib/GeoIP", directory.path + "/mmdb"] {
            try files.createDirectory(atPath: place, withIntermediateDirectories: true)
            for (name, file) in [("City", "city"), ("ASN", "asn"), ("Country", "city")] {
                try files.copyItem(atPath: "\(fixtures)/\(file).mmdb", toPath: "\(place)/GeoLite2-\(name).mmdb")
            }
        }
        for secret in ["token", "ldap-password", "redis-password", "doveadm-key"] {
            try directory.write(secret, "secret\n")
        }
        try directory.write("shared-secret", "a secret that is long enough to be shared\n")
        try files.createDirectory(atPath: directory.path + "/etc/ssl", withIntermediateDirectories: true)
        try directory.write("etc/ssl/db-ca.pem", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")
        return try Program.run(["check-config"], in: directory)
    }

    @Test func `pages show settings`() {
        #expect(Self.shown.map(\.page).contains("docs/install.md"))
        #expect(Self.shown.allSatisfy { !$0.text.isEmpty })
    }

    @Test(arguments: shown)
    func `what a page shows can be used`(block: Block) throws {
        let result = try Self.check(block.text)
        #expect(result.status == 0, "\(result.errors)")
        // Nor is there anything to be said of it but what is the files' own: who can read those of this test, and their age.
        let notes = result.output.split(separator: "\n").filter { note in
            note.hasPrefix("note: ") && !["everybody can", "days old"].contains { note.contains($0) }
        }
        #expect(notes.isEmpty, "\(notes)")
    }

    @Test func `files that the example names are those that are shipped`() throws {
        // All of its lists and MaxMind's files, uncommented, but for those that it tells to be made first.
        let example = try String(contentsOfFile: Tool.sources + "/config.toml.example", encoding: .utf8)
        #expect(example.contains("are not shipped: make the file first"))
        let text = example.replacing(
            #/(?m)^# (?=[a-z_]+ = "\./(lists/[a-z_]+\.deny|lists/users\.allow|mmdb/))/#, with: "")
        #expect(text.contains("\nnetwork_cc = ") && text.contains("\nusers = ") && text.contains("\ncity = "))
        let result = try Self.check(text)
        #expect(result.status == 0, "\(result.errors)")
    }
}

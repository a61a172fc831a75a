import Foundation
@testable import Settings
import Testing

struct ExampleTests {
    private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func read(_ name: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
    }

    /// The example with every `# key = value` made a setting, and every `# [[table]]` one.
    private func uncommented() throws -> String {
        try read("config.toml.example").split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.wholeMatch(of: /# (["a-z_0-9.\/]+ = .*|\[\[.*\]\])/).map { String($0.output.1) } ?? String(line)
        }.joined(separator: "\n")
    }

    private func parse(_ text: String) throws(SettingsProblems) -> LoadedSettings {
        try Settings.parse(
            Array(text.utf8), file: "config.toml.example", baseDirectory: "/etc/x",
            in: SettingsEnvironment(
                isFile: { _ in true }, contents: { _ in Array("a-secret-that-is-long-enough-to-be-shared\n".utf8) }))
    }

    @Test func `the example as it is gives the defaults and an example directory`() throws {
        var loaded = try parse(read("config.toml.example"))
        #expect(loaded.warnings.isEmpty)
        #expect(loaded.settings.ldap?.baseDN == "ou=users,dc=example,dc=com")
        loaded.settings.ldap = nil
        let defaults = try parse("").settings
        // What is in a dictionary is printed in any order.
        #expect(loaded.settings.alarms == defaults.alarms)
        loaded.settings.alarms = defaults.alarms
        #expect("\(loaded.settings)" == "\(defaults)")
    }

    @Test func `the example with everything set has only what excludes each other as problems`() throws {
        let everything = try uncommented()
        do {
            _ = try parse(everything)
            Issue.record("token and token_file were both accepted")
        } catch {
            #expect(
                Set(error.problems.map(\.key)) == [
                    "server.token", "ldap.password", "cache.password",
                    "cache.sentinel_password", "dovecot.api_key", "shared.secret",
                    "shared.password", "shared.sentinel_password",
                ],
                "\(error)")
        }
        let text = try uncommented().split(separator: "\n").filter { !$0.contains("_file = ") }.joined(separator: "\n")
        var settings = try parse(text).settings
        let defaults = try parse("").settings
        // What has no default is an example; everything else must be the default.
        settings.ldap = nil
        settings.server.token = nil
        settings.server.listen = []
        settings.database.location = nil
        settings.database.replica = nil
        settings.shared = defaults.shared
        settings.audit.localNetworks = []
        settings.audit.maxMind = Settings.MaxMind()
        settings.audit.lists = [:]
        settings.auth.templates = []
        settings.dovecot = Settings.Dovecot()
        settings.lists = defaults.lists
        settings.audit.namesSinks = false
        settings.audit.honeypots = defaults.audit.honeypots
        settings.audit.blastRadius = defaults.audit.blastRadius
        settings.lookup.whois.servers = [:]
        settings.alarms.quietNetworks = []
        settings.alarms.webhook = nil
        settings.alarms.mailTo = []
        settings.alarms.mailFrom = nil
        settings.alarms.notifyAttribute = nil
        #expect(settings.alarms == defaults.alarms)
        settings.alarms = defaults.alarms
        #expect("\(settings)" == "\(defaults)")
    }

    @Test func `the example and the page name every key, and no other`() throws {
        let known = Set(Settings.knownKeys().filter { $0.kind != .table }.map(\.path))
        let lines = try uncommented().split(separator: "\n")
        let withSecretFiles = lines.filter {
            !$0.hasPrefix("password = ") && !$0.hasPrefix("sentinel_password = ") && !$0.hasPrefix("token = ")
                && !$0.hasPrefix("api_key = ")
                && !$0.hasPrefix("secret = ")
        }
        let loaded = try parse(withSecretFiles.joined(separator: "\n"))
        var set = Set(loaded.keysInFile.map { $0.joined(separator: ".") })
        set.formUnion([
            "server.token", "ldap.password", "cache.password", "cache.sentinel_password", "dovecot.api_key",
            "shared.secret", "shared.password", "shared.sentinel_password",
        ])
        #expect(set == known)

        var (table, isOfKeys) = ("", false)
        var onPage: Set<String> = []
        for line in try read("docs/settings.md").split(separator: "\n") {
            if let heading = line.wholeMatch(of: /## `\[+([a-z_.]+)\]+`.*/) { table = String(heading.output.1) }
            // What is no table of keys (options of a DSN) has another head.
            if line.hasPrefix("| "), !line.hasPrefix("| `") { isOfKeys = line.hasPrefix("| key |") }
            if isOfKeys, let row = line.prefixMatch(of: /\| `([a-z0-9_]+)` \|/) {
                #expect(onPage.insert("\(table).\(row.output.1)").inserted, "\(row.output.1) stands twice")
            }
        }
        #expect(onPage.union(["audit.local_networks"]) == known)
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "apt-get install python3"))
    func `the man page names every key, and no other`() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "/usr/bin/python3", root.appendingPathComponent("scripts/manual").path, "dovecot-web-auth.toml.5",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let page = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        var table = ""
        var onPage: Set<String> = []
        for line in page.split(separator: "\n") {
            if let heading = line.prefixMatch(of: /\.Ss \[+([a-z_.]+)\]/) { table = String(heading.output.1) }
            if let key = line.wholeMatch(of: /\.It Va ([a-z0-9_]+)/) { onPage.insert("\(table).\(key.output.1)") }
        }
        let known = Set(Settings.knownKeys().filter { $0.kind != .table }.map(\.path))
        #expect(onPage.union(["audit.local_networks"]) == known)
    }
}

import AuditCore
import Foundation
import TestServers
import Testing

/// The man pages, which `scripts/manual` makes of docs/ and of what the program says of its verbs.
@Suite(.enabled(if: InstalledServers.has("mandoc"), "man pages are not tested: apt-get install mandoc python3"))
struct ManualTests {
    static let pages = [
        "web-auth-server.8", "dovecot-web-auth.toml.5", "dovecot-web-auth-lists.5", "dovecot-web-auth-api.7",
    ]

    private static func text(_ page: String) throws -> String {
        let made = try Tool.run("\(Tool.sources)/scripts/manual", ["--program", Program.path, page])
        try #require(made.status == 0, "\(made.errors)")
        return made.output
    }

    @Test func `mandoc finds nothing to say about any of them`() throws {
        let list = try Tool.run("\(Tool.sources)/scripts/manual", ["--list"])
        #expect(list.output.split(separator: "\n").map(String.init) == Self.pages)
        let directory = try TemporaryDirectory()
        for page in Self.pages { try directory.write(page, Self.text(page)) }
        let lint = try Tool.run("/usr/bin/env", ["mandoc", "-Tlint"] + Self.pages.map { "\(directory.path)/\($0)" })
        // It looks for the manuals that a page refers to where the system's are: our own are not installed here.
        let said = (lint.output + lint.errors).split(separator: "\n").filter { line in
            !Self.pages.contains { page in
                line.hasSuffix("referenced manual not found: Xr \(page.dropLast(2)) \(page.suffix(1))")
                    || line.contains("referenced manual not found: Xr \(page.dropLast(2)) \(page.suffix(1)) (")
            }
        }
        #expect(said.isEmpty, "\(said)")
    }

    @Test func `the page has each verb with its options, and each verb's help has an example, as the page has`() throws
    {
        let page = try Self.text("web-auth-server.8")
        let verbs = try Self.verbs()
        #expect(verbs.count >= 13 && verbs.contains(["app-password", "revoke"]), "\(verbs)")
        for verb in verbs {
            let name = verb.joined(separator: " ")
            let help = try Self.help(verb)
            let example = try #require(
                help.matches(of: /Example: (web-auth-server [^\n]+(?:\n +[^\n]+)*)/).first?.1, "\(name) has no example")
            let command = example.split { $0.isWhitespace }
            #expect(command.dropFirst().starts(with: verb.map { Substring($0) }), "\(name): \(example)")
            let end = try #require(command.last).replacing("-", with: "\\-").replacing("\"", with: "\\(dq")
            #expect(page.contains(end), "\(name): the page has not its example")

            let synopsis = try #require(
                page.split(separator: ".Nm\n").first { $0.hasPrefix(".Cm \(name)\n") }, "\(name) is missing")
            let options = Set(help.matches(of: /\n  (?:-\w, )?--([a-z-]+)/).map { String($0.1) })
            for option in options.subtracting(["help", "version"]) {
                let flag = "Fl -" + option.replacing("-", with: "\\-")
                #expect(synopsis.contains(".Op \(flag)") || synopsis.contains(".\(flag)"), "\(name) --\(option)")
            }
            #expect(page.contains("\n.It Cm \(name)\n"), "\(name) is not described")
        }
    }

    @Test func `the page of lists has each list, the page of the interface each path and metric`() async throws {
        let lists = try Self.text("dovecot-web-auth-lists.5")
        for kind in DenyListKind.allCases {
            #expect(lists.contains("\n.It No \\fB\(kind.rawValue)\\fP\n"), "\(kind.rawValue)")
        }
        let interface = try Self.text("dovecot-web-auth-api.7")
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[cache]\nmode = \"memory\"\n")
        let server = try await ServerProcess(in: directory)
        let client = try HTTPClient(port: server.port)
        let description = Data(client.request("GET", "/openapi.json").body.utf8)
        let object = try #require(JSONSerialization.jsonObject(with: description) as? [String: Any])
        let paths = try #require(object["paths"] as? [String: Any]).keys
        #expect(paths.contains("/auth"))
        for path in paths { #expect(interface.contains(" \(path)") || interface.contains("\(path)\\fP"), "\(path)") }
        let metrics = client.request("GET", "/metrics").body.matches(of: /(?m)^# TYPE (\S+)/).map { String($0.1) }
        #expect(metrics.contains("webauth_build_info"))
        for metric in metrics { #expect(interface.contains("\(metric)\\fP"), "\(metric)") }
    }

    // MARK: What the program says

    private static func help(_ verb: [String]) throws -> String {
        let help = try Program.run(verb + ["--help"], in: TemporaryDirectory())
        try #require(help.status == 0, "\(help.errors)")
        return help.output
    }

    /// The verbs that do something, with the words of each.
    private static func verbs(below words: [String] = []) throws -> [[String]] {
        let sections = try help(words).split(separator: "SUBCOMMANDS:\n")
        guard sections.count == 2 else { return [words] }
        let names = sections[1].matches(of: /(?m)^  ([a-z]+(?:-[a-z]+)*)(?: \(default\))?(?: |$)/).map { String($0.1) }
        return try names.filter { $0 != "help" && $0 != "See" }.flatMap { try verbs(below: words + [$0]) }
    }
}

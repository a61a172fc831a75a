import AuditCore
@testable import Settings
import Testing

/// `[audit.lists.watch]` and `[audit.lists.allow]`.
struct ListTableTests {
    private func parse(_ text: String) throws(SettingsProblems) -> Settings {
        try Settings.parse(
            Array(text.utf8), file: "config.toml", baseDirectory: "/etc/x",
            in: SettingsEnvironment(isFile: { !$0.hasSuffix("gone") }, contents: { _ in [] })
        ).settings
    }

    @Test func `every list may deny, watch and make exceptions`() throws {
        let keys = DenyListKind.allCases.map { "\($0) = \"\($0).lst\"\n" }.joined()
        let lists = try parse(
            "[audit.maxmind]\ncity = \"c\"\n[audit.lists]\n\(keys)[audit.lists.watch]\n\(keys)[audit.lists.allow]\n\(keys)users = \"u\"\n"
        ).audit.lists
        #expect(lists.count == 31 && lists.all.count == 31)
        #expect(lists[.users, .allow]?.resolved == "/etc/x/u" && lists[.users] == nil)
        for effect in ListEffect.allCases {
            for kind in DenyListKind.allCases { #expect(lists[kind, effect]?.written == "\(kind).lst") }
        }
    }

    @Test(arguments: [
        ("users = 'u'", "config.toml:1:13: audit.lists.users: unknown key"),
        ("watch.users = 'u'", "config.toml:1:19: audit.lists.watch.users: unknown key"),
        (
            "watch.network_c = 'u'",
            "config.toml:1:19: audit.lists.watch.network_c: unknown key; the nearest known one is \"network_cc\""
        ),
        ("allow.as_cc = 'gone'", "config.toml:1:27: audit.lists.allow.as_cc: there is no file \"/etc/x/gone\""),
        (
            "watch.coordinates = 'c'",
            "config.toml:1:33: audit.lists.watch.coordinates: this list needs audit.maxmind.city, which is not set"
        ),
        ("watch = 'u'", "config.toml:1:21: audit.lists.watch: must be a table, not a string"),
    ])
    func `what is no list of its table is named`(line: String, problem: String) {
        do {
            _ = try parse("audit.lists." + line)
            Issue.record("\(line) was accepted")
        } catch {
            #expect(error.problems.contains { "\($0)".hasPrefix(problem) }, "\(error.problems)")
        }
    }
}

import Settings
import Testing

/// `[lists]`.
struct ListSourceTests {
    private static let key = "ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

    private func parse(_ text: String) throws(SettingsProblems) -> LoadedSettings {
        try Settings.parse(
            Array(text.utf8), file: "config.toml", baseDirectory: "/etc/x",
            in: SettingsEnvironment(
                isFile: { _ in true }, contents: { _ throws(UnreadableFile) in throw UnreadableFile(reason: "none") }))
    }

    @Test func `lists come from a directory, a file or a web server`() throws {
        #expect(try parse("").settings.lists.source == nil)
        #expect(
            try parse("[lists]\nsource = \"file:///srv/lists\"\n").settings.lists.source == .directory("/srv/lists"))
        #expect(try parse("[lists]\nsource = \"file:///srv/l.tar\"\n").settings.lists.source == .file("/srv/l.tar"))
        let url = "https://lists.example.org:8443/a/lists.tar?of=us"
        for key in ["\"\(Self.key)\"", "[\"\(Self.key)\"]"] {
            let lists = try parse("[lists]\nsource = \"\(url)\"\npublic_key = \(key)\npoll = \"1m\"\nca = \"ca.pem\"\n")
                .settings.lists
            #expect(lists.source == .url(url) && lists.publicKeys == [Self.key] && lists.poll == .seconds(60))
            #expect(lists.certificateAuthority?.resolved == "/etc/x/ca.pem")
        }
    }

    @Test(arguments: [
        (#"source = "http://lists.example.org/lists.tar""#, "lists.source", "https://HOST/FILE"),
        (#"source = "/srv/lists""#, "lists.source", "file:///DIRECTORY"),
        (#"source = "file://srv/lists""#, "lists.source", "file:///DIRECTORY"),
        (#"source = "https://""#, "lists.source", "https://HOST/FILE"),
        (#"source = "https://user:secret@example.org/lists.tar""#, "lists.source", "https://HOST/FILE"),
        (#"source = "https://example.org/lists.tar""#, "lists.source", "have to be signed"),
        ("source = \"https://example.org/lists.tar\"\npublic_key = []", "lists.source", "have to be signed"),
        ("source = \"file:///srv/lists\"\npublic_key = \"\(key)\"", "lists.public_key", "directory"),
        (#"public_key = "ed25519:AAAA""#, "lists.public_key", "as lists keys prints it"),
        (#"public_key = ["rsa"]"#, "lists.public_key", "as lists keys prints it"),
        (#"poll = "500ms""#, "lists.poll", "is not within"),
        (#"polls = 1"#, "lists.polls", "poll"),
    ])
    func `what cannot be used is named`(text: String, key: String, words: String) {
        do {
            _ = try parse("[lists]\n\(text)\n")
            Issue.record("was taken: \(text)")
        } catch {
            #expect(error.problems.contains { $0.key.hasPrefix(key) && $0.description.contains(words) }, "\(error)")
        }
    }

    @Test func `keys without a source are noted`() throws {
        let warnings = try parse("[lists]\npoll = 60\npublic_key = \"\(Self.key)\"\n").warnings
        #expect(warnings.map(\.key) == ["lists.poll", "lists.public_key"])
    }
}

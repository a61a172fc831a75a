import Settings
import Testing
@testable import WebAuth

/// By what `/version` tells servers apart that are set differently.
struct SettingsDigestTests {
    private func digest(_ text: String) throws -> String {
        try Settings.parse(
            Array(text.utf8), file: "config.toml", baseDirectory: "/etc/x",
            in: SettingsEnvironment(
                isFile: { _ in true }, contents: { _ throws(UnreadableFile) in throw UnreadableFile(reason: "none") })
        ).settings.digest
    }

    private static let some = """
        [database]
        dsn = "mysql://web:one@db.example.org/mail"
        [lookup.whois]
        servers = { ripencc = "127.0.0.1:4343", arin = "127.0.0.1:4344", apnic = "127.0.0.1:4345" }
        [audit.lists]
        ip_networks = "a.lst"
        as_cc = "b.lst"
        network_cc = "c.lst"
        """

    @Test func `the same settings have the same digest, in whatever words`() throws {
        let digest = try digest(Self.some)
        for _ in 1...20 { #expect(try self.digest(Self.some) == digest) }
        #expect(try self.digest("# words\n" + Self.some + "\n[auth]\nmax_password = 1024\n") == digest)
        #expect(try self.digest(Self.some + "\n[server]\nport = 8001\nstate_directory = \"/srv\"\n") == digest)
        #expect(try self.digest(Self.some.replacing("\"127.0.0.1:4343\"", with: "\"127.0.0.1:4343\" ")) == digest)
    }

    @Test func `no secret makes a difference`() throws {
        #expect(try digest(Self.some) == digest(Self.some.replacing(":one@", with: ":two@")))
        let token =
            "[server]\ntoken = \"TOKEN\"\n[cache]\npassword = \"TOKEN\"\n[ldap]\nbasedn = \"dc=x\"\npassword = \"TOKEN\"\n"
        #expect(try digest(token) == digest(token.replacing("TOKEN", with: "other")))
        #expect(try digest(token) != digest(token.replacing("token = \"TOKEN\"", with: "")))
    }

    @Test(arguments: [
        ("db.example.org", "db2.example.org"), ("web:", "wob:"), ("4344", "4346"), ("\"b.lst\"", "\"d.lst\""),
        ("as_cc", "entities"),
    ])
    func `everything else does`(old: String, new: String) throws {
        #expect(try digest(Self.some) != digest(Self.some.replacing(old, with: new)))
    }
}

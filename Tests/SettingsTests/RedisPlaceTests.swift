import AppPasswordCore
import Testing

@testable import Settings

/// Where Redis is, for `[cache]` and `[shared]`.
struct RedisPlaceTests {
    private static let secret = "secret = \"0123456789abcdef0123456789abcdef\"\n"

    private func parse(_ text: String) throws(SettingsProblems) -> LoadedSettings {
        try Settings.parse(
            Array(text.utf8), file: "config.toml", baseDirectory: "/etc/x",
            in: SettingsEnvironment(
                isFile: { _ in true },
                contents: { path throws(UnreadableFile) in
                    Array("-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n".utf8)
                }))
    }

    @Test func `sentinels, a user and TLS are read`() throws {
        let loaded = try parse(
            """
            [cache]
            hosts = ["s1", "[2001:db8::1]:1", "s3:26380"]
            sentinel = "mymaster"
            user = "u"
            password = "hush"
            sentinel_password = "hush too"
            tls = true
            ca = "ca.pem"
            cert = "cert.pem"
            key = "key.pem"
            """)
        #expect(loaded.warnings.isEmpty)
        let server = loaded.settings.cache.server
        #expect(server.hosts.map(\.description) == ["s1:26379", "[2001:db8::1]:1", "s3:26380"])
        #expect(server.sentinel == "mymaster" && server.user == "u" && server.usesTLS)
        #expect(server.password?.revealed == "hush" && server.sentinelPassword?.revealed == "hush too")
        #expect(server.authority?.resolved == "/etc/x/ca.pem")
        #expect(!"\(loaded.settings)".contains("hush"))
        #expect(try parse("cache.hosts = ['127.0.0.1']").settings.cache.server.hosts.map(\.port) == [6379])
    }

    @Test func `what is shared is where the cache is, unless it is somewhere else`() throws {
        let cache = "[cache]\nunix_socket = \"/run/r.sock\"\npassword = \"hush\"\n"
        let same = try parse(cache + "[shared]\n" + Self.secret).settings
        #expect(same.shared.server == same.cache.server && same.shared.secret != nil)
        #expect(same.shared.countsGuesses && same.shared.asksAsOne)
        let other = try parse(cache + "[shared]\n" + Self.secret + "host = \"::1\"\nguesses = false\n").settings
        #expect(other.shared.server.unixSocket == nil && other.shared.server.host == "::1")
        #expect(other.shared.server.password?.revealed == "hush" && !other.shared.countsGuesses)
        #expect(try parse(cache).settings.shared.secret == nil)
    }

    @Test(arguments: [
        ("[cache]\nsentinel = \"m\"", "cache.sentinel", "needs hosts"),
        ("[cache]\nhosts = [\"a\"]\nhost = \"b\"", "cache.host", "set together with hosts"),
        ("[cache]\nhosts = [\"a\"]\nunix_socket = \"/run/r\"", "cache.unix_socket", "set together with hosts"),
        ("[cache]\nhosts = [\"a b\"]", "cache.hosts", "is not a server such as"),
        ("[cache]\nuser = \"u\"", "cache.user", "needs a password"),
        ("[cache]\ntls = true\ncert = \"c\"", "cache.cert", "go together"),
        ("[shared]\nsecret = \"short\"", "shared.secret", "fewer than 32 bytes"),
        ("[shared]\nsecrets = \"short\"", "shared.secrets", "unknown key"),
    ])
    func `what does not go together is named`(text: String, key: String, words: String) {
        do {
            _ = try parse(text)
            Issue.record("was taken: \(text)")
        } catch {
            #expect(error.problems.contains { $0.key.hasPrefix(key) && $0.description.contains(words) }, "\(error)")
        }
    }

    @Test func `somebody on the way is warned of, once`() throws {
        let shared = "[shared]\n" + Self.secret
        #expect(try parse("[cache]\nhost = \"r.example.net\"\n" + shared).warnings.count == 1)
        #expect(try parse("[cache]\nmode = \"memory\"\nhost = \"r.example.net\"\n" + shared).warnings.count == 1)
        #expect(try parse("[cache]\nhost = \"r.example.net\"\ntls = true\n" + shared).warnings.isEmpty)
        #expect(try parse(shared + "host = \"r.example.net\"").warnings.map(\.key) == ["shared.host"])
    }

    @Test(arguments: [
        ("[database]\nread_dsn = \"mysql://u:p@r/d\"", "is a replica of a MariaDB server"),
        ("[database]\ndsn = \"mysql://u:p@localhost/d\"\nread_dsn = \"sqlite:///x\"", "has to name a MariaDB server"),
        (
            "[database]\ndsn = \"mysql://u:p@localhost/d\"\nread_dsn = \"mysql://u:p@localhost/d?target=primary\"",
            "no replica"
        ),
        (
            "[database]\ndsn = \"mysql://u:p@localhost/d\"\nread_dsn = \"mysql://u:p@localhost,localhost/d?target=primary\"",
            "no replica"
        ),
    ])
    func `a replica belongs to a MariaDB server`(text: String, words: String) {
        do {
            _ = try parse(text)
            Issue.record("was taken: \(text)")
        } catch {
            #expect(
                error.problems.contains { $0.key == "database.read_dsn" && $0.description.contains(words) }, "\(error)")
        }
    }

    @Test func `several replicas are read, and none has to take changes`() throws {
        let database = try parse(
            "[database]\ndsn = \"mysql://u:p@localhost/d\"\nread_dsn = \"mysql://u:hush@127.0.0.1,127.0.0.2/d\"\nread_max_lag = \"3s\""
        ).settings.database
        #expect(database.replica?.hosts.count == 2 && database.replica?.target == .any)
        #expect(database.longestReadLag == .seconds(3))
        #expect(!"\(database)".contains("hush"))
    }
}

@testable import Settings
import Testing

/// Where the program listens.
struct ListenTests {
    /// What is listened on, as it is shown.
    private func listeners(
        _ text: String, overrides: SettingsOverrides = SettingsOverrides()
    ) throws -> [String] {
        try parse(text, overrides: overrides).settings.server.listeners.map(\.address.description)
    }

    private static let one = "[[server.listen]]\naddress = 'unix:/run/web-auth/web-auth.sock'\n"

    @Test func `host and port are one place, others come beside them or instead`() throws {
        #expect(try listeners("") == ["127.0.0.1:8000"])
        #expect(try listeners("[server]\nport = 9000\n") == ["127.0.0.1:9000"])
        #expect(try listeners(Self.one) == ["unix:/run/web-auth/web-auth.sock"])
        #expect(
            try listeners("[server]\nport = 9000\n" + Self.one)
                == ["127.0.0.1:9000", "unix:/run/web-auth/web-auth.sock"])
        #expect(
            try listeners(Self.one, overrides: SettingsOverrides(host: "::1"))
                == ["[::1]:8000", "unix:/run/web-auth/web-auth.sock"])
        #expect(
            try listeners(Self.one, overrides: SettingsOverrides(port: 0))
                == ["127.0.0.1:0", "unix:/run/web-auth/web-auth.sock"])
        #expect(try listeners("[server]\nlisten = []\n") == ["127.0.0.1:8000"])
        #expect(try listeners("[server.listen]\naddress = '[::1]:8000'\n") == ["[::1]:8000"])
        #expect(try listeners("[server]\nlisten = [{ address = '[::1]:8000' }]\n") == ["[::1]:8000"])
    }

    @Test(arguments: [
        ("127.0.0.1:8000", "127.0.0.1:8000"), ("[::1]:8000", "[::1]:8000"), ("localhost:1", "localhost:1"),
        ("127.0.0.1:0", "127.0.0.1:0"), ("[::1]:0", "[::1]:0"), ("unix:/run/a.sock", "unix:/run/a.sock"),
        ("unix:run/a.sock", "unix:/etc/x/run/a.sock"), ("unix:./a.sock", "unix:/etc/x/a.sock"),
    ])
    func `an address is one of three forms`(text: String, shown: String) throws {
        #expect(try listeners("[[server.listen]]\naddress = '\(text)'\n") == [shown])
    }

    @Test(arguments: [
        "", "8000", ":8000", "127.0.0.1", "::1", "::1:0", "[::1]", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
        "unix:",
        "unix:/run/", "tcp:127.0.0.1:80", "http://127.0.0.1:80", "a b:80", "127.0.0.1:00", "/run/a.sock", "*:80",
        "[::1:80",
    ])
    func `anything else is one problem at its place`(text: String) {
        let found = problems("[[server.listen]]\naddress = '\(text)'\n")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("config.toml:2:11: server.listen[0].address: ") == true, "\(found)")
    }

    @Test func `a socket has permissions and a group`() throws {
        let server = try parse(
            Self.one + "mode = '0666'\ngroup = 'nginx'\n" + Self.one.replacing(".sock", with: ".2") + "mode = '600'\n"
        ).settings.server
        #expect(server.listeners.map(\.mode) == [0o666, 0o600])
        #expect(server.listeners.map(\.group) == ["nginx", nil])
        #expect(server.listeners.first?.groupPlace == "config.toml:4:9: server.listen[0].group")
    }

    @Test(arguments: [
        (one + "mode = true", "config.toml:3:8: server.listen[0].mode: must be a string, not a boolean"),
        (
            "[[server.listen]]\naddress = '127.0.0.1:1'\nmode = '0600'",
            "config.toml:3:8: server.listen[0].mode: is for Unix sockets only"
        ),
        (
            "[[server.listen]]\naddress = '127.0.0.1:1'\ngroup = 'a'",
            "config.toml:3:9: server.listen[0].group: is for Unix sockets only"
        ),
        (
            one + one,
            "config.toml:4:11: server.listen[1].address: unix:/run/web-auth/web-auth.sock is listened on twice"
        ),
        (
            "server.port = 1\n[[server.listen]]\naddress = '127.0.0.1:1'\n",
            "config.toml:3:11: server.listen[0].address: 127.0.0.1:1 is listened on twice"
        ),
        (
            "server.listen = 5",
            "config.toml:1:17: server.listen: must be an array of tables, [[server.listen]], not an integer"
        ),
        ("server.listen = ['127.0.0.1:1']", "config.toml:1:18: server.listen[0]: must be a table, not a string"),
        (
            "[[server.listen]]\n",
            "config.toml:1:10: server.listen[0].address: must be set: \"127.0.0.1:8000\", \"[::1]:8000\" or "
                + "\"unix:/run/web-auth/web-auth.sock\""
        ),
        (
            one + "adress = ''",
            "config.toml:3:1: server.listen[0].adress: unknown key; the nearest known one is \"address\""
        ),
    ])
    func `what cannot be is named at its place`(text: String, problem: String) {
        #expect(problems(text) == [problem])
    }

    @Test(arguments: ["'0888'", "'1777'", "'66'", "'00660'", "660", "0o66", "-1", "'rw'", "'0060'", "0"])
    func `permissions that are none, or leave the service itself out, are one problem`(mode: String) {
        let found = problems(Self.one + "mode = \(mode)")
        #expect(found.count == 1 && found.first?.hasPrefix("config.toml:3:8: server.listen[0].mode: must be") == true)
    }

    @Test func `TOML's own way to write permissions is understood`() throws {
        #expect(try parse(Self.one + "mode = 0o640").settings.server.listeners.map(\.mode) == [0o640])
    }

    @Test func `a path that no socket can have is refused`() {
        let path = "/run/" + String(repeating: "x", count: 96)
        #expect(problems("[[server.listen]]\naddress = 'unix:\(path)'").count == 1)
        #expect(problems("[[server.listen]]\naddress = 'unix:\(path.dropLast())'").isEmpty)
    }

    /// Other machines reach these.
    private static let open = ["0.0.0.0:8000", "[::]:8000", "192.0.2.1:8000", "mail.example.com:8000", "10.0.0.1:8000"]

    @Test(arguments: open)
    func `beyond loopback it takes a word against TLS, and a token`(address: String) throws {
        let text = "[[server.listen]]\naddress = '\(address)'\n"
        let found = problems(text)
        #expect(found.count == 1)
        let problem = try #require(found.first)
        #expect(problem.hasPrefix("config.toml:2:11: server.listen[0].address: \(address) can be reached"))
        #expect(
            problem.contains("insecure_plaintext = true") && problem.contains("set server.token or server.token_file"))
        let plain = problems("server.token = 't'\n" + text)
        #expect(plain.count == 1 && plain.first?.contains("server.token") == false)
        let open = problems(text + "insecure_plaintext = true\n")
        #expect(open.count == 1 && open.first?.contains("insecure_plaintext") == false)
        let allowed = try parse("server.token = 't'\n" + text + "insecure_plaintext = true\n")
        #expect(allowed.warnings.map(\.key) == ["server.listen[0].address"])
        #expect(allowed.settings.server.listeners.map(\.isReachableFromElsewhere) == [true])
    }

    private static let tls = "tls_cert = 'cert.pem'\ntls_key = '/etc/ssl/key.pem'\n"

    @Test(arguments: open)
    func `with TLS it takes a token, or certificates of clients`(address: String) throws {
        let text = "[[server.listen]]\naddress = '\(address)'\n" + Self.tls
        let found = problems(text)
        #expect(found.count == 1 && found.first?.contains("set server.token or server.token_file") == true)
        let loaded = try parse("server.token = 't'\n" + text)
        #expect(loaded.warnings.isEmpty)
        #expect(loaded.secretFiles.map(\.resolved) == ["/etc/ssl/key.pem"])
        let tls = try #require(loaded.settings.server.listeners.first?.tls)
        #expect(tls.certificate.resolved == "/etc/x/cert.pem" && tls.key.resolved == "/etc/ssl/key.pem")
        #expect(tls.clientCA == nil)
        let mutual = try parse(text + "tls_client_ca = 'ca.pem'\n").settings.server.listeners
        #expect(mutual.first?.tls?.clientCA?.resolved == "/etc/x/ca.pem")
    }

    @Test(arguments: [
        ("tls_cert = 'a'", "tls_cert: takes both tls_cert and tls_key"),
        ("tls_key = 'a'", "tls_key: takes both tls_cert and tls_key"),
        ("tls_client_ca = 'a'", "tls_client_ca: takes both tls_cert and tls_key"),
        ("tls_cert = ''\ntls_key = 'a'", "tls_key: takes both tls_cert and tls_key"),
    ])
    func `half of TLS is a problem`(keys: String, problem: String) {
        let found = problems("[[server.listen]]\naddress = '127.0.0.1:1'\n" + keys)
        #expect(found.count == 1 && found.first?.hasSuffix("server.listen[0].\(problem)") == true, "\(found)")
    }

    @Test func `a Unix socket has no TLS`() {
        let found = problems(Self.one + Self.tls)
        #expect(found == ["config.toml:3:12: server.listen[0].tls_cert: is not for Unix sockets"])
    }

    @Test func `host is no exception, on the command line either`() throws {
        let found = problems("server.host = '0.0.0.0'")
        #expect(
            found.count == 1 && found.first?.hasPrefix("config.toml:1:15: server.host: 0.0.0.0:8000 can be") == true)
        let given = SettingsOverrides(host: "0.0.0.0")
        #expect(problems("server.token = 't'", overrides: given).count == 1)
        let text = "server.token = 't'\nserver.insecure_plaintext = true"
        #expect(try parse(text, overrides: given).settings.server.listeners.map(\.allowsPlaintext) == [true])
    }

    @Test(arguments: [
        "server.insecure_plaintext = true", "[[server.listen]]\naddress = '[::1]:1'\ninsecure_plaintext = true",
        one + "insecure_plaintext = true",
        "[[server.listen]]\naddress = '127.0.0.1:1'\n" + tls + "insecure_plaintext = true",
    ])
    func `a word against TLS that is not needed is noted`(text: String) throws {
        let warnings = try parse(text).warnings
        #expect(warnings.count == 1 && warnings.first?.message.hasPrefix("has no effect") == true)
    }
}

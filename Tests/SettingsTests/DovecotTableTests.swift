import AppPasswordCore
import Settings
import Testing

/// `[dovecot]`, and templates of limits.
struct DovecotTableTests {
    private let key = "api_key = 'k'\n"

    @Test func `servers, their key, and what stands for a password`() throws {
        let text = """
            [dovecot]
            doveadm = ["http://127.0.0.1:8080/doveadm/v1", "https://[2001:db8::1]/doveadm/v1"]
            api_key_file = "key"
            kick_without_alias = "user_and_address"
            flush_auth_cache = true
            [auth]
            revoke_poll = "2s"
            """
        let settings = try parse(text, files: ["/etc/x/key": "sesame\n"]).settings
        #expect(settings.dovecot.doveadm.count == 2 && settings.dovecot.apiKey?.revealed == "sesame")
        #expect(settings.dovecot.kickWithoutAlias == .userAndAddress && settings.dovecot.flushesAuthCache)
        #expect(settings.auth.revokePoll == .seconds(2))
        let defaults = try parse("").settings
        #expect(defaults.dovecot == Settings.Dovecot() && defaults.auth.revokePoll == .seconds(5))
        #expect(!"\(settings)".contains("sesame"))
    }

    @Test(arguments: [
        "127.0.0.1:8080", "ftp://127.0.0.1/doveadm/v1", "http://127.0.0.1:8080", "http:///doveadm/v1",
        "http://doveadm:secret@127.0.0.1/doveadm/v1", "http://127.0.0.1:99999/x", "http://127.0.0.1/a b",
        "http://[::1/x",
        "",
    ])
    func `what is no URL of doveadm is a fault`(url: String) {
        let found = problems("[dovecot]\n\(key)doveadm = [\"\(url)\"]")
        #expect(found.count == 1 && found[0].contains("dovecot.doveadm[0]"), "\(found)")
    }

    @Test func `a server needs a key, and one beyond this machine TLS or a warning`() throws {
        let found = problems("[dovecot]\ndoveadm = [\"http://127.0.0.1:8080/doveadm/v1\"]")
        #expect(found.count == 1 && found[0].contains("dovecot.api_key"), "\(found)")
        func warnings(_ url: String) throws -> [String] {
            try parse("[dovecot]\n\(key)doveadm = [\"\(url)\"]").warnings.map { "\($0)" }
        }
        #expect(try warnings("http://192.0.2.1:8080/doveadm/v1").count == 1)
        #expect(try warnings("https://192.0.2.1:8080/doveadm/v1").isEmpty)
        #expect(try warnings("http://localhost:8080/doveadm/v1").isEmpty)
    }

    @Test func `a template that limits nothing is a fault`() {
        let found = problems("[[auth.templates]]\nname = 'scanner'")
        #expect(found.count == 1 && found[0].contains("limits nothing"), "\(found)")
        #expect(problems("[[auth.templates]]\nname = 'scanner'\nunused_days = 90").isEmpty)
    }
}

import AppPasswordCore
import AuditCore
import Doctor
import Settings
import Testing

/// What is said of a Dovecot's configuration, read from what doveconf prints of either version.
struct DovecotFindingsTests {
    private static let files = [
        "dovecot-2.3-fail-open.txt", "dovecot-2.3-fail-closed.txt", "dovecot-2.4-fail-open.txt",
        "dovecot-2.4-fail-closed.txt",
    ]

    private func settings(for file: String) -> Settings {
        var settings = Settings()
        settings.audit.resultSuccess = file.contains("closed") ? .ok : .unknown
        return settings
    }

    /// The ids of what is found, in order.
    private func ids(
        _ text: String, _ settings: Settings = Settings(),
        file: (String) -> DovecotConfiguration.File = { _ in .text("-- dovecot-web-auth") }
    ) -> [String] {
        DovecotConfiguration(doveconf: text).findings(for: settings, file: file).map(\.id)
    }

    @Test(arguments: files) func `the shipped examples are good`(file: String) throws {
        #expect(ids(try Fixture.text(file), settings(for: file)) == [])
    }

    @Test(arguments: files) func `an answer that the chain takes for another is named`(file: String) throws {
        let text = try Fixture.text(file)
        var settings = settings(for: file)
        if file.contains("closed") {
            for result in [AuditResultSuccess.unknown, .next] {
                settings.audit.resultSuccess = result
                #expect(ids(text, settings) == ["dovecot.audit_result"])
            }
        } else {
            settings.audit.resultBlock = .mismatch
            #expect(ids(text, settings) == ["dovecot.result_block"])
            settings.audit.resultBlock = .disabled
            settings.audit.resultSuccess = .next
            #expect(ids(text, settings) == (file.contains("2.3") ? ["dovecot.audit_result"] : []))
        }
    }

    /// What is done to a good configuration, and what is said of it.
    private static let faults: [(old: String, new: String, id: String)] = [
        ("skip = authenticated", "skip = never", "dovecot.skip_auth"),
        ("skip = unauthenticated", "skip = never", "dovecot.skip_audit"),
        ("result_success = continue-ok", "result_success = return-ok", "dovecot.unaudited"),
        ("imap_id_retain = yes", "imap_id_retain = no", "dovecot.imap_id"),
        ("auth_mechanisms = plain login", "auth_mechanisms = plain login cram-md5 scram-sha-256", "dovecot.mechanisms"),
        ("protocols = ", "auth_cache_size = 10 M\nprotocols = ", "dovecot.auth_cache"),
        ("userdb", "nodb", "dovecot.userdb"),
        ("result_internalfail = return-fail\n", "\n", "dovecot.half_closed"),
        ("# 2.", "# 2.2.", "dovecot.version"),
        ("  driver = lua", "  driver = pam", "dovecot.passdb"),
        (" blocking=yes", " blocking=no", "dovecot.blocking"),
        ("  driver = lua", "  driver = lua\n  use_worker = no", "dovecot.blocking"),
    ]

    @Test(arguments: files, faults.indices)
    func `each fault is named, with its remedy`(file: String, index: Int) throws {
        let (fault, text) = (Self.faults[index], try Fixture.text(file))
        let broken = text.replacing(fault.old, with: fault.new)
        guard broken != text else { return }  // a line of the other version, or of the other set-up
        let found = DovecotConfiguration(doveconf: broken).findings(for: settings(for: file)) { _ in
            .text("-- dovecot-web-auth")
        }
        let finding = try #require(found.first { $0.id == fault.id }, "\(found)")
        #expect(!finding.why.isEmpty && !finding.change.isEmpty)
    }

    @Test func `every fault is seeded in one of the examples at least`() throws {
        let texts = try Self.files.map(Fixture.text)
        for fault in Self.faults { #expect(texts.contains { $0.contains(fault.old) }, "\(fault.old)") }
    }

    @Test(arguments: files) func `the order of passdbs`(file: String) throws {
        let text = try Fixture.text(file)
        let late = file.contains("2.3") ? "passdb {\n  driver = pam\n}\n" : "passdb pam {\n}\n"
        #expect(ids(text + late, settings(for: file)) == ["dovecot.order"])
        // Master users are nobody's audit.
        let master =
            file.contains("2.3") ? "passdb {\n  driver = pam\n  master = yes\n}\n" : "passdb pam {\n  master = yes\n}\n"
        #expect(ids(text + master, settings(for: file)) == [])
        // One that only keeps out those it knows lets nobody past the audit.
        let deny = master.replacing("master = yes", with: "deny = yes")
        #expect(ids(deny + text, settings(for: file)) == [])
        #expect(
            ids(deny.replacing("deny = yes", with: "deny = no") + text, settings(for: file)) == ["dovecot.unaudited"])
    }

    @Test func `scripts that are not there, or are the old program's`() throws {
        let text = try Fixture.text("dovecot-2.3-fail-open.txt")
        #expect(ids(text) { _ in .missing } == ["dovecot.script", "dovecot.script"])
        #expect(ids(text) { _ in .unreadable } == [])
        let old = "local url = \"http://127.0.0.1:8000/auth\""
        #expect(ids(text) { _ in .text(old) } == ["dovecot.script_old", "dovecot.script_old"])
    }

    @Test(arguments: ["2.3", "2.4"]) func `token and address have to be the service's`(version: String) throws {
        let text = try Fixture.text("dovecot-\(version)-fail-open.txt")
        var settings = Settings()
        settings.server.token = Secret("right")
        #expect(ids(text, settings) == ["dovecot.token"])
        let told =
            version == "2.3"
            ? text.replacing(
                "ssl = no", with: "ssl = no\nimport_environment = TZ WEB_AUTH_TOKEN_FILE=/etc/dovecot/token")
            : text.replacing("    url =", with: "    token_file = /etc/dovecot/token\n    url =")
        func files(_ token: String) -> (String) -> DovecotConfiguration.File {
            { $0 == "/etc/dovecot/token" ? .text(token) : .text("-- dovecot-web-auth") }
        }
        #expect(ids(told, settings, file: files("right\n")) == [])
        #expect(ids(told, settings, file: files("wrong\n")) == ["dovecot.token"])
        #expect(ids(told, settings) { $0 == "/etc/dovecot/token" ? .missing : .unreadable } == ["dovecot.token"])
        settings.server.token = nil
        settings.server.port = 8001
        #expect(ids(text, settings) == ["dovecot.url"])
        let elsewhere = text.replacing(":8000", with: ":8001").replacing(
            "ssl = no", with: "ssl = no\nimport_environment = WEB_AUTH_URL=http://localhost:8001")
        #expect(ids(elsewhere, settings) == [])
        // The port alone does not do.
        for (host, isHeard) in [
            ("127.0.0.1", true), ("::1", false), ("::", true), ("0.0.0.0", true), ("localhost", true),
        ] {
            (settings.server.host, settings.server.port) = (host, 8000)
            #expect(ids(text, settings) == (isHeard ? [] : ["dovecot.url"]), "\(host)")
        }
        (settings.server.host, settings.server.port) = ("127.0.0.1", 8001)
        // What is set in Dovecot's own environment, or goes by way of a proxy, is not known here.
        let unknown = text.replacing("http://127.0.0.1:8000", with: "https://auth.example.com")
            .replacing("ssl = no", with: "ssl = no\nimport_environment = TZ WEB_AUTH_URL")
        #expect(ids(unknown, settings) == [])
        #expect(
            !DovecotConfiguration(doveconf: told).findings(for: settings) { _ in .missing }.description.contains(
                "right"))
    }

    @Test(arguments: ["2.3", "2.4"]) func `odd spellings are read`(version: String) throws {
        let configuration = DovecotConfiguration(doveconf: try Fixture.text("dovecot-\(version)-odd.txt"))
        #expect(configuration.version == (version == "2.3" ? DovecotVersion(2, 3, 19) : DovecotVersion(2, 4, 1)))
        #expect(configuration.passdbs.first?.allowedNetworks == "192.0.2.10/32")
        #expect(configuration.passdbs.last?.script == (version == "2.3" ? "/etc/dovecot/auth.lua" : "/mnt/auth.lua"))
        #expect(configuration.passdbs.last?.blocksAuth == true)
        #expect(configuration.passdbs.last?.luaSettings["token"] == (version == "2.3" ? nil : "a b"))
        #expect(configuration.retainsClientID)
        #expect(configuration.authCacheSize == nil)
        #expect(configuration.trustedNetworks.hasPrefix("10.0.0.0/8"))
        #expect(
            configuration.environment[version == "2.3" ? "WEB_AUTH_TOKEN" : "FOO"] == (version == "2.3" ? "abc" : "bar")
        )
        #expect(configuration.hasUserdb == (version == "2.4"))
    }

    @Test(arguments: [
        "", "{{{{", "}\n}\npassdb {", "passdb {\n  driver\n}", String(repeating: "a {\n", count: 100_000),
    ])
    func `foreign text is read without end or harm`(text: String) {
        #expect(ids(text).contains("dovecot.passdb"))
    }

    @Test func `versions are compared number by number`() throws {
        #expect(try #require(DovecotVersion("# 2.3.9.2 (abc): /etc")) < .oldest)
        #expect(try #require(DovecotVersion("2.4.1-4 (7d8c0e5759)")).isNewStyle)
        #expect(DovecotVersion("doveconf") == nil)
    }

    @Test func `half of the logins from one private address are a proxy's`() throws {
        var origins = LoginOrigins()
        for number in 0..<19 { origins.add("192.88.99.\(number)") }
        for _ in 0..<18 { origins.add("10.0.0.5") }
        #expect(origins.findings(expected: []).isEmpty, "fewer than half")
        origins.add("10.0.0.5")
        #expect(origins.findings(expected: []).map(\.id) == ["dovecot.proxy"])
        #expect(origins.findings(expected: [IPPrefix("10.0.0.0/24")].compactMap { $0 }).isEmpty)
        var few = LoginOrigins()
        for _ in 0..<19 { few.add("10.0.0.5") }
        #expect(few.findings(expected: []).isEmpty, "too few to tell")
        var local = LoginOrigins()
        for _ in 0..<50 { local.add(nil) }
        for _ in 0..<50 { local.add("192.88.99.1") }
        #expect(local.findings(expected: []).isEmpty, "a public address is no proxy of ours")
    }
}

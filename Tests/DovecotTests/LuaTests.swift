import DovecotHarness
import Foundation
import Testing

/// The shipped scripts under a real Dovecot, with a service that answers from a table.
@Suite(.serialized)
struct LuaTests {
    /// What a mail client is told for what the service answers; the user's name chooses the row.
    static let table: [(name: String, answer: StubAPI.Answer, reply: String)] = [
        ("s200", .says(200, "success"), "OK"),
        ("s307", .says(307, "success"), "UNAVAILABLE"),
        ("s400", .says(400, "user not unique"), "UNAVAILABLE"),
        ("s401", .says(401, "invalid password"), "AUTHENTICATIONFAILED"),
        ("s403", .says(403, "account disabled"), "AUTHENTICATIONFAILED"),
        ("s404", .says(404, "user not found"), "AUTHENTICATIONFAILED"),
        ("s406", .says(406, "scheme"), "AUTHENTICATIONFAILED"),
        ("s410", .says(410, "password is deleted"), "EXPIRED"),
        ("s413", .status(413, body: #"{"detail":"too large"}"#), "UNAVAILABLE"),
        (
            "s422",
            .status(
                422,
                body: #"{"detail":[{"loc":["body","remote_ip"],"msg":"value is not a valid IPv4 or IPv6 address"}]}"#),
            "UNAVAILABLE"
        ),
        ("e422", .status(422, body: #"{"detail":[]}"#), "UNAVAILABLE"),
        ("token", .status(400, body: #"{"detail":"Bearer token missing or wrong"}"#), "UNAVAILABLE"),
        ("s500", .status(500, body: "oops"), "UNAVAILABLE"),
        ("s503", .says(503, "temporarily unavailable"), "UNAVAILABLE"),
        ("s204", .status(204, body: ""), "UNAVAILABLE"),
        // 9005: lost in the middle, both times; 9008: silence.
        ("lost", .close, "UNAVAILABLE"),
        ("silent", .silence, "UNAVAILABLE"),
        // Answers that are not the service's: none may log in or look like a wrong password.
        ("html", .status(200, body: "<html>It works!</html>"), "UNAVAILABLE"),
        ("empty", .status(200, body: ""), "UNAVAILABLE"),
        ("other", .status(200, body: #"{"status":"ok"}"#), "UNAVAILABLE"),
        ("array", .status(200, body: "[]"), "UNAVAILABLE"),
        ("number", .status(200, body: #"{"status":200}"#), "UNAVAILABLE"),
        ("proxy401", .status(401, body: "<html>"), "UNAVAILABLE"),
        ("route404", .status(404, body: #"{"detail":"Not Found"}"#), "UNAVAILABLE"),
        // A text with OK would be taken for extra fields.
        ("fields", .status(200, body: #"{"status":"success","password_id":7,"user":"mallory"}"#), "OK"),
    ]

    @Test(arguments: DovecotVersion.tested)
    func `each answer of the service reaches the mail client as the table says`(version: DovecotVersion) async throws {
        let api = try StubAPI { request in
            Self.table.first { $0.name == request["username"] }?.answer ?? .status(500, body: "")
        }
        try await DovecotServer.with(
            version, apiURL: "http://127.0.0.1:\(api.port)/", environment: ["WEB_AUTH_TIMEOUT": "5s"]
        ) { dovecot in
            try await withThrowingTaskGroup(of: (String, LoginReply).self) { group in
                for row in Self.table {
                    group.addTask { (row.name, try await dovecot.imapLogin(user: row.name, password: "secret")) }
                }
                for try await (name, reply) in group {
                    let expected = try #require(Self.table.first { $0.name == name }).reply
                    #expect((reply.isOK ? "OK" : reply.code) == expected, "\(name): \(reply)")
                }
            }
            // The reasons are in Dovecot's log.
            for reason in [
                "web-auth: 401 invalid password", "web-auth: 403 account disabled", "web-auth: 410 password is deleted",
                "web-auth: 400 user not unique", "web-auth: 503 temporarily unavailable", "web-auth: 9005 ",
                "web-auth: 9008 ", "web-auth: 200 no answer of the service", "web-auth: 413 too large",
                "web-auth: 422 remote_ip: value is not a valid IPv4 or IPv6 address",
                "web-auth: 400 Bearer token missing or wrong",
            ] {
                #expect(await dovecot.logs(reason), "\(reason)")
            }
            #expect(!dovecot.log.contains("mallory"))
            #expect(!dovecot.log.contains("Panic"))
        }
        let asked = Dictionary(grouping: api.requests) { $0["username"] ?? "" }.mapValues(\.count)
        #expect(asked["lost"] == 2, "a lost connection is worth a second try")
        #expect(asked["silent"] == 1, "what timed out is not sent again")
        #expect(Set(asked.filter { $0.key != "lost" }.values) == [1])
    }

    @Test(arguments: DovecotVersion.tested)
    func `a refused connection is no wrong password`(version: DovecotVersion) async throws {
        try await DovecotServer.with(version, apiURL: "http://127.0.0.1:1") { dovecot in
            #expect(try await dovecot.imapLogin(user: "alice", password: "x").code == "UNAVAILABLE")
            #expect(try await dovecot.popLogin(user: "alice", password: "x").code == "SYS/TEMP")
            if dovecot.ports.submission != nil {
                #expect(try await dovecot.submissionLogin(user: "alice", password: "x").code == "454")
            }
            #expect(try await dovecot.imapsLogin(user: "alice", password: "x").code == "UNAVAILABLE")
            let result = try await dovecot.doveadmAuthTest(service: "smtp", user: "alice", password: "x")
            #expect(result.output.contains("code=temp_fail"))
            #expect(await dovecot.logs("web-auth: 9003 "))
        }
    }

    @Test(arguments: DovecotVersion.tested)
    func `several servers are asked in turn, and the one that answered first of all`(version: DovecotVersion)
        async throws
    {
        let lost = try StubAPI { _ in .close }
        let good = try StubAPI { _ in .says(401, "invalid password") }
        let urls = "http://127.0.0.1:1  http://127.0.0.1:\(lost.port)/\thttp://127.0.0.1:\(good.port)"
        try await DovecotServer.with(version, apiURL: urls) { dovecot in
            // One after the other, so that one auth worker sees them all.
            for _ in 0..<3 {
                let reply = try await dovecot.doveadmAuthTest(service: "imap", user: "a", password: "x")
                #expect(reply.status == 77 && !reply.output.contains("temp_fail"))
            }
        }
        #expect(good.requests.count == 3)
        #expect(lost.requests.count == 2, "once, and once more on a fresh connection")
    }

    @Test(arguments: DovecotVersion.tested)
    func `a server that says it cannot is not passed over`(version: DovecotVersion) async throws {
        let other = try StubAPI { _ in .says(401, "invalid password") }
        let first = try StubAPI { _ in .says(503, "temporarily unavailable") }
        let urls = "http://127.0.0.1:\(first.port) http://127.0.0.1:\(other.port)"
        try await DovecotServer.with(version, apiURL: urls) { dovecot in
            let reply = try await dovecot.doveadmAuthTest(service: "imap", user: "a", password: "x")
            #expect(reply.output.contains("temp_fail"))
        }
        #expect(other.requests.isEmpty)
    }

    @Test(arguments: DovecotVersion.tested)
    func `a frozen server costs one wait, and is passed over then`(version: DovecotVersion) async throws {
        let frozen = try StubAPI { _ in .silence }
        let good = try StubAPI { _ in .says(200, "success") }
        let urls = "http://127.0.0.1:\(frozen.port) http://127.0.0.1:\(good.port)"
        try await DovecotServer.with(version, apiURL: urls, environment: ["WEB_AUTH_URL_TIMEOUT": "1"]) { dovecot in
            let started = ContinuousClock.now
            // One after the other, so that one auth worker sees them all.
            for _ in 0..<5 {
                let reply = try await dovecot.doveadmAuthTest(service: "imap", user: "a", password: "x")
                #expect(reply.status == 0, "\(reply)")
            }
            #expect(.now - started >= .seconds(1))
            #expect(!dovecot.log.contains("Panic"))
        }
        #expect(frozen.requests.count == 1)
        #expect(good.requests.count == 5)
    }

    @Test(arguments: DovecotVersion.tested)
    func `what the service is asked says who, with what, from where`(version: DovecotVersion) async throws {
        let api = try StubAPI { $0["username"] == "alice" ? .says(200, "success") : .says(401, "no") }
        try await DovecotServer.with(
            version, apiURL: "http://127.0.0.1:\(api.port)", environment: ["WEB_AUTH_TOKEN": "abc"]
        ) { dovecot in
            let password: [UInt8] = [0xFF, 0xFE, 0x22, 0x5C, 0xC3]
            #expect(try await dovecot.imapLogin(user: "Alice", password: password, from: "2001:db8::5") == .ok)
            let imap = try #require(api.requests.last)
            #expect(imap.path == "/auth")
            #expect(imap.headers["content-type"] == "application/json")
            #expect(imap.headers["authorization"] == "Bearer abc")
            #expect(imap["username"] == "alice")
            #expect(imap["password"] == Data(password).base64EncodedString())
            #expect(imap["service"] == "imap")
            #expect(imap["remote_ip"] == "2001:db8::5")
            #expect(imap["local_ip"] == "127.0.0.1")
            #expect(imap["session"]?.isEmpty == false)
            #expect(imap["client_id"]?.contains("harness") == true)
            #expect(imap["protocol"] == (version == .v23 ? nil : "imap"))

            #expect(try await dovecot.popLogin(user: "bob", password: "a", from: "203.0.113.9").code == "AUTH")
            let pop3 = try #require(api.requests.last)
            #expect(pop3["service"] == "pop3")
            #expect(pop3["remote_ip"] == "203.0.113.9")
            #expect(pop3["password"] == "YQ==")

            if dovecot.ports.submission != nil {
                #expect(
                    try await dovecot.submissionLogin(user: "bob", password: "b", from: "2001:db8::9").code == "535")
                let submission = try #require(api.requests.last)
                #expect(submission["service"] == "submission")
                #expect(submission["remote_ip"] == "2001:db8::9")
                #expect(submission["password"] == "Yg==")
            }

            #expect(try await dovecot.imapsLogin(user: "alice", password: "c") == .ok)
            let imaps = try #require(api.requests.last)
            #expect(imaps["service"] == "imap" && imaps["secured"] == "TLS")
            #expect(imaps["password"] == "Yw==" && imaps["remote_ip"] == "127.0.0.1")

            #expect(try await dovecot.doveadmAuthTest(service: "smtp", user: "alice", password: "").status == 0)
            let smtp = try #require(api.requests.last)
            #expect(smtp["service"] == "smtp")
            #expect(smtp["password"] == "")
            #expect(smtp["remote_ip"] == nil && !smtp.body.contains("remote_ip"))
        }
    }

    @Test(arguments: DovecotVersion.tested)
    func `passwords of every length are the same in base64`(version: DovecotVersion) async throws {
        let api = try StubAPI { _ in .says(200, "success") }
        try await DovecotServer.with(version, apiURL: "http://127.0.0.1:\(api.port)") { dovecot in
            for length in [1, 2, 3, 4, 5, 62, 63, 64, 1000] {
                // Dovecot itself refuses NUL, 1, TAB, CR and LF.
                let password = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 37 + length) }
                    .filter { ![0, 1, 9, 10, 13].contains($0) }
                let reply = try await dovecot.imapLogin(user: "alice", password: password)
                #expect(reply == .ok, "\(length)")
                #expect(api.requests.last?["password"] == Data(password).base64EncodedString())
            }
        }
    }

    @Test(arguments: DovecotVersion.tested)
    func `the token file is read at a login, and again after its token was refused`(version: DovecotVersion)
        async throws
    {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("token-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("token")
        let api = try StubAPI {
            $0.headers["authorization"] == "Bearer tok-new"
                ? .says(200, "success") : .status(400, body: #"{"detail":"token"}"#)
        }
        try await DovecotServer.with(
            version, apiURL: "http://127.0.0.1:\(api.port)", environment: ["WEB_AUTH_TOKEN_FILE": file.path]
        ) { dovecot in
            #expect(try await dovecot.doveadmAuthTest(service: "imap", user: "a", password: "x").status != 0)
            #expect(api.requests.isEmpty)
            #expect(await dovecot.logs("the token file: "))
            try Data("tok-old\n".utf8).write(to: file)
            let refused = try await dovecot.doveadmAuthTest(service: "imap", user: "a", password: "x")
            #expect(refused.output.contains("code=temp_fail"))
            try Data("tok-new\n".utf8).write(to: file)
            #expect(try await dovecot.doveadmAuthTest(service: "imap", user: "a", password: "x").status == 0)
            #expect(!dovecot.log.contains("tok-"))
        }
    }

    @Test(arguments: DovecotVersion.tested)
    func `an idle connection that the service closed is no trouble`(version: DovecotVersion) async throws {
        let api = try StubAPI { _ in .partingWords(200, "success") }
        try await DovecotServer.with(version, apiURL: "http://127.0.0.1:\(api.port)") { dovecot in
            for _ in 0..<5 {
                let result = try await dovecot.doveadmAuthTest(service: "imap", user: "a", password: "x")
                #expect(result.status == 0)
            }
        }
        #expect(api.requests.count == 5)
    }

    @Test(arguments: DovecotVersion.tested)
    func `control characters of an answer do not forge lines of the log`(version: DovecotVersion) async throws {
        let api = try StubAPI { _ in .says(401, #"x\nNov 23 12:00:00 auth: Info: forged \u001b[2J"#) }
        try await DovecotServer.with(version, apiURL: "http://127.0.0.1:\(api.port)") { dovecot in
            _ = try await dovecot.doveadmAuthTest(service: "imap", user: "a", password: "x")
            #expect(await dovecot.logs("401 x?Nov 23 12:00:00 auth: Info: forged ?[2J"))
            #expect(!dovecot.log.split(separator: "\n").contains { $0.hasPrefix("Nov 23 12:00:00 auth: Info: forged") })
        }
    }

    @Test(arguments: DovecotVersion.tested)
    func `a lookup without a password goes on with the next passdb`(version: DovecotVersion) async throws {
        let api = try StubAPI { _ in .says(200, "success") }
        try await DovecotServer.with(version, apiURL: "http://127.0.0.1:\(api.port)") { dovecot in
            _ = try await dovecot.doveadm(["auth", "lookup", "alice"])
            #expect(api.requests.isEmpty)
            #expect(!dovecot.log.contains("is not a function"))
        }
    }

    @Test func `both scripts end in the same common part`() throws {
        let lua = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../lua").standardizedFileURL
        func common(_ name: String) throws -> Substring {
            let text = try String(contentsOf: lua.appendingPathComponent(name), encoding: .utf8)
            let start = try #require(text.range(of: "-- >>> ")).lowerBound
            return text[start..<(try #require(text.range(of: "-- <<< ")).lowerBound)]
        }
        #expect(try common("auth.lua") == common("audit.lua"))
    }
}

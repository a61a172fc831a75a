import Foundation
import Testing

/// What Dovecot's scripts send besides name, password and address, and where it ends up.
@Suite(.timeLimit(.minutes(5)))
struct LoginMembersTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write(
            "config.toml",
            """
            [audit]
            sinks = ["jsonl:audit.jsonl"]
            audit_result_success = "ok"
            [audit.lists]
            ip_networks = "nets.lst"
            """)
        try directory.write("nets.lst", "192.88.98.0/24\n")
    }

    private func audit(_ members: String, from address: String = "192.88.97.7") -> String {
        #"{"username":"alice","service":"imap","remote_ip":"\#(address)","skip_password_check":true\#(members)}"#
    }

    private func records(after server: ServerProcess) async throws -> [[String: Any]] {
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        return try directory.read("audit.jsonl").split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    /// Records are written when their facts are complete, so those of logins at the same time come in any order.
    private func waitForRecords(_ count: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while directory.read("audit.jsonl").split(separator: "\n").count < count {
            try #require(ContinuousClock.now < deadline, "there are not \(count) records")
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test func `mechanism, protection, master user and proxy are recorded as they were sent`() async throws {
        let server = try await ServerProcess(in: directory)
        let more =
            #","mech":"PLAIN","secured":"TLS","master_user":"archive","real_remote_ip":"198.51.100.1","extra":[1]"#
        #expect(try server.request("POST", "/audit", audit(more)).status == 200)
        try await waitForRecords(1)
        #expect(try server.request("POST", "/audit", audit(#","secured":true,"mech":null"#)).status == 200)
        try await waitForRecords(2)
        let nothing = #","secured":false,"mech":"","master_user":"","real_remote_ip":"""#
        #expect(try server.request("POST", "/audit", audit(nothing)).status == 200)
        try await waitForRecords(3)
        let password = try Program.run(["app-password", "add", "alice"], in: directory).output.dropLast()
        let auth = AuthBody.text("alice", String(password), from: "192.88.97.7").dropLast() + #","mech":"LOGIN"}"#
        #expect(try server.request("POST", "/auth", String(auth)).status == 200)
        let records = try await records(after: server)
        #expect(records.count == 4)
        #expect(records.map { $0["mech"] as? String } == ["PLAIN", nil, nil, "LOGIN"])
        #expect(records.map { $0["secured"] as? String } == ["TLS", "secured", nil, nil])
        #expect(records.map { $0["master_user"] as? String } == ["archive", nil, nil, nil])
        #expect(records.map { $0["real_remote_ip"] as? String } == ["198.51.100.1", nil, nil, nil])
        #expect(records.prefix(3).allSatisfy { $0["password"] is NSNull }, "as the old program had it")
        #expect(records.last?["password"] as? Int == 1)
    }

    @Test(arguments: ["mech", "secured", "master_user", "real_remote_ip"])
    func `a member of the wrong type is named`(member: String) async throws {
        let server = try await ServerProcess(in: directory)
        let refused = try server.request("POST", "/audit", audit(#","\#(member)":[7]"#))
        #expect(refused.status == 422)
        #expect(refused.body.contains(#""loc":["body","\#(member)"]"#))
    }

    @Test func `a credentials lookup is judged, but leaves no record of a login`() async throws {
        let server = try await ServerProcess(in: directory)
        let lookup = #","mech":"CRAM-MD5","credentials_lookup":true"#
        #expect(try server.request("POST", "/audit", audit(lookup)).status == 200)
        #expect(try server.request("POST", "/audit", audit(lookup, from: "192.88.98.7")).status == 403)
        let metrics = try server.request("GET", "/metrics").body
        #expect(!metrics.contains(#"webauth_decisions_total{result="allow",reason="ok"} 1"#))
        #expect(try server.request("POST", "/audit", audit("")).status == 200)
        let records = try await records(after: server)
        #expect(records.count == 1)
    }

    @Test func `requests with a wrong token are logged, but do not fill the log`() async throws {
        try directory.write("config.toml", "[server]\ntoken = \"the-right-one\"\n" + directory.read("config.toml"))
        let server = try await ServerProcess(in: directory)
        #expect(try server.request("POST", "/audit", audit("")).status == 400)
        await server.waitForLog("its bearer token is not the one of the settings")
        #expect(server.logText.contains("http.token=missing"))
        let client = try HTTPClient(port: server.port)
        for _ in 0..<500 {
            let refused = client.request(
                "POST", "/audit", audit(""), headers: ["Authorization": "Bearer the-wrong-one"])
            #expect(refused.status == 400)
        }
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        let lines = server.logText.split(separator: "\n").filter { $0.contains("its bearer token") }
        #expect(lines.count < 100, "one a second at most")
        #expect(!server.logText.contains("the-wrong-one") && !server.logText.contains("the-right-one"))
    }
}

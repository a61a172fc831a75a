import Foundation
import Testing

/// The real server, spoken to over sockets as Dovecot's Lua speaks to it.
@Suite(.timeLimit(.minutes(5)))
struct ServerTests {
    private func password(for user: String, in directory: TemporaryDirectory) throws -> String {
        let added = try Program.run(["app-password", "add", user], in: directory)
        #expect(added.status == 0, "\(added.errors)")
        return String(added.output.dropLast())
    }

    private func history(_ id: Int, in directory: TemporaryDirectory) throws -> [[String: Any]] {
        let output = try Program.run(["app-password", "history", "\(id)", "--json"], in: directory).output
        return try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [[String: Any]])
    }

    @Test func `a login, its row, its record, a wrong password and a revoked one`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[audit]\nsinks = [\"jsonl:audit.jsonl\"]\n")
        let password = try password(for: "alice", in: directory)
        let server = try await ServerProcess(in: directory)
        let good = try server.auth("alice", password, from: "192.88.98.7")
        #expect(good.status == 200)
        #expect(good.body == #"{"status":"success","password_id":1}"#)
        #expect(try server.auth("alice", "wrong").body == #"{"status":"invalid password"}"#)
        #expect(try server.auth("nobody", "x").status == 404)
        #expect(try Program.run(["app-password", "revoke", "1"], in: directory).status == 0)
        let revoked = try server.auth("alice", password)
        #expect(revoked.status == 410)
        #expect(revoked.body == #"{"status":"password is deleted"}"#)
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        #expect(try history(1, in: directory).map { $0["src_ip"] as? String } == ["192.88.98.1", "192.88.98.7"])
        #expect(try history(1, in: directory).map { $0["result"] as? String } == ["revoked", nil])
        #expect(
            try Program.run(["app-password", "history", "1"], in: directory).output.contains(
                "192.88.98.1, refused: revoked\n"))
        let list = try Program.run(["app-password", "list", "alice"], in: directory).output
        #expect(list.contains("imap from 192.88.98.7") && !list.contains("192.88.98.1"), "a refused login is no use")
        let lines = directory.read("audit.jsonl").split(separator: "\n")
        let records = lines.filter { $0.contains(#""message":"user=<"#) }
        #expect(records.count == 2)
        #expect(lines.count { $0.contains(#""event":"wrong_password""#) } == 1)
        #expect(lines.count { $0.contains(#""event":"unknown_account""#) } == 1)
        #expect(records.first?.contains(#""user":"alice","password":1,"service":"imap","ip":"192.88.98.7""#) == true)
        #expect(records.last?.contains(#""matched":"deleted""#) == true)
        #expect(!directory.read("audit.jsonl").contains(password))
        #expect(!server.logText.contains(password))
    }

    @Test func `kill -9 loses no row and doubles none`() async throws {
        let directory = try TemporaryDirectory()
        let password = try password(for: "alice", in: directory)
        for round in 1...3 {
            let server = try await ServerProcess(in: directory)
            for login in 1...4 {
                #expect(try server.auth("alice", password, from: "198.18.\(round).\(login)").status == 200)
            }
            server.signal(SIGKILL)
            _ = await server.waitForExit()
        }
        let server = try await ServerProcess(in: directory)
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        let sources = try history(1, in: directory).compactMap { $0["src_ip"] as? String }
        let expected = (1...3).flatMap { round in (1...4).map { "198.18.\(round).\($0)" } }
        #expect(sources.sorted() == expected.sorted())
    }

    @Test func `SIGHUP and reload take lists into use, or leave everything as it is`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[audit.lists]\nip_networks = \"nets.lst\"\n")
        try directory.write("nets.lst", "")
        let password = try password(for: "alice", in: directory)
        let server = try await ServerProcess(in: directory)
        #expect(try server.auth("alice", password, from: "192.88.98.7").status == 200)
        try directory.write("nets.lst", "192.88.98.0/24\n")
        let reloaded = try server.request("POST", "/reload")
        #expect(reloaded.status == 200)
        #expect(reloaded.body == #"{"status":"reloaded","lists":{"ip_networks":1},"restart_needed":[]}"#)
        let denied = try server.auth("alice", password, from: "192.88.98.7")
        #expect(denied.status == 403)
        #expect(denied.body == #"{"status":"access from 192.88.98.0/24 is forbidden"}"#)
        try directory.write("nets.lst", "192.88.98.0/24\nnonsense\n")
        let refused = try server.request("POST", "/reload")
        #expect(refused.status == 409)
        #expect(refused.body.contains("nets.lst:2:"))
        try directory.write("city.mmdb", "no MMDB")
        try directory.write(
            "config.toml", "[audit.lists]\nip_networks = \"nets.lst\"\n[audit.maxmind]\ncity = \"city.mmdb\"\n")
        let twice = try server.request("POST", "/reload")
        #expect(twice.status == 409)
        #expect(twice.body.contains("config.toml:4:8: audit.maxmind.city: "), "every problem at once: \(twice.body)")
        #expect(twice.body.contains("nets.lst:2:"))
        #expect(try server.auth("alice", password, from: "192.88.98.7").status == 403)
        try directory.write("config.toml", "[audit.lists]\n")
        server.signal(SIGHUP)
        await server.waitForLog("[WebAuth] reloaded", times: 2)
        #expect(try server.auth("alice", password, from: "192.88.98.7").status == 200)
    }

    @Test func `a reload cannot take the token from a socket that others can reach`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            "config.toml", "[server]\nhost = \"0.0.0.0\"\ninsecure_plaintext = true\ntoken = \"hush-hush\"\n")
        let server = try await ServerProcess(in: directory)
        let bearer = ["Authorization": "Bearer hush-hush"]
        // These settings would do at a start; but the socket stays where it is.
        try directory.write("config.toml", "[server]\nhost = \"127.0.0.1\"\n")
        let refused = try server.request("POST", "/reload", headers: bearer)
        #expect(refused.status == 409)
        #expect(refused.body.contains("server.token"))
        #expect(try server.request("POST", "/auth", "{}").status == 400)
        try directory.write("config.toml", "[server]\nhost = \"127.0.0.1\"\ntoken = \"other\"\n")
        #expect(try server.request("POST", "/reload", headers: bearer).status == 200)
        #expect(try server.request("POST", "/auth", "{}", headers: bearer).status == 400)
        #expect(try server.request("POST", "/auth", "{}", headers: ["Authorization": "Bearer other"]).status == 422)
    }

    @Test func `a key that needs a restart is named at each reload until it is as at the start`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "")
        let server = try await ServerProcess(in: directory)
        for (settings, keys) in [
            ("[auth]\nverify_cache_ttl = 5\n", #"["auth.verify_cache_ttl"]"#),
            ("[auth]\nverify_cache_ttl = 5\n", #"["auth.verify_cache_ttl"]"#), ("", "[]"),
        ] {
            try directory.write("config.toml", settings)
            let answer = try server.request("POST", "/reload")
            #expect(answer.body.contains(#""restart_needed":\#(keys)"#))
        }
    }

    @Test func `a reload leaves the embedded database where it is`() async throws {
        let directory = try TemporaryDirectory()
        let password = try password(for: "alice", in: directory)
        try directory.write("config.toml", "")
        let server = try await ServerProcess(in: directory)
        try directory.write("config.toml", "[server]\nstate_directory = \"elsewhere\"\n")
        #expect(try server.request("POST", "/reload").body.contains(#""restart_needed":["server.state_directory"]"#))
        #expect(try server.auth("alice", password).status == 200, "not 404, for which clients drop their accounts")
        #expect(!FileManager.default.fileExists(atPath: directory.path + "/elsewhere"))
    }

    @Test func `logins during reloads see one set of settings or the other, never a mix`() async throws {
        let directory = try TemporaryDirectory()
        // Two worlds: in one the first network is denied with 403, in the other the second with 410.
        let worlds = [
            (config: "[audit]\nresult_block = \"disabled\"\n", nets: "192.88.97.0/24\n"),
            (config: "[audit]\nresult_block = \"expired\"\n", nets: "192.88.98.0/24\n"),
        ]
        @Sendable func enter(_ world: Int) throws {
            try directory.write("nets.lst", worlds[world].nets)
            try directory.write("config.toml", worlds[world].config + "[audit.lists]\nip_networks = \"nets.lst\"\n")
        }
        try enter(0)
        let password = try password(for: "alice", in: directory)
        let server = try await ServerProcess(in: directory)
        let expected: Set = ["97: 403", "97: 200", "98: 200", "98: 410"]
        let (isOver, seen) = (Flag(), Seen())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for network in [97, 98] {
                group.addTask {
                    try await onThread {
                        let client = try HTTPClient(port: server.port)
                        let body = AuthBody.text("alice", password, from: "192.88.\(network).1")
                        while !isOver.isSet { seen.add("\(network): \(client.request("POST", "/auth", body).status)") }
                    }
                }
            }
            try await onThread {
                defer { isOver.set() }
                var round = 0
                while round < 60 || (round < 5000 && !seen.all.isSuperset(of: expected)) {
                    round += 1
                    try enter(round % 2)
                    #expect(try server.request("POST", "/reload").status == 200)
                }
            }
            try await group.waitForAll()
        }
        #expect(seen.all == expected)
    }

    @Test func `logins at the same time are each answered and recorded`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[audit]\nsinks = [\"jsonl:audit.jsonl\", \"stderr\"]\n")
        let password = try password(for: "alice", in: directory)
        let server = try await ServerProcess(in: directory)
        let answers = try await withThrowingTaskGroup(of: [Int].self) { group in
            for client in 1...8 {
                group.addTask {
                    try await onThread {
                        let connection = try HTTPClient(port: server.port)
                        return (1...150).map { login in
                            let address = "198.18.\(client).\(login)"
                            return connection.request("POST", "/auth", AuthBody.text("alice", password, from: address))
                                .status
                        }
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(answers.count == 1200 && answers.allSatisfy { $0 == 200 })
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        let addresses = directory.read("audit.jsonl").split(separator: "\n").compactMap {
            $0.firstMatch(of: #/"ip":"([0-9.]+)"/#).map { String($0.1) }
        }
        #expect(addresses.count == 1200)
        #expect(Set(addresses).count == 1200)
        #expect(
            try Program.run(["app-password", "history", "1", "--limit", "5000"], in: directory).output
                .split(separator: "\n").count == 1200)
    }

    @Test func `half a body and then silence is answered 408 and closed`() async throws {
        let server = try await ServerProcess(in: TemporaryDirectory())
        let client = try HTTPClient(port: server.port)
        client.send(Array("POST /auth HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{\"username\":".utf8))
        let start = ContinuousClock.now
        #expect(client.response().status == 408)
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(client.response().status == 0, "and the connection is closed")
    }

    @Test func `a token guards everything but health, and Dovecot's routes answer 400`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[server]\ntoken = \"hush-hush\"\n")
        let server = try await ServerProcess(in: directory)
        #expect(try server.request("POST", "/auth", "{}").status == 400)
        #expect(try server.request("POST", "/audit", "{}").status == 400)
        #expect(try server.request("POST", "/reload").status == 401)
        #expect(try server.request("GET", "/openapi.json").status == 401)
        #expect(try server.request("GET", "/livez").status == 200)
        #expect(try server.request("GET", "/readyz").status == 200)
        let bearer = ["Authorization": "Bearer hush-hush"]
        #expect(try server.request("POST", "/auth", "{}", headers: bearer).status == 422)
        #expect(try server.request("GET", "/openapi.json", headers: bearer).status == 200)
        #expect(!server.logText.contains("hush-hush"))
    }

    @Test func `however many ask whether it is ready, the back ends are asked once`() async throws {
        let directory = try TemporaryDirectory()
        let silence = try SilentListener()
        try directory.write(
            "config.toml",
            "[ldap]\nhost = \"127.0.0.1\"\nport = \(silence.port)\nbasedn = \"dc=example\"\ntimeout = \"1s\"\n")
        let server = try await ServerProcess(in: directory)
        let clients = try (0..<32).map { _ in try HTTPClient(port: server.port) }
        for client in clients { client.send(Array("GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n".utf8)) }
        #expect(clients.map { $0.response().status }.allSatisfy { $0 == 503 })
        let asked = silence.connections
        #expect((1...2).contains(asked), "asked \(asked) times: logins would wait behind them")
    }

    @Test func `a local login needs no address`() async throws {
        let directory = try TemporaryDirectory()
        let password = try password(for: "alice", in: directory)
        let server = try await ServerProcess(in: directory)
        let encoded = Data(password.utf8).base64EncodedString()
        for address in ["", #","remote_ip":null"#] {
            let body = #"{"username":"alice","password":"\#(encoded)","service":"imap"\#(address)}"#
            #expect(try server.request("POST", "/auth", body).status == 200)
        }
    }

    @Test func `audit answers as the settings say`() async throws {
        let directory = try TemporaryDirectory()
        let body = #"{"username":"bob","service":"imap","remote_ip":"192.88.98.7","skip_password_check":"yes"}"#
        let unknown = #"{"username":"bob","service":"imap","remote_ip":"192.88.98.7","passdbs_seen_user_unknown":1}"#
        for (setting, code) in [("next", 307), ("unknown", 404), ("ok", 200)] {
            try directory.write("config.toml", "[audit]\naudit_result_success = \"\(setting)\"\nsinks = [\"stderr\"]\n")
            let server = try await ServerProcess(in: directory)
            let answer = try server.request("POST", "/audit", body)
            #expect(answer.status == code)
            #expect(answer.body == #"{"status":"success"}"#)
            #expect(!answer.head.lowercased().contains("location:"))
            #expect(try server.request("POST", "/audit", unknown).body == #"{"status":"unknown"}"#)
            await server.waitForLog("mail-audit: user=<bob>, service=imap, ip=192.88.98.7, host=<>, asn=None")
        }
    }

    @Test func `what is no request is refused with its code, and nothing leaks`() async throws {
        let directory = try TemporaryDirectory()
        let password = try password(for: "alice", in: directory)
        let encoded = Data(password.utf8).base64EncodedString()
        let server = try await ServerProcess(in: directory)
        func body(_ member: String, _ value: String) -> String {
            var members = [
                "username": #""alice""#, "password": "\"\(encoded)\"", "service": #""imap""#,
                "remote_ip": #""192.88.98.1""#,
            ]
            members[member] = value
            return "{" + members.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
        }
        let addresses = [
            "\"\"", "7", "[]", "true", "{}", "\"1.2.3\"", "\"01.2.3.4\"", "\"1.2.3.4/32\"", "\"::1%\"", "\"x\"",
        ]
        for address in addresses {
            let answer = try server.request("POST", "/auth", body("remote_ip", address))
            #expect(answer.status == 422, "\(address)")
            #expect(answer.body.contains(#""loc":["body","remote_ip"]"#))
        }
        for secret in ["\"c2VjcmV0\\u0000\"", "\"c2VjcmV\"", "\"c2Vj cmV0\"", "\"c2VjcmV0-_==\"", "null", "7"] {
            let answer = try server.request("POST", "/auth", body("password", secret))
            #expect(answer.status == 422, "\(secret)")
            #expect(answer.body.contains(#""loc":["body","password"]"#))
            #expect(!answer.body.contains("c2Vj"))
        }
        for name in [#"*()\\%_'\";"#, "a\\u0000b", "alice\\n", " alice", "", "müller", "\\u202ealice"] {
            #expect(try server.request("POST", "/auth", body("username", "\"\(name)\"")).status == 404, "\(name)")
        }
        for length in [0, 5000] {
            let long = Data(repeating: 0x41, count: length).base64EncodedString()
            #expect(try server.request("POST", "/auth", body("password", "\"\(long)\"")).status == 401)
        }
        let nul = Data(Array(password.utf8) + [0, 1]).base64EncodedString()
        #expect(try server.request("POST", "/auth", body("password", "\"\(nul)\"")).status == 401)
        for text in ["", "{", "[]", "7", "{}", "\u{FEFF}{}", String(repeating: "[", count: 30_000)] {
            #expect(try server.request("POST", "/auth", text).status == 422, "\(text.prefix(10))")
        }
        let invalid = try HTTPClient(port: server.port)
        invalid.send(Array("POST /auth HTTP/1.1\r\nHost: a\r\nContent-Length: 16\r\n\r\n".utf8))
        invalid.send(Array(#"{"username":""#.utf8) + [0xFF] + Array("\"}".utf8))
        #expect(invalid.response().status == 422)
        #expect(try server.request("POST", "/auth", String(repeating: " ", count: 10 << 20)).status == 413)
        #expect(try server.request("GET", "/auth").status == 405)
        #expect(try server.request("POST", "/auth/").status == 404)
        #expect(try server.auth("alice", password).status == 200, "and it goes on")
        #expect(!server.logText.contains(encoded) && !server.logText.contains(password))
    }

    @Test func `500 idle connections do not hinder a login`() async throws {
        let directory = try TemporaryDirectory()
        let password = try password(for: "alice", in: directory)
        let server = try await ServerProcess(in: directory)
        let idle = try (0..<500).map { _ in try HTTPClient(port: server.port) }
        for _ in 0..<20 { #expect(try server.auth("alice", password).status == 200) }
        #expect(idle.count == 500)
    }

    @Test func `a port in use and an unusable state directory end the program with a reason`() async throws {
        let directory = try TemporaryDirectory()
        let server = try await ServerProcess(in: directory)
        let other = try TemporaryDirectory()
        let taken = try Program.run(["serve", "--port", "\(server.port)"], in: other)
        #expect(taken.status == 69)
        let locked = try Program.run(["serve", "--port", "0"], in: directory)
        #expect(locked.status == 69, "\(locked.errors)")
        try other.write("file", "")
        try other.write("config.toml", "[server]\nstate_directory = \"file\"\n")
        #expect(try Program.run(["serve"], in: other).status == 78)
    }

    @Test(.enabled(if: Program.isRelease, "only a release build is held to this: scripts/test makes one"))
    func `an idle server takes less than 40 MB and answers within half a second of its start`() async throws {
        // The best of three: what the machine does meanwhile is not the server's doing.
        var best = Duration.seconds(60)
        var memory = Int.max
        for _ in 1...3 {
            let start = ContinuousClock.now
            let server = try await ServerProcess(in: TemporaryDirectory())
            #expect(try server.request("GET", "/readyz").status == 200)
            best = min(best, ContinuousClock.now - start)
            memory = min(memory, server.residentKiB)
        }
        #expect(best < .milliseconds(500))
        #expect(memory < 40_000)
    }
}

import Foundation
import Testing

/// What the shipped scripts make of requests as Dovecot 2.4 describes them, and of Dovecots that are too old.
@Suite(.enabled(if: ScriptCall.isAvailable, "\(ScriptCall.missing)"))
struct ScriptTests {
    /// A request of 2.4, which has a protocol and a mechanism where 2.3 has a service and a mech.
    private func request(
        _ mechanism: String?, _ more: [String: ScriptCall.Field] = [:]
    ) -> [String: ScriptCall.Field] {
        var request: [String: ScriptCall.Field] = [
            "user": "alice", "protocol": "imap", "remote_ip": "192.0.2.7", "real_remote_ip": "198.51.100.1",
            "client_pid": "123", "secured": "TLS", "skip_password_check": true,
        ]
        request["mechanism"] = mechanism.map(ScriptCall.Field.text)
        return request.merging(more) { $1 }
    }

    @Test(arguments: ["XOAUTH2", "OAUTHBEARER", "EXTERNAL", "GSSAPI", "ANONYMOUS", "xoauth2"])
    func `what is no password is never checked as one`(mechanism: String) throws {
        let outcome = try ScriptCall.run("auth.lua", request: request(mechanism), password: "opaque_token")
        #expect(outcome.result == "USER_UNKNOWN" && outcome.posts == nil)
        let of23 = try ScriptCall.run(
            "auth.lua", version: "2.3", request: ["user": "alice", "service": "imap", "mech": .text(mechanism)],
            password: "opaque_token")
        #expect(of23.result == "USER_UNKNOWN" && of23.posts == nil)
    }

    @Test(arguments: ["PLAIN", "LOGIN", nil])
    func `a password is checked, and goes with what is known of the login`(mechanism: String?) throws {
        var fields = request(mechanism, ["master_user": "archive"])
        if mechanism == nil { fields["client_pid"] = nil }
        let outcome = try ScriptCall.run(
            "auth.lua", request: fields, password: "secret",
            answers: [.init(status: 200, payload: #"{"status":"success","password_id":17,"user":"mallory"}"#)])
        #expect(
            outcome.result == "OK"
                && outcome.fields == ["password_id": "17", "user_apppw": "17", "userdb_user_apppw": "17"])
        let post = try #require(outcome.posts?.first)
        #expect(post["mech"] as? String == mechanism)
        #expect(post["secured"] as? String == "TLS")
        #expect(post["master_user"] as? String == "archive")
        #expect(post["real_remote_ip"] as? String == "198.51.100.1")
        #expect(post["service"] as? String == "imap")
    }

    @Test(arguments: [
        ("größer-日本-😀", Array("größer-日本-😀".utf8)), ("a?b", [0x61, 0xFF, 0x62]), ("??", [0xC0, 0xAF]),
        ("???", [0xED, 0xA0, 0x80]), ("??ä", [0xE2, 0x82, 0xC3, 0xA4]), ("????", [0xF4, 0x90, 0x80, 0x80]),
        (String(repeating: "a", count: 1023) + "?", Array((String(repeating: "a", count: 1023) + "ü").utf8)),
    ])
    func `names beyond ASCII arrive, and bytes that are no text keep nothing out`(text: String, bytes: [UInt8]) throws {
        let outcome = try ScriptCall.run(
            "audit.lua", request: request("PLAIN", ["master_user": .bytes(bytes), "client_id": .bytes(bytes)]))
        let post = try #require(outcome.posts?.first)
        #expect(post["master_user"] as? String == text)
        #expect(post["client_id"] as? String == text)
    }

    @Test func `both scripts have the same in common`() throws {
        let parts = try ["auth.lua", "audit.lua"].map { name in
            let file = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../lua/\(name)")
            let text = try String(contentsOf: file.standardizedFileURL, encoding: .utf8)
            return try #require(text.firstMatch(of: /-- >>> This part[\s\S]*-- <<< This part/)).output
        }
        #expect(parts[0] == parts[1])
    }

    @Test(arguments: [#""7""#, "7.5", "true", "null", #"{"a":1}"#, "1e300"])
    func `a number that is none is not handed on`(id: String) throws {
        let payload = #"{"status":"success","password_id":\#(id)}"#
        let outcome = try ScriptCall.run(
            "auth.lua", request: request("PLAIN"), password: "x", answers: [.init(status: 200, payload: payload)])
        #expect(outcome.result == "OK" && (outcome.fields ?? [:]).isEmpty)
    }

    /// 2.4 takes USER_UNKNOWN of a token for success, and MISMATCH where the audit fails open.
    @Test(arguments: [
        (200, "success", "OK"), (404, "success", "USER_UNKNOWN"), (403, "no", "USER_DISABLED"),
        (410, "no", "PASS_EXPIRED"), (401, "no", "USER_DISABLED"), (503, "later", "INTERNAL_FAILURE"),
    ])
    func `the audit of a token refuses by what is a refusal everywhere`(
        status: Int, text: String, result: String
    ) throws {
        let outcome = try ScriptCall.run(
            "audit.lua", request: request("XOAUTH2", ["passdbs_seen_user_unknown": true]),
            answers: [.says(status, text)])
        #expect(outcome.result == result)
        let post = try #require(outcome.posts?.first)
        #expect(post["skip_password_check"] as? Bool == true)
        #expect(post["passdbs_seen_user_unknown"] as? Bool == false, "one passdb knows him")
        #expect(post["credentials_lookup"] as? Bool == nil)
    }

    @Test(arguments: ["CRAM-MD5", "DIGEST-MD5", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512", "APOP"])
    func `a credentials lookup is judged and leaves the stored password in place`(mechanism: String) throws {
        for (status, result) in [(200, "USER_UNKNOWN"), (404, "USER_UNKNOWN"), (403, "USER_DISABLED")] {
            let outcome = try ScriptCall.run(
                "audit.lua", request: request(mechanism), answers: [.says(status, status == 403 ? "no" : "success")])
            #expect(outcome.result == result)
            #expect(outcome.posts?.first?["credentials_lookup"] as? Bool == true)
        }
    }

    @Test func `nobody logs in where there is no mechanism`() throws {
        let found = try ScriptCall.run("audit.lua", request: request(nil))
        #expect(found.result == "OK" && found.posts == nil)
        let unverified = try ScriptCall.run("audit.lua", request: request(nil, ["skip_password_check": false]))
        #expect(unverified.result == "USER_UNKNOWN" && unverified.posts == nil)
    }

    @Test(arguments: ["auth.lua", "audit.lua"])
    func `a Dovecot without an HTTP client is told which one has it`(script: String) throws {
        let outcome = try ScriptCall.run(
            script, version: "old", request: [:], password: script == "auth.lua" ? "x" : nil)
        let trouble = try #require(outcome.trouble)
        #expect(trouble.hasPrefix("web-auth: needs Dovecot 2.3.19 or newer"))
        #expect(!trouble.contains("\n"))
    }

    @Test func `servers come from lua_settings too, each asked in turn`() throws {
        let settings = ["url": " http://one:8000/  http://two:8000 http://three:8000 "]
        let outcome = try ScriptCall.run(
            "auth.lua", settings: settings, request: request("PLAIN"), password: "x",
            answers: [.init(status: 9003), .init(status: 9005), .init(status: 9005), .says(401, "invalid password")])
        #expect(outcome.result == "PASSWORD_MISMATCH")
        #expect(
            outcome.posts?.map(\.url) == [
                "http://one:8000/auth", "http://two:8000/auth", "http://two:8000/auth", "http://three:8000/auth",
            ])
        let none = try ScriptCall.run(
            "auth.lua", settings: settings, request: request("PLAIN"), password: "x", answers: [.init(status: 9003)])
        #expect(none.result == "INTERNAL_FAILURE" && none.posts?.count == 3)
    }

    /// A call of auth.lua with three servers, and the name of each that was asked, with the seconds it had.
    private func asked(
        _ answers: [ScriptCall.Answer], settings: [String: String] = [:], logins: Int = 1, pause: Int = 0,
        servers: String = "http://one http://two http://three"
    ) throws -> (result: String?, posts: [String]) {
        let outcome = try ScriptCall.run(
            "auth.lua", settings: settings.merging(["url": servers]) { $1 }, request: request("PLAIN"), password: "x",
            answers: answers, logins: logins, pause: pause)
        return (
            outcome.result,
            (outcome.posts ?? []).map { "\($0.url.dropFirst(7).dropLast(5)) \(Int($0.seconds))" }
        )
    }

    private let silence = ScriptCall.Answer(status: 9008)
    private let right = ScriptCall.Answer.says(200, "success")

    @Test func `a silent server costs one wait, and is passed over for ten seconds`() throws {
        let once = try asked([silence, right])
        #expect(once.result == "OK" && once.posts == ["one 2", "two 2"])
        let within = try asked([silence, right, right], logins: 2, pause: 9)
        #expect(within.posts == ["one 2", "two 2", "two 2"])
        // The second server, asked first now, is silent in its turn while the first is passed over.
        let both = try asked([silence, right, silence, right], logins: 2, pause: 9)
        #expect(both.posts == ["one 2", "two 2", "two 2", "three 2"])
        let two = try asked([silence, right, silence, right], logins: 2, pause: 9, servers: "http://one http://two")
        #expect(two.posts == ["one 2", "two 2", "two 2", "one 2"], "who is passed over is asked before nobody is")
        let later = try asked(
            [silence, right, .init(status: 9003), right], logins: 2, pause: 11, servers: "http://a http://b")
        #expect(later.posts == ["a 2", "b 2", "b 2", "a 2"])
    }

    @Test func `where all are silent the first has the time that is left`() throws {
        let slow = try asked([silence, silence, silence, right])
        #expect(slow.result == "OK" && slow.posts == ["one 2", "two 2", "three 2", "one 4"])
        let gone = try asked([silence])
        #expect(gone.result == "INTERNAL_FAILURE" && gone.posts == ["one 2", "two 2", "three 2", "one 4"])
        let refused = try asked([.init(status: 9003), silence, .init(status: 9003), right])
        #expect(refused.result == "OK" && refused.posts == ["one 2", "two 2", "three 2", "two 8"])
        let many = try asked([silence], servers: (1...8).map { "http://s\($0)" }.joined(separator: " "))
        #expect(many.result == "INTERNAL_FAILURE" && many.posts == (1...5).map { "s\($0) 2" }, "ten seconds in all")
    }

    @Test(arguments: [("1", 1), ("5s", 5), ("4 secs", 4), ("0", 2), ("soon", 2), ("60", 10)])
    func `url_timeout is what each of several servers has`(text: String, seconds: Int) throws {
        #expect(try asked([right], settings: ["url_timeout": text]).posts == ["one \(seconds)"])
        #expect(
            try asked([silence], settings: ["url_timeout": text], servers: "http://only").posts == ["only 10"],
            "one server has all the time, and is asked once")
        let of23 = try ScriptCall.run(
            "audit.lua", version: "2.3", request: ["user": "alice", "service": "imap", "mech": "PLAIN"])
        #expect(of23.posts?.map(\.seconds) == [10])
    }

    @Test func `an audit that finds nothing leaves no line, whatever it is answered with`() throws {
        for status in [200, 307, 404] {
            for verified: ScriptCall.Field in [true, false] {
                let outcome = try ScriptCall.run(
                    "audit.lua", request: request("PLAIN", ["skip_password_check": verified]),
                    answers: [.says(status, "success")])
                #expect(outcome.log == nil)
            }
        }
        let refused = try ScriptCall.run("audit.lua", request: request("PLAIN"), answers: [.says(403, "no")])
        #expect(refused.log == ["web-auth: 403 no"])
    }

    @Test(arguments: [
        (400, #"{"detail":"Bearer token missing or wrong"}"#, "web-auth: 400 Bearer token missing or wrong"),
        (413, #"{"detail":"Content Too Large"}"#, "web-auth: 413 Content Too Large"),
        (
            422, #"{"detail":[{"loc":["body","remote_ip"],"msg":"no address","type":"x"}]}"#,
            "web-auth: 422 remote_ip: no address"
        ),
        (503, #"{"status":"temporarily unavailable"}"#, "web-auth: 503 temporarily unavailable"),
    ])
    func `what keeps the service from answering is the text of the failure`(
        status: Int, payload: String, text: String
    ) throws {
        for script in ["auth.lua", "audit.lua"] {
            let outcome = try ScriptCall.run(
                script, request: request("PLAIN"), password: script == "auth.lua" ? "x" : nil,
                answers: [.init(status: status, payload: payload)])
            #expect(outcome.result == "INTERNAL_FAILURE" && outcome.text == text)
        }
    }
}

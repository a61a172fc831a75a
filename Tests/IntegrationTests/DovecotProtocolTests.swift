import DovecotHarness
import Foundation
import Testing

/// Every protocol, the token between Dovecot and the service, and Dovecot's own cache.
extension DovecotLoginTests {
    private typealias Login =
        @Sendable (_ user: String, _ password: String, _ address: String?) async throws -> LoginReply

    private func records() throws -> [[String: Any]] {
        try directory.read("audit.jsonl").split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    private func end(_ server: ServerProcess) async {
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
    }

    @Test(arguments: DovecotVersion.tested)
    func `good, wrong, blocked and revoked are told apart in every protocol`(version: DovecotVersion) async throws {
        try directory.write("config.toml", directory.read("config.toml").replacing("\"pop3\"", with: ""))
        let password = try password(for: "alice")
        let submits = DovecotVersion.testedWithSubmission.contains(version)
        let protocols = ["imap", "pop3"] + (submits ? ["submission"] : [])
        try await with(version, .auditFailClosed, users: ["bob": "main secret"]) { dovecot, server async throws in
            let logins: [String: (login: Login, failed: String, expired: String)] = [
                "imap": (
                    { try await dovecot.imapLogin(user: $0, password: $1, from: $2) }, "AUTHENTICATIONFAILED", "EXPIRED"
                ),
                "pop3": ({ try await dovecot.popLogin(user: $0, password: $1, from: $2) }, "AUTH", "AUTH"),
                "submission": (
                    { try await dovecot.submissionLogin(user: $0, password: $1, from: $2) }, "535", "535"
                ),
            ]
            for name in protocols {
                let (login, failed, _) = try #require(logins[name])
                for (user, right) in [("alice", password), ("bob", "main secret")] {
                    #expect(try await login(user, right, "192.88.97.7") == .ok, "\(name) \(user)")
                    #expect(try await login(user, "wrong", "192.88.97.7").code == failed, "\(name) \(user)")
                    #expect(try await login(user, right, "192.88.98.7").code == failed, "\(name) \(user)")
                }
            }
            #expect(try Program.run(["app-password", "revoke", "1"], in: directory).status == 0)
            for name in protocols {
                let (login, _, expired) = try #require(logins[name])
                #expect(try await login("alice", password, "192.88.97.7").code == expired, "\(name)")
            }
            await end(server)
        }
        let services = try records().filter { $0["event"] == nil }.map {
            ($0["service"] as? String, $0["blocked"] as? Bool)
        }
        for name in protocols {
            // Of each user the good one; the blocked ones, and the revoked one.
            #expect(services.count { $0 == (name, false) } == 2, "\(name)")
            #expect(services.count { $0 == (name, true) } == 3, "\(name)")
        }
    }

    @Test(arguments: DovecotVersion.tested)
    func `a login within TLS is recorded as one`(version: DovecotVersion) async throws {
        let password = try password(for: "alice")
        try await with(version) { dovecot, server async throws in
            #expect(try await dovecot.imapsLogin(user: "alice", password: password) == .ok)
            #expect(try await dovecot.imapsLogin(user: "alice", password: "wrong").code == "AUTHENTICATIONFAILED")
            #expect(try await dovecot.imapLogin(user: "alice", password: password, from: "192.88.97.7") == .ok)
            await end(server)
        }
        let logins = try records().filter { $0["event"] == nil }
        #expect(logins.map { $0["secured"] as? String == "TLS" } == [true, false])
        #expect(logins.allSatisfy { $0["mech"] as? String == "PLAIN" })
    }

    @Test(arguments: DovecotVersion.tested)
    func `a wrong token is no wrong password, and Dovecot's log says what is wrong`(version: DovecotVersion)
        async throws
    {
        let token = "the-right-one"
        try directory.write("config.toml", "[server]\ntoken = \"\(token)\"\n" + directory.read("config.toml"))
        let password = try password(for: "alice")
        let file = directory.path + "/token"
        try directory.write("token", token + "\n")
        let users = ["bob": "main secret"]
        for variables in [["WEB_AUTH_TOKEN": "the-wrong-one"], [:]] {
            try await with(version, .auditFailClosed, users: users, environment: variables) { dovecot, _ async throws in
                #expect(try await dovecot.imapLogin(user: "alice", password: password).code == "UNAVAILABLE")
                #expect(try await dovecot.imapLogin(user: "alice", password: "wrong").code == "UNAVAILABLE")
                #expect(try await dovecot.imapLogin(user: "bob", password: "main secret").code == "UNAVAILABLE")
                #expect(await dovecot.logs("web-auth: 400 Bearer token missing or wrong"))
            }
        }
        for variables in [["WEB_AUTH_TOKEN": token], ["WEB_AUTH_TOKEN_FILE": file]] {
            try await with(version, .auditFailClosed, users: users, environment: variables) { dovecot, _ async throws in
                #expect(try await dovecot.imapLogin(user: "alice", password: password) == .ok)
                #expect(try await dovecot.imapLogin(user: "alice", password: "wrong").code == "AUTHENTICATIONFAILED")
                #expect(try await dovecot.imapLogin(user: "bob", password: "main secret") == .ok)
                #expect(!dovecot.log.contains(token))
            }
        }
    }

    /// What docs/dovecot.md says of `auth_cache_size`: on 2.3 three logins leave one record and revoked passwords live on;
    /// on 2.4 each login is asked about.
    @Test(arguments: DovecotVersion.tested)
    func `with Dovecot's cache on, 2.4 asks about each login and 2.3 does not`(version: DovecotVersion) async throws {
        let password = try password(for: "alice")
        let chain = DovecotPassdbs.auditFailClosed.adding("auth_cache_size = 1M\n")
        try await with(version, chain, users: ["bob": "main secret"]) { dovecot, server async throws in
            for _ in 0..<3 {
                #expect(try await dovecot.imapLogin(user: "alice", password: password, from: "192.88.97.7") == .ok)
                #expect(try await dovecot.imapLogin(user: "bob", password: "main secret", from: "192.88.97.7") == .ok)
            }
            #expect(try Program.run(["app-password", "revoke", "1"], in: directory).status == 0)
            let revoked = try await dovecot.imapLogin(user: "alice", password: password, from: "192.88.97.7")
            #expect(version == .v23 ? revoked == .ok : revoked.code == "EXPIRED")
            await end(server)
        }
        let allowed = try records().filter { $0["blocked"] as? Bool == false }.compactMap { $0["user"] as? String }
        #expect(allowed.count { $0 == "alice" } == (version == .v23 ? 1 : 3))
        #expect(allowed.count { $0 == "bob" } == (version == .v23 ? 1 : 3))
    }
}

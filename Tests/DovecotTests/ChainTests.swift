import DovecotHarness
import Foundation
import Testing

/// The shipped chains of passdbs: main password `main` (passwd-file), app password `app`, then the audit.
@Suite(.serialized)
struct ChainTests {
    /// What the audit answers is chosen by the user's name.
    private static let answers: [String: StubAPI.Answer] = [
        "a200": .says(200, "success"), "a307": .says(307, "success"), "a401": .says(401, "no"),
        "a403": .says(403, "no"), "a404": .says(404, "unknown"), "a410": .says(410, "no"),
        "a503": .says(503, "temporarily unavailable"), "alost": .close,
    ]

    /// What "next" comes to where no other passdb is left.
    private static func next(_ version: DovecotVersion) -> String { version == .v23 ? "UNAVAILABLE" : "OK" }

    private static func service() throws -> StubAPI {
        try StubAPI { request in
            guard request.path == "/auth" else { return answers[request["username"] ?? ""] ?? .says(404, "unknown") }
            return request["password"] == "YXBw" ? .says(200, "success") : .says(401, "invalid password")
        }
    }

    private func replies(
        _ version: DovecotVersion, _ passdbs: DovecotPassdbs, apiURL: String
    ) async throws -> [String: String] {
        let users = Self.answers.mapValues { _ in "main" }
        return try await DovecotServer.with(version, apiURL: apiURL, passdbs: passdbs, users: users) { dovecot in
            try await withThrowingTaskGroup(of: (String, LoginReply).self) { group in
                for user in users.keys {
                    group.addTask { (user, try await dovecot.imapLogin(user: user, password: "main")) }
                }
                group.addTask { ("app", try await dovecot.imapLogin(user: "a403", password: "app")) }
                group.addTask { ("wrong", try await dovecot.imapLogin(user: "a200", password: "x")) }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1.isOK ? "OK" : $1.1.code }
            }
        }
    }

    @Test(arguments: DovecotVersion.tested)
    func `fail-open lets a login through unless the audit says disabled or expired`(version: DovecotVersion)
        async throws
    {
        let api = try Self.service()
        let replies = try await replies(version, .auditFailOpen, apiURL: "http://127.0.0.1:\(api.port)")
        #expect(
            replies == [
                "a200": "OK", "a307": Self.next(version), "a401": "OK", "a403": "AUTHENTICATIONFAILED", "a404": "OK",
                "a410": "EXPIRED", "a503": "OK", "alost": "OK", "app": "OK", "wrong": "AUTHENTICATIONFAILED",
            ])
        let audits = api.requests.filter { $0.path == "/audit" }
        #expect(Set(audits.compactMap { $0["username"] }) == Set(Self.answers.keys))
        // true as a JSON boolean, whatever number NSNumber makes of it.
        #expect(audits.allSatisfy { $0.body.contains(#""skip_password_check":true"#) })
        #expect(audits.allSatisfy { $0.body.contains(#""passdbs_seen_user_unknown":false"#) })
        #expect(audits.allSatisfy { $0["password"] == nil })
        #expect(!api.requests.contains { $0.path == "/auth" && $0["password"] == "bWFpbg==" })
    }

    @Test(arguments: DovecotVersion.tested)
    func `fail-closed lets a login through only if the audit says so`(version: DovecotVersion) async throws {
        let api = try Self.service()
        let replies = try await replies(version, .auditFailClosed, apiURL: "http://127.0.0.1:\(api.port)")
        #expect(
            replies == [
                "a200": "OK", "a307": Self.next(version), "a401": "AUTHENTICATIONFAILED",
                "a403": "AUTHENTICATIONFAILED",
                "a404": "AUTHENTICATIONFAILED", "a410": "EXPIRED", "a503": "UNAVAILABLE", "alost": "UNAVAILABLE",
                "app": "OK", "wrong": "AUTHENTICATIONFAILED",
            ])
    }

    @Test(arguments: DovecotVersion.tested)
    func `app passwords first, as documented, try nothing else with an app password`(version: DovecotVersion)
        async throws
    {
        let api = try Self.service()
        try await DovecotServer.with(
            version, apiURL: "http://127.0.0.1:\(api.port)", passdbs: .documented("App passwords first"),
            users: ["a404": "main", "a403": "main"]
        ) { dovecot in
            #expect(try await dovecot.imapLogin(user: "a404", password: "app", from: "198.51.100.7") == .ok)
            #expect(!dovecot.log.contains("passwd-file"), "the main account saw no failure")
            #expect(api.requests.count == 1)
            #expect(try await dovecot.imapLogin(user: "a404", password: "main", from: "192.0.2.10") == .ok)
            #expect(api.requests.map(\.path) == ["/auth", "/auth", "/audit"])
            let elsewhere = try await dovecot.imapLogin(user: "a404", password: "main", from: "198.51.100.7")
            #expect(!elsewhere.isOK, "main passwords only from the webmail")
            let denied = try await dovecot.imapLogin(user: "a403", password: "main", from: "192.0.2.10")
            #expect(denied.code == "AUTHENTICATIONFAILED")
            #expect(
                try await dovecot.imapLogin(user: "a404", password: "x", from: "192.0.2.10").code
                    == "AUTHENTICATIONFAILED")
        }
    }

    @Test(arguments: DovecotVersion.tested)
    func `without the service, fail-open knows main passwords and fail-closed knows none`(version: DovecotVersion)
        async throws
    {
        let open = try await replies(version, .auditFailOpen, apiURL: "http://127.0.0.1:1")
        #expect(open["a200"] == "OK")
        #expect(open["app"] == "UNAVAILABLE")
        let closed = try await replies(version, .auditFailClosed, apiURL: "http://127.0.0.1:1")
        #expect(Set(closed.values) == ["UNAVAILABLE"])
    }
}

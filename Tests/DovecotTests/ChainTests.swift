import DovecotHarness
import Foundation
import Testing

/// The shipped chains of passdbs: main password `main` (passwd-file), app password `app`, then the audit.
@Suite(.serialized, .enabled(if: DovecotServer.shouldRun, "\(DovecotServer.requirement)"))
struct ChainTests {
    /// What the audit answers is chosen by the user's name.
    private static let answers: [String: StubAPI.Answer] = [
        "a200": .says(200, "success"), "a307": .says(307, "success"), "a401": .says(401, "no"),
        "a403": .says(403, "no"), "a404": .says(404, "unknown"), "a410": .says(410, "no"),
        "a503": .says(503, "temporarily unavailable"), "alost": .close,
    ]

    private static func service() throws -> StubAPI {
        try StubAPI { request in
            guard request.path == "/auth" else { return answers[request["username"] ?? ""] ?? .says(404, "unknown") }
            return request["password"] == "YXBw" ? .says(200, "success") : .says(401, "invalid password")
        }
    }

    private func replies(_ passdbs: DovecotPassdbs, apiURL: String) async throws -> [String: String] {
        let users = Self.answers.mapValues { _ in "main" }
        return try await DovecotServer.with(apiURL: apiURL, passdbs: passdbs, users: users) { dovecot in
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

    @Test func `fail-open lets a login through unless the audit says disabled or expired`() async throws {
        let api = try Self.service()
        let replies = try await replies(.auditFailOpen, apiURL: "http://127.0.0.1:\(api.port)")
        #expect(
            replies == [
                "a200": "OK", "a307": "UNAVAILABLE", "a401": "OK", "a403": "AUTHENTICATIONFAILED", "a404": "OK",
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

    @Test func `fail-closed lets a login through only if the audit says so`() async throws {
        let api = try Self.service()
        let replies = try await replies(.auditFailClosed, apiURL: "http://127.0.0.1:\(api.port)")
        #expect(
            replies == [
                "a200": "OK", "a307": "UNAVAILABLE", "a401": "AUTHENTICATIONFAILED", "a403": "AUTHENTICATIONFAILED",
                "a404": "AUTHENTICATIONFAILED", "a410": "EXPIRED", "a503": "UNAVAILABLE", "alost": "UNAVAILABLE",
                "app": "OK", "wrong": "AUTHENTICATIONFAILED",
            ])
    }

    @Test func `without the service, fail-open knows main passwords and fail-closed knows none`() async throws {
        let open = try await replies(.auditFailOpen, apiURL: "http://127.0.0.1:1")
        #expect(open["a200"] == "OK")
        #expect(open["app"] == "UNAVAILABLE")
        let closed = try await replies(.auditFailClosed, apiURL: "http://127.0.0.1:1")
        #expect(Set(closed.values) == ["UNAVAILABLE"])
    }
}

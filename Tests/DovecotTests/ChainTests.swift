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

    @Test func `app passwords first, as documented, try nothing else with an app password`() async throws {
        let api = try Self.service()
        try await DovecotServer.with(
            apiURL: "http://127.0.0.1:\(api.port)", passdbs: .documented("App passwords first"),
            users: ["a404": "main", "a403": "main"]
        ) { dovecot in
            #expect(try await dovecot.imapLogin(user: "a404", password: "app", from: "198.51.100.7") == .ok)
            #expect(!dovecot.log.contains("passwd-file("), "the main account saw no failure")
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

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/etc/dovecot/conf.d/10-auth.conf")))
    func `the documented include works with Debian's configuration`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("dovecot-etc-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.copyItem(at: URL(fileURLWithPath: "/etc/dovecot"), to: folder)
        let tree = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardizedFileURL.path
        let commands = Documentation.block("dovecot.md", with: "auth-app-passwords.conf.ext")
            .replacingOccurrences(of: "/etc/dovecot", with: folder.path)
        #expect(commands.contains("10-auth.conf"))
        let file = folder.path + "/conf.d/auth-app-passwords.conf.ext"
        // The last step is to uncomment the userdb, and only that.
        let script =
            "cd \(tree)\n\(commands)\nsed -i '/^# userdb/,$ s/^# //' \(file)\n"
            + "doveconf -n -c \(folder.path)/dovecot.conf"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-ec", script]
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
        #expect(text.contains("driver = lua") && text.contains("userdb {\n  driver = passwd\n}"))
        #expect(!text.contains("driver = pam"))
    }

    @Test func `without the service, fail-open knows main passwords and fail-closed knows none`() async throws {
        let open = try await replies(.auditFailOpen, apiURL: "http://127.0.0.1:1")
        #expect(open["a200"] == "OK")
        #expect(open["app"] == "UNAVAILABLE")
        let closed = try await replies(.auditFailClosed, apiURL: "http://127.0.0.1:1")
        #expect(Set(closed.values) == ["UNAVAILABLE"])
    }
}

import DovecotHarness
import Foundation
import Testing

/// The shipped chains under a real Dovecot, with mechanisms that send no password.
@Suite(.serialized)
struct MechanismTests {
    /// Settings for all mechanisms, and the service as the one who knows tokens.
    private static func mechanisms(_ api: StubAPI) -> DovecotPassdbs {
        let ofBoth = """
            auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256 external xoauth2 oauthbearer
            auth_ssl_username_from_cert = yes
            auth_master_user_separator = *

            """
        let tokensOf24 = """
            oauth2_introspection_url = http://127.0.0.1:\(api.port)/introspect?token=
            oauth2_introspection_mode = get
            oauth2_username_attribute = username
            oauth2_active_attribute = active
            oauth2_active_value = true
            """
        return .custom(v23: ofBoth, v24: ofBoth + tokensOf24)
    }

    /// Both set-ups, and what the service answers to welcome logins in each.
    static let setUps: [(name: String, passdbs: DovecotPassdbs, welcome: Int)] = [
        ("fail-open", .auditFailOpen, 404), ("fail-closed", .auditFailClosed, 200),
    ]

    /// Main passwords are `main`, the app password is `app`; what the audit says is chosen by the user's name.
    private static func service(welcome: Int) throws -> StubAPI {
        try StubAPI { request in
            if request.path.hasPrefix("/introspect") {
                let owner = request.path.firstMatch(of: /good-token(?:-of-(\w+))?/).map { $0.1 ?? "alice" }
                return .status(
                    200, body: owner.map { #"{"active":true,"username":"\#($0)"}"# } ?? #"{"active":false}"#)
            }
            guard request.path == "/audit" else {
                return request["password"] == "YXBw"
                    ? .status(200, body: #"{"status":"success","password_id":7}"#) : .says(401, "invalid password")
            }
            switch request["username"] {
            case "denied": return .says(403, "access from there is forbidden")
            case "refused": return .says(401, "access from there is forbidden")
            case "trouble": return .says(503, "temporarily unavailable")
            default: return .says(welcome, "success")
            }
        }
    }

    private static let users = ["alice": "main", "denied": "main", "refused": "main", "trouble": "main"]

    private func with(
        _ version: DovecotVersion, _ passdbs: DovecotPassdbs, welcome: Int,
        _ body: (DovecotServer, StubAPI) async throws -> Void
    ) async throws {
        let api = try Self.service(welcome: welcome)
        try await DovecotServer.with(
            version, apiURL: "http://127.0.0.1:\(api.port)", passdbs: passdbs.adding(Self.mechanisms(api)),
            users: Self.users
        ) { try await body($0, api) }
    }

    @Test(arguments: DovecotVersion.tested, [0, 1])
    func `a credentials lookup is no login, is judged all the same, and leaves the right password right`(
        version: DovecotVersion, setUp: Int
    ) async throws {
        let (name, passdbs, welcome) = Self.setUps[setUp]
        // As docs/dovecot.md has it, none of them works on 2.4 where the audit fails closed.
        let works = version == .v23 || name == "fail-open"
        try await with(version, passdbs, welcome: welcome) { dovecot, api in
            for mechanism in ["CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"] {
                for (secret, isRight) in [("main", true), ("wrong", false), ("", false)] {
                    let reply = try await dovecot.authenticate(mechanism, user: "alice", secret: secret)
                    #expect(reply.isOK == (isRight && works), "\(name) \(mechanism) \(secret)")
                }
                let denied = try await dovecot.authenticate(mechanism, user: "denied", secret: "main")
                #expect(!denied.isOK)
                let refused = try await dovecot.authenticate(mechanism, user: "refused", secret: "main")
                #expect(!refused.isOK)
                let trouble = try await dovecot.authenticate(mechanism, user: "trouble", secret: "main")
                #expect(trouble.isOK == (name == "fail-open"), "\(name) \(mechanism)")
            }
            #expect(api.requests.count == 18)
            #expect(api.requests.allSatisfy { $0.path == "/audit" })
            #expect(api.requests.allSatisfy { $0.body.contains(#""credentials_lookup":true"#) })
            #expect(Set(api.requests.compactMap { $0["mech"] }) == ["CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"])

            // A login with a password is one, as before.
            let welcome = try await dovecot.authenticate("PLAIN", user: "alice", secret: "main")
            #expect(welcome.isOK)
            let plain = try #require(api.requests.last)
            #expect(plain.path == "/audit" && plain["mech"] == "PLAIN" && plain["credentials_lookup"] == nil)
        }
    }

    @Test(arguments: DovecotVersion.tested, [0, 1])
    func `who only looks an account up logs nobody in, and finds it`(version: DovecotVersion, setUp: Int) async throws {
        let (name, passdbs, welcome) = Self.setUps[setUp]
        try await with(version, passdbs, welcome: welcome) { dovecot, api in
            let found = try await dovecot.doveadm(["auth", "lookup", "alice"])
            #expect(found.status == 0, "\(name): \(found.output)")
            #expect(try await dovecot.doveadm(["auth", "lookup", "nobody"]).status != 0)
            #expect(api.requests.isEmpty)
        }
    }

    @Test(arguments: DovecotVersion.tested, [0, 1])
    func `tokens are judged and recorded, but never checked as passwords`(
        version: DovecotVersion, setUp: Int
    ) async throws {
        let (name, passdbs, welcome) = Self.setUps[setUp]
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("oauth-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let settings = folder.appendingPathComponent("oauth2.conf.ext")
        let passdbOf23 = """
            passdb {
              driver = oauth2
              mechanisms = xoauth2 oauthbearer
              args = \(settings.path)
              skip = authenticated
              result_success = continue-ok
            }
            """
        let api = try Self.service(welcome: welcome)
        try Data(
            """
            introspection_url = http://127.0.0.1:\(api.port)/introspect?token=
            introspection_mode = get
            username_attribute = username
            active_attribute = active
            active_value = true
            """.utf8
        ).write(to: settings)
        // 2.4 checks a token before any passdb.
        let chain = passdbs.beforeAudit(.custom(v23: passdbOf23, v24: "")).adding(Self.mechanisms(api))
        try await DovecotServer.with(
            version, apiURL: "http://127.0.0.1:\(api.port)", passdbs: chain, users: Self.users
        ) { dovecot in
            for mechanism in ["XOAUTH2", "OAUTHBEARER"] {
                let before = api.requests.count { $0.path == "/audit" }
                let good = try await dovecot.authenticate(mechanism, user: "alice", secret: "good-token")
                #expect(good.isOK, "\(name) \(mechanism): \(good.fields)")
                #expect(api.requests.last?["mech"] == mechanism)
                #expect(api.requests.last?.body.contains(#""skip_password_check":true"#) == true)
                let bad = try await dovecot.authenticate(mechanism, user: "alice", secret: "bad-token")
                #expect(!bad.isOK)
                #expect(api.requests.count { $0.path == "/audit" } == before + 1)
            }
            for mechanism in ["XOAUTH2", "OAUTHBEARER"] {
                for user in ["denied", "refused"] {
                    let reply = try await dovecot.authenticate(mechanism, user: user, secret: "good-token-of-\(user)")
                    #expect(!reply.isOK, "\(name) \(mechanism) \(user)")
                }
            }
            #expect(!api.requests.contains { $0.path == "/auth" })
            #expect(!api.requests.contains { $0.path == "/audit" && $0.body.contains("token") })
        }
    }

    @Test(arguments: DovecotVersion.tested)
    func `a client certificate is no empty password`(version: DovecotVersion) async throws {
        try await with(version, .auditFailOpen, welcome: 404) { dovecot, api in
            let stranger = try await dovecot.authenticate("EXTERNAL", user: "nobody")
            #expect(!stranger.isOK)
            let alice = try await dovecot.authenticate("EXTERNAL", user: "alice")
            #expect(!alice.isOK)
            #expect(api.requests.isEmpty)
        }
    }

    @Test(arguments: DovecotVersion.tested)
    func `an app password's number goes on to whoever asked Dovecot`(version: DovecotVersion) async throws {
        try await with(version, .auditFailOpen, welcome: 404) { dovecot, api in
            let reply = try await dovecot.authenticate("PLAIN", user: "alice", secret: "app")
            #expect(reply.isOK)
            #expect(reply.fields.contains("password_id=7"))
            let asked = try #require(api.requests.last)
            #expect(asked["mech"] == "PLAIN" && asked["secured"] == "TLS" && asked["master_user"] == nil)
            #expect(asked["real_remote_ip"] == "203.0.113.5")
        }
    }

    @Test(arguments: DovecotVersion.tested)
    func `Dovecot's own log can show which app password it was`(version: DovecotVersion) async throws {
        let element = try #require(
            Documentation.text("dovecot.md").firstMatch(of: /`(%\{passdb:password_id\})`/)?.output.1)
        func format(user: String) -> String {
            "login_log_format_elements = user=<\(user)> app_password=<\(element)>\n"
        }
        let format = DovecotPassdbs.auditFailOpen.adding(.custom(v23: format(user: "%u"), v24: format(user: "%{user}")))
        try await with(version, format, welcome: 404) { dovecot, _ in
            let reply = try await dovecot.imapLogin(user: "alice", password: "app", from: "198.51.100.7")
            #expect(reply.isOK)
            #expect(await dovecot.logs("user=<alice>, app_password=<7>"))
        }
    }

    @Test(arguments: DovecotVersion.tested)
    func `a master user's login names both, and the address behind the client's own word`(
        version: DovecotVersion
    ) async throws {
        let masters = DovecotPassdbs.custom(
            v23: """
                passdb {
                  driver = passwd-file
                  args = /etc/dovecot/users
                  master = yes
                  result_success = continue
                }
                """,
            v24: """
                passdb masters {
                  driver = passwd-file
                  passwd_file_path = /etc/dovecot/users
                  master = yes
                  result_success = continue
                }
                """)
        let chain = masters.adding(DovecotPassdbs.auditFailOpen)
        try await with(version, chain, welcome: 404) { dovecot, api in
            let reply = try await dovecot.imapLogin(user: "alice*trouble", password: "main", from: "198.51.100.7")
            #expect(reply.isOK)
            let audit = try #require(api.requests.last)
            #expect(audit.path == "/audit")
            #expect(audit["username"] == "alice" && audit["master_user"] == "trouble")
            #expect(audit["remote_ip"] == "198.51.100.7" && audit["real_remote_ip"] == "127.0.0.1")
        }
    }

    @Test(arguments: DovecotVersion.tested)
    func `an audit that found nothing leaves no line in Dovecot's log`(version: DovecotVersion) async throws {
        try await with(version, .auditFailOpen, welcome: 404) { dovecot, api in
            let welcome = try await dovecot.authenticate("PLAIN", user: "alice", secret: "main")
            #expect(welcome.isOK)
            let denied = try await dovecot.authenticate("PLAIN", user: "denied", secret: "main")
            #expect(!denied.isOK)
            #expect(api.requests.count == 2)
            #expect(await dovecot.logs("web-auth: 403 access from there is forbidden"))
            #expect(!dovecot.log.contains("web-auth: 404"))
        }
    }
}

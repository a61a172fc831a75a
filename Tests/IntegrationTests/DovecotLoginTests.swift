import DovecotHarness
import Foundation
import Testing

/// A mail client, a real Dovecot with the shipped scripts and passdb examples, and the real server.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct DovecotLoginTests {
    let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write(
            "config.toml",
            """
            [audit]
            sinks = ["jsonl:audit.jsonl"]
            audit_result_success = "ok"
            disabled_services = ["pop3"]
            [audit.lists]
            ip_networks = "nets.lst"
            """)
        try directory.write("nets.lst", "192.88.98.0/24\n")
    }

    func password(for user: String) throws -> String {
        String(try Program.run(["app-password", "add", user], in: directory).output.dropLast())
    }

    func with(
        _ version: DovecotVersion, _ passdbs: DovecotPassdbs = .authOnly, users: [String: String] = [:],
        environment: [String: String] = [:], _ body: (DovecotServer, ServerProcess) async throws -> Void
    ) async throws {
        let server = try await ServerProcess(in: directory)
        try await DovecotServer.with(
            version, apiURL: "http://127.0.0.1:\(server.port)", passdbs: passdbs, users: users,
            environment: environment.merging(["WEB_AUTH_TIMEOUT": "5"]) { $1 }
        ) { try await body($0, server) }
    }

    @Test(arguments: DovecotVersion.tested)
    func `good, wrong and revoked passwords, a blocked network and a disabled service`(version: DovecotVersion)
        async throws
    {
        let password = try password(for: "alice")
        try await with(version) { dovecot, server async throws in
            // The first login is on a fresh connection to the server: one that mishandles `Expect` stalls it for 2 s.
            let start = ContinuousClock.now
            #expect(try await dovecot.imapLogin(user: "alice", password: password, from: "192.88.97.7") == .ok)
            #expect(ContinuousClock.now - start < .milliseconds(1500))
            #expect(try await dovecot.imapLogin(user: "alice", password: password, from: "2a00:1450:4001::5") == .ok)
            #expect(try await dovecot.imapLogin(user: "alice", password: "wrong").code == "AUTHENTICATIONFAILED")
            #expect(try await dovecot.imapLogin(user: "nobody", password: password).code == "AUTHENTICATIONFAILED")
            let blocked = try await dovecot.imapLogin(user: "alice", password: password, from: "192.88.98.7")
            #expect(blocked.code == "AUTHENTICATIONFAILED")
            let disabled = try await dovecot.popLogin(user: "alice", password: password)
            #expect(!disabled.isOK)
            #expect(await dovecot.logs("access from 192.88.98.0/24 is forbidden"))
            #expect(await dovecot.logs("pop3 is disabled"))
            #expect(try Program.run(["app-password", "revoke", "1"], in: directory).status == 0)
            let revoked = try await dovecot.imapLogin(user: "alice", password: password)
            #expect(revoked.code == "EXPIRED")
            #expect(!dovecot.log.contains(password))
            server.signal(SIGTERM)
            #expect(await server.waitForExit() == 0)
        }
        let records = directory.read("audit.jsonl").split(separator: "\n").map(String.init)
        #expect(records.filter { $0.contains(#""blocked":false"#) }.count == 2)
        #expect(records.contains { $0.contains(#""ip":"192.88.98.7""#) && $0.contains(#""matched":"ip""#) })
        #expect(records.contains { $0.contains(#""service":"pop3""#) && $0.contains(#""matched":"service""#) })
        #expect(records.contains { $0.contains(#""matched":"deleted""#) })
        // An alarm says which login it is about by its own fields.
        #expect(records.allSatisfy { $0.contains(#""session_id":""#) || $0.contains(#""event":"alarm""#) })
        let history = try Program.run(["app-password", "history", "1", "--json"], in: directory).output
        #expect(history.contains(#""src_ip":"2a00:1450:4001::5""#))
    }

    @Test(arguments: DovecotVersion.tested)
    func `without the server nobody is told that a password is wrong`(version: DovecotVersion) async throws {
        let password = try password(for: "alice")
        try await with(version) { dovecot, server async throws in
            #expect(try await dovecot.imapLogin(user: "alice", password: password) == .ok)
            server.signal(SIGKILL)
            _ = await server.waitForExit()
            #expect(try await dovecot.imapLogin(user: "alice", password: password).code == "UNAVAILABLE")
        }
    }

    @Test(arguments: DovecotVersion.tested)
    func `audited logins fail open as the example has it`(version: DovecotVersion) async throws {
        try directory.write("config.toml", directory.read("config.toml").replacing("\"ok\"", with: "\"unknown\""))
        try await with(version, .auditFailOpen, users: ["bob": "main secret"]) { dovecot, server async throws in
            #expect(try await dovecot.imapLogin(user: "bob", password: "main secret", from: "192.88.97.7") == .ok)
            let blocked = try await dovecot.imapLogin(user: "bob", password: "main secret", from: "192.88.98.7")
            #expect(blocked.code == "AUTHENTICATIONFAILED")
            server.signal(SIGKILL)
            _ = await server.waitForExit()
            #expect(try await dovecot.imapLogin(user: "bob", password: "main secret", from: "192.88.98.7") == .ok)
        }
    }

    @Test(arguments: DovecotVersion.tested)
    func `audited logins fail closed as the example has it`(version: DovecotVersion) async throws {
        try await with(version, .auditFailClosed, users: ["bob": "main secret"]) { dovecot, server async throws in
            #expect(try await dovecot.imapLogin(user: "bob", password: "main secret", from: "192.88.97.7") == .ok)
            let blocked = try await dovecot.imapLogin(user: "bob", password: "main secret", from: "192.88.98.7")
            #expect(blocked.code == "AUTHENTICATIONFAILED")
            server.signal(SIGKILL)
            _ = await server.waitForExit()
            let down = try await dovecot.imapLogin(user: "bob", password: "main secret", from: "192.88.97.7")
            #expect(down.code == "UNAVAILABLE")
        }
    }

    @Test(arguments: DovecotVersion.tested)
    func `a login over a local socket, without an address, is judged as local`(version: DovecotVersion) async throws {
        let password = try password(for: "alice")
        try await with(version) { dovecot, _ async throws in
            let good = try await dovecot.doveadmAuthTest(service: "smtp", user: "alice", password: password)
            #expect(good.status == 0, "\(good.output)")
        }
    }
}

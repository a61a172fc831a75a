import DovecotHarness
import Foundation
import Testing

/// A mail client, a real Dovecot with the shipped scripts and passdb examples, and the real server.
@Suite(
    .serialized, .timeLimit(.minutes(5)),
    .enabled(if: DovecotServer.shouldRun, "\(DovecotServer.requirement)"))
struct DovecotLoginTests {
    private let directory: TemporaryDirectory

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

    private func password(for user: String) throws -> String {
        String(try Program.run(["app-password", "add", user], in: directory).output.dropLast())
    }

    private func with(
        _ passdbs: DovecotPassdbs = .authOnly, users: [String: String] = [:],
        _ body: (DovecotServer, ServerProcess) async throws -> Void
    ) async throws {
        let server = try await ServerProcess(in: directory)
        try await DovecotServer.with(
            apiURL: "http://127.0.0.1:\(server.port)", passdbs: passdbs, users: users,
            environment: ["WEB_AUTH_TIMEOUT": "5"]
        ) { try await body($0, server) }
    }

    @Test func `good, wrong and revoked passwords, a blocked network and a disabled service`() async throws {
        let password = try password(for: "alice")
        try await with { dovecot, server async throws in
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
            #expect(dovecot.log.contains("access from 192.88.98.0/24 is forbidden"))
            #expect(dovecot.log.contains("pop3 is disabled"))
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
        #expect(records.allSatisfy { $0.contains(#""session_id":""#) })
        let history = try Program.run(["app-password", "history", "1", "--json"], in: directory).output
        #expect(history.contains(#""src_ip":"2a00:1450:4001::5""#))
    }

    @Test func `without the server nobody is told that a password is wrong`() async throws {
        let password = try password(for: "alice")
        try await with { dovecot, server async throws in
            #expect(try await dovecot.imapLogin(user: "alice", password: password) == .ok)
            server.signal(SIGKILL)
            _ = await server.waitForExit()
            #expect(try await dovecot.imapLogin(user: "alice", password: password).code == "UNAVAILABLE")
        }
    }

    @Test func `audited logins fail open as the example has it`() async throws {
        try directory.write("config.toml", directory.read("config.toml").replacing("\"ok\"", with: "\"unknown\""))
        try await with(.auditFailOpen, users: ["bob": "main secret"]) { dovecot, server async throws in
            #expect(try await dovecot.imapLogin(user: "bob", password: "main secret", from: "192.88.97.7") == .ok)
            let blocked = try await dovecot.imapLogin(user: "bob", password: "main secret", from: "192.88.98.7")
            #expect(blocked.code == "AUTHENTICATIONFAILED")
            server.signal(SIGKILL)
            _ = await server.waitForExit()
            #expect(try await dovecot.imapLogin(user: "bob", password: "main secret", from: "192.88.98.7") == .ok)
        }
    }

    @Test func `audited logins fail closed as the example has it`() async throws {
        try await with(.auditFailClosed, users: ["bob": "main secret"]) { dovecot, server async throws in
            #expect(try await dovecot.imapLogin(user: "bob", password: "main secret", from: "192.88.97.7") == .ok)
            let blocked = try await dovecot.imapLogin(user: "bob", password: "main secret", from: "192.88.98.7")
            #expect(blocked.code == "AUTHENTICATIONFAILED")
            server.signal(SIGKILL)
            _ = await server.waitForExit()
            let down = try await dovecot.imapLogin(user: "bob", password: "main secret", from: "192.88.97.7")
            #expect(down.code == "UNAVAILABLE")
        }
    }

    @Test func `a login over a local socket, without an address, is judged as local`() async throws {
        let password = try password(for: "alice")
        try await with { dovecot, _ async throws in
            let good = try await dovecot.doveadmAuthTest(service: "smtp", user: "alice", password: password)
            #expect(good.status == 0, "\(good.output)")
        }
    }
}

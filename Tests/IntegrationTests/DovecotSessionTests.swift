import DovecotHarness
import Foundation
import TestServers
import Testing

/// Sessions of app passwords that are no longer taken, in real Dovecots whose doveadm is asked over HTTP.
@Suite(
    .serialized, .timeLimit(.minutes(5)),
    .enabled(if: MailSite.canRun && !DovecotVersion.tested.isEmpty, "\(MailSite.missing), or no Dovecot"))
struct DovecotSessionTests {
    private let key = "a key/of+doveadm"
    private let doveadm: UInt16

    init() throws { doveadm = try freePort() }

    /// A site whose service asks doveadm, at another port than its own if something stands between.
    func site(through port: UInt16? = nil, accounts: String = LDIF.account("alice")) async throws -> MailSite {
        let site = try await MailSite(
            accounts: accounts,
            settings: """
                [dovecot]
                doveadm = ["http://127.0.0.1:\(port ?? doveadm)/doveadm/v1"]
                api_key = "\(key)"
                kick_without_alias = "user_and_address"
                """)
        return site
    }

    func with(
        _ version: DovecotVersion, _ site: MailSite, _ body: (DovecotServer, ServerProcess) async throws -> Void
    ) async throws {
        let server = try await ServerProcess(in: site.directory)
        let passdbs = DovecotPassdbs.authOnly.adding(
            """

            doveadm_api_key = \(key)
            service doveadm {
              inet_listener http {
                port = \(doveadm)
              }
            }

            """)
        try await DovecotServer.with(
            version, apiURL: "http://127.0.0.1:\(server.port)", passdbs: passdbs,
            environment: ["WEB_AUTH_TIMEOUT": "5"]
        ) { dovecot in
            try await body(dovecot, server)
        }
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
    }

    /// Waits until it is so.
    func wait(_ limit: Duration, until isSo: () async throws -> Bool) async throws -> Bool {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if try await isSo() { return true }
            try await Task.sleep(for: .milliseconds(20))
        }
        return try await isSo()
    }

    func id(_ site: MailSite, _ number: Int, user: String = "alice") async throws -> Int {
        let rows = try await site.rows("SELECT id FROM app_passwords WHERE uid = '\(user)' ORDER BY id")
        return try #require(Int(rows[number][0]))
    }

    /// Has the directory call an account disabled.
    private func disable(_ name: String, _ site: MailSite) throws {
        try site.directory.write(
            "disable.ldif",
            """
            dn: cn=\(name),ou=users,dc=example,dc=com
            changetype: modify
            replace: homeDirectory
            homeDirectory: /dev/null

            """)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/ldapmodify")
        process.arguments = [
            "-x", "-H", "ldap://127.0.0.1:\(site.slapd.port)", "-D", SlapdServer.rootDN, "-w", SlapdServer.rootPassword,
            "-f", site.directory.path + "/disable.ldif",
        ]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test(arguments: DovecotVersion.tested)
    func `what the webmail revokes loses its sessions within seconds, and nothing else does`(
        version: DovecotVersion
    ) async throws {
        let site = try await site()
        let plugin = RoundcubePlugin(site: site)
        let (one, other) = (try await plugin.add("alice"), try await plugin.add("alice"))
        let revoked = try await id(site, 0)
        try await with(version, site) { dovecot, server async throws in
            // Before 2.4 sessions are told apart by their addresses only.
            let (here, there) = version == .v23 ? ("192.88.97.7", "192.88.97.8") : ("192.88.97.7", "192.88.97.7")
            let ending = try [
                OpenSession(imap: dovecot, user: "alice", password: one, from: here),
                OpenSession(imap: dovecot, user: "alice", password: one, from: here),
                OpenSession(pop3: dovecot, user: "alice", password: one),
            ]
            let staying = try OpenSession(imap: dovecot, user: "alice", password: other, from: there)
            if version == .v24 {
                let listed = try Program.run(["app-password", "sessions", "alice"], in: site.directory)
                #expect(listed.output.split(separator: "\n").count { $0.hasPrefix("\(revoked)\t") } == 3, "\(listed)")
            }
            #expect(ending.allSatisfy { !$0.isClosed })
            try await plugin.remove(revoked, of: "alice")
            let hasEnded = try await wait(.seconds(7)) { ending.allSatisfy(\.isClosed) }
            #expect(hasEnded, "\(ending.map(\.isClosed)) \(server.logText) \(dovecot.log.suffix(2000))")
            #expect(!staying.isClosed)
            let refused = try await dovecot.imapLogin(user: "alice", password: one)
            #expect(refused.code == "EXPIRED")

            // The client does not know yet, and tries again and again: it is no guess, so nobody is locked out for it.
            for _ in 0..<30 { #expect(try server.auth("alice", one).status == 410) }
            #expect(try server.auth("alice", other).status == 200)
            #expect(!staying.isClosed)
            let metrics = try server.request("GET", "/metrics").body
            let sample = #"webauth_sessions_kicked_total{outcome="ended"}"#
            let kicked = metrics.split(separator: "\n").first { $0.hasPrefix(sample) }
            let count = kicked?.split(separator: " ").last.flatMap { Int($0) } ?? 0
            // Dovecot 2.3 names whom it has kicked, not each session.
            #expect(version == .v24 ? count == 3 : (1...3).contains(count), "\(count)")
            #expect(metrics.contains(#"webauth_password_refused_total{limit="per_account",reason="guess_limit"} 0"#))
        }
        let records = site.directory.read("audit.jsonl").split(separator: "\n")
        let ended = records.filter { $0.contains(#""event":"sessions_ended""#) }
        let way = version == .v24 ? "password" : "user_and_address"
        #expect(ended.count == 1 && ended.allSatisfy { $0.contains(#""kicked_by":"\#(way)""#) }, "\(ended)")
        #expect(ended.allSatisfy { $0.contains(#""password":\#(revoked)"#) && $0.contains(#""reason":"revoked""#) })
        #expect(!records.contains { $0.contains("guess_limit") })
        #expect(records.count { $0.contains(#""alarm":"revoked_tried""#) } == 1)
    }

    @Test(arguments: DovecotVersion.tested)
    func `a doveadm that is away is caught up with`(version: DovecotVersion) async throws {
        let between = try freePort()
        let site = try await site(through: between)
        let plugin = RoundcubePlugin(site: site)
        let password = try await plugin.add("alice")
        let revoked = try await id(site, 0)
        try await with(version, site) { dovecot, server async throws in
            let session = try OpenSession(imap: dovecot, user: "alice", password: password, from: "192.88.97.7")
            try await plugin.remove(revoked, of: "alice")
            #expect(try await wait(.seconds(20)) { server.logText.contains("sessions cannot be ended") })
            #expect(!session.isClosed)
            #expect(try server.auth("alice", password).status == 410, "logins are refused all the same")
            let proxy = try Relay(at: between, to: doveadm)
            #expect(try await wait(.seconds(30)) { session.isClosed }, "\(server.logText)")
            proxy.stop()
        }
        #expect(site.directory.read("audit.jsonl").contains(#""event":"sessions_ended""#))
    }

    @Test(.enabled(if: DovecotVersion.tested.contains(.v24), "Dovecot 2.4 alone"))
    func `verbs, suspensions, ends, rows that are gone and disabled accounts end sessions`() async throws {
        let site = try await site(accounts: LDIF.account("alice") + LDIF.account("bob"))
        let plugin = RoundcubePlugin(site: site)
        var passwords: [String] = []
        for _ in 0..<4 { passwords.append(try await plugin.add("alice")) }
        let ofBob = try await plugin.add("bob")
        try await with(.v24, site) { dovecot, server async throws in
            var sessions = try passwords.map { try OpenSession(imap: dovecot, user: "alice", password: $0) }
            let bobs = try OpenSession(imap: dovecot, user: "bob", password: ofBob)
            // At once, by the verb; the service's own user may revoke here for that.
            try await site.sql("GRANT UPDATE (deleted) ON app_passwords TO mailserver@localhost")
            let first = try await id(site, 0)
            let verb = try Program.run(["app-password", "revoke", "\(first)"], in: site.directory)
            #expect(verb.status == 0 && verb.errors.contains("1 session ended"), "\(verb)")
            #expect(try await wait(.seconds(2)) { sessions[0].isClosed })
            // A suspension.
            let second = try await id(site, 1)
            try await site.sql(
                "INSERT INTO app_password_limits (pwid, suspended) VALUES (\(second), UTC_TIMESTAMP(3))")
            #expect(try await wait(.seconds(8)) { sessions[1].isClosed })
            #expect(try server.auth("alice", passwords[1]).body.contains("password is suspended"))
            try await site.sql("GRANT DELETE, INSERT, UPDATE ON app_password_limits TO mailserver@localhost")
            #expect(try Program.run(["app-password", "release", "\(second)"], in: site.directory).status == 0)
            #expect(try server.auth("alice", passwords[1]).status == 200)
            sessions[1] = try OpenSession(imap: dovecot, user: "alice", password: passwords[1])
            // An end that comes.
            let third = try await id(site, 2)
            try await site.sql(
                """
                INSERT INTO app_password_limits (pwid, expires) VALUES (\(third), UTC_TIMESTAMP(3) + INTERVAL 1 SECOND)
                """)
            #expect(try await wait(.seconds(9)) { sessions[2].isClosed })
            // A row that is gone.
            let fourth = try await id(site, 3)
            try await site.sql("DELETE FROM app_passwords WHERE id = \(fourth)")
            #expect(try await wait(.seconds(8)) { sessions[3].isClosed })
            #expect(!sessions[1].isClosed && !bobs.isClosed)
            // An account that the directory disables.
            try disable("bob", site)
            #expect(try await wait(.seconds(8)) { bobs.isClosed })
            // All of an account's.
            let all = try Program.run(["app-password", "revoke", "--user", "alice", "--all"], in: site.directory)
            #expect(all.status == 0, "\(all)")
            #expect(try await wait(.seconds(2)) { sessions[1].isClosed })
            #expect(
                try Program.run(["app-password", "sessions", "alice", "--json"], in: site.directory).output == "[]\n")
        }
        let records = site.directory.read("audit.jsonl").split(separator: "\n")
        for reason in ["suspended", "expired", "removed", "disabled"] {
            #expect(
                records.contains {
                    $0.contains(#""event":"sessions_ended""#) && $0.contains(#""reason":"\#(reason)""#)
                },
                "\(reason)")
        }
    }
}

/// A TCP relay that can be started late.
private final class Relay {
    private let process = Process()

    init(at port: UInt16, to target: UInt16) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [
            "-c",
            """
            import socket, sys, threading
            def pump(one, other):
                try:
                    while data := one.recv(65536): other.sendall(data)
                except OSError: pass
                for end in (one, other):
                    try: end.shutdown(socket.SHUT_RDWR)
                    except OSError: pass
            server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
            while True:
                client, _ = server.accept()
                far = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
                for pair in ((client, far), (far, client)):
                    threading.Thread(target=pump, args=pair, daemon=True).start()
            """, "\(port)", "\(target)",
        ]
        // Whoever waits for the end of what the tests print waits for none of these.
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    deinit { stop() }

    /// By SIGKILL: one started from a thread of the pool blocks SIGTERM as that does.
    func stop() { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
}

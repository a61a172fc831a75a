import DovecotHarness
import Foundation
import TestServers
import Testing

/// What logins are told while MariaDB or slapd is in trouble, and that nothing needs a restart afterwards.
@Suite(.serialized, .timeLimit(.minutes(5)), .enabled(if: MailSite.canRun, "\(MailSite.missing)"))
struct BackEndFaultTests {
    enum BackEnd: CaseIterable, Sendable { case mariadb, slapd }
    enum Trouble: CaseIterable, Sendable {
        /// SIGKILL.
        case killed
        /// SIGTERM.
        case stopped
        /// SIGSTOP: connections stay open, nobody answers.
        case frozen
    }

    /// A site with one account and password, and the server; logged in once, so that no hash is needed again.
    private struct Scene {
        let site: MailSite
        let server: ServerProcess
        let password: String

        init() async throws {
            site = try await MailSite()
            password = try await RoundcubePlugin(site: site).add("alice")
            server = try await ServerProcess(in: site.directory)
            #expect(try login() == 200)
        }

        func login() throws -> Int { try server.auth("alice", password).status }

        /// Logs in until it works 20 times in a row; at most 30 s. A connection that was caught waiting may fail once more after
        /// another has worked.
        func recovers() throws -> Bool {
            let deadline = ContinuousClock.now + .seconds(30)
            var inARow = 0
            while inARow < 20, ContinuousClock.now < deadline { inARow = try login() == 200 ? inARow + 1 : 0 }
            return inARow == 20
        }

        /// Four clients that log in all the time.
        func clients() -> Clients {
            Clients(4) { [server, password] client, _ in
                (try? server.auth("alice", password, from: "192.88.97.\(client)").status) ?? 0
            }
        }
    }

    private func process(_ backEnd: BackEnd, _ site: MailSite) -> TestServers.ServerProcess {
        switch backEnd {
        case .mariadb: site.mariadb.process
        case .slapd: site.slapd.process
        }
    }

    @Test(arguments: BackEnd.allCases, Trouble.allCases)
    func `without a back end logins get 503, whoever they are, and go on when it is back`(
        backEnd: BackEnd, trouble: Trouble
    ) async throws {
        let scene = try await Scene()
        let process = process(backEnd, scene.site)
        let clients = scene.clients()
        switch trouble {
        case .killed: try await process.kill()
        case .stopped: try await process.stop()
        case .frozen: process.freeze()
        }
        // The verify cache knows this password, but rows and accounts are asked for at each login.
        let start = ContinuousClock.now
        #expect(try scene.login() == 503)
        #expect(try scene.server.auth("alice", "wrong").body == #"{"status":"temporarily unavailable"}"#)
        #expect(try scene.server.auth("nobody", "wrong").status == 503)
        #expect(ContinuousClock.now - start < .seconds(15), "1 s each, and what a busy machine adds")
        let ready = try scene.server.request("GET", "/readyz")
        #expect(ready.status == 503)
        #expect(ready.body.contains("\(backEnd == .mariadb ? "directory" : "database"): ok"))
        if trouble == .frozen { process.thaw() } else { try await process.start() }
        #expect(try scene.recovers())
        let statuses = await clients.stop()
        #expect(Set(statuses.keys).isSubset(of: [200, 503]), "\(statuses)")
        #expect(try scene.server.request("GET", "/readyz").status == 200)
        #expect(try scene.server.auth("alice", "wrong").status == 401)
        #expect(try scene.server.auth("nobody", "wrong").status == 404)
    }

    @Test(arguments: BackEnd.allCases)
    func `a back end that was restarted between two logins costs neither of them anything`(backEnd: BackEnd) async throws {
        let scene = try await Scene()
        for _ in 0..<3 {
            try await process(backEnd, scene.site).restart()
            for _ in 0..<10 { #expect(try scene.login() == 200) }
        }
    }

    @Test func `a database that refuses the service, or is slow, costs logins 503`() async throws {
        let scene = try await Scene()
        let site = scene.site
        try await site.sql("ALTER USER mailserver@localhost ACCOUNT LOCK")
        for id in try await site.rows("SELECT id FROM information_schema.processlist WHERE user = 'mailserver'") {
            _ = try? await site.sql("KILL CONNECTION \(id[0])")  // it may have gone by itself
        }
        #expect(try scene.login() == 503)
        try await site.sql("ALTER USER mailserver@localhost ACCOUNT UNLOCK")
        #expect(try scene.recovers())

        async let locked = site.sql(
            "LOCK TABLES app_passwords WRITE; SELECT get_lock('held', 0); SELECT sleep(3); UNLOCK TABLES")
        while try await site.rows("SELECT is_used_lock('held') IS NULL") == [["1"]] {}
        #expect(try scene.login() == 503)
        _ = try await locked
        #expect(try scene.recovers())
    }

    @Test(.enabled(if: DovecotServer.shouldRun, "\(DovecotServer.requirement)"))
    func `mail clients are told to try again, never that the password is wrong`() async throws {
        let scene = try await Scene()
        try await DovecotServer.with(
            apiURL: "http://127.0.0.1:\(scene.server.port)", environment: ["WEB_AUTH_TIMEOUT": "5"]
        ) { dovecot async throws in
            for backEnd in BackEnd.allCases {
                let process = process(backEnd, scene.site)
                #expect(try await dovecot.imapLogin(user: "alice", password: scene.password) == .ok)
                process.freeze()
                #expect(try await dovecot.imapLogin(user: "alice", password: scene.password).code == "UNAVAILABLE")
                process.thaw()
                try await process.kill()
                #expect(try await dovecot.imapLogin(user: "alice", password: scene.password).code == "UNAVAILABLE")
                try await process.start()
                #expect(try scene.recovers())
            }
        }
    }

    @Test func `the server starts without either, and serves once they are there`() async throws {
        let site = try await MailSite()
        let password = try await RoundcubePlugin(site: site).add("alice")
        try await site.mariadb.process.stop()
        try await site.slapd.process.stop()
        let server = try await ServerProcess(in: site.directory)
        #expect(try server.auth("alice", password).status == 503)
        try await site.mariadb.process.start()
        #expect(try server.auth("alice", password).status == 503)
        try await site.slapd.process.start()
        let deadline = ContinuousClock.now + .seconds(30)
        while try server.auth("alice", password).status != 200, ContinuousClock.now < deadline {}
        #expect(try server.auth("alice", password).status == 200)
    }

    @Test func `uses that were answered while MariaDB was going away are written when it is back`() async throws {
        let scene = try await Scene()
        let site = scene.site
        // Each use from an address of its own, so that each has a row of its own; the database goes in the midst of them.
        let clients = Clients(2) { [server = scene.server, password = scene.password] client, turn in
            let status = (try? server.auth("alice", password, from: "198.18.\(client * 100 + turn / 250).\(turn % 250)").status) ?? 0
            return status
        }
        while clients.statuses[200, default: 0] < 50 { await Task.yield() }
        try await site.mariadb.process.kill()
        while clients.statuses[503, default: 0] < 5 { await Task.yield() }
        try await site.mariadb.process.start()
        #expect(try scene.recovers())
        let answered = await clients.stop()[200, default: 0]
        try await site.wait {
            try await $0.rows("SELECT count(*) FROM log WHERE src_ip LIKE '198.18.%'") == [["\(answered)"]]
        }
    }
}

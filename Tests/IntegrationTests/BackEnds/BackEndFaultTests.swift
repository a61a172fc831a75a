import DovecotHarness
import Foundation
import TestServers
import Testing

/// What logins are told while MariaDB or slapd is in trouble, and that nothing needs a restart afterwards.
@Suite(.serialized, .timeLimit(.minutes(10)), .enabled(if: MailSite.canRun, "\(MailSite.missing)"))
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

        /// - Parameter timeout: Of a query; a machine that is busy with other things may need more than a second for one.
        init(timeout: String = "20s") async throws {
            site = try await MailSite(timeout: timeout)
            password = try await RoundcubePlugin(site: site).add("alice")
            server = try await ServerProcess(in: site.directory)
            #expect(try recovers())
        }

        func login() throws -> Int { try server.auth("alice", password).status }

        /// Logs in until it works; at most 30 s.
        func recovers() throws -> Bool { try becomes(200, try login()) }

        /// Asks until an answer is as it should be; at most 30 s. Until then it is 503.
        func becomes(_ status: Int, _ answer: @autoclosure () throws -> Int) throws -> Bool {
            let deadline = ContinuousClock.now + .seconds(30)
            while true {
                let last = try answer()
                if last == status { return true }
                guard last == 503, ContinuousClock.now < deadline else { return false }
            }
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
        let scene = try await Scene(timeout: trouble == .frozen ? "1s" : "20s")
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
        #expect(ContinuousClock.now - start < .seconds(18), "1 s each, and what a busy machine adds")
        let ready = try scene.server.request("GET", "/readyz")
        #expect(ready.status == 503)
        #expect(ready.body.contains("\(backEnd == .mariadb ? "directory" : "database"): ok"))
        if trouble == .frozen { process.thaw() } else { try await process.start() }
        #expect(try scene.recovers())
        for _ in 0..<20 where trouble != .frozen { #expect(try scene.login() == 200) }
        let statuses = await clients.stop()
        #expect(Set(statuses.keys).isSubset(of: [200, 503]), "\(statuses)")
        #expect(try scene.becomes(200, try scene.server.request("GET", "/readyz").status))
        #expect(try scene.becomes(401, try scene.server.auth("alice", "wrong").status))
        #expect(try scene.becomes(404, try scene.server.auth("nobody", "wrong").status))
    }

    @Test(arguments: BackEnd.allCases)
    func `a back end that was restarted between two logins costs neither of them anything`(backEnd: BackEnd)
        async throws
    {
        let scene = try await Scene()
        for _ in 0..<3 {
            try await process(backEnd, scene.site).restart()
            for _ in 0..<10 { #expect(try scene.login() == 200) }
        }
    }

    @Test func `a database that refuses the service, or is slow, costs logins 503`() async throws {
        let scene = try await Scene(timeout: "1s")
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

    @Test(arguments: DovecotVersion.tested)
    func `mail clients are told to try again, never that the password is wrong`(version: DovecotVersion) async throws {
        let scene = try await Scene(timeout: "2s")
        try await DovecotServer.with(
            version, apiURL: "http://127.0.0.1:\(scene.server.port)", environment: ["WEB_AUTH_TIMEOUT": "20"]
        ) { dovecot async throws in
            for backEnd in BackEnd.allCases {
                let process = process(backEnd, scene.site)
                process.freeze()
                #expect(try await dovecot.imapLogin(user: "alice", password: scene.password).code == "UNAVAILABLE")
                process.thaw()
                try await process.kill()
                #expect(try await dovecot.imapLogin(user: "alice", password: scene.password).code == "UNAVAILABLE")
                try await process.start()
                #expect(try scene.recovers())
            }
            let reply = try await dovecot.imapLogin(user: "alice", password: scene.password)
            #expect(reply == .ok || reply.code == "UNAVAILABLE")
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

    @Test func `of several directories the next is asked when one is down`() async throws {
        let site = try await MailSite()
        let password = try await RoundcubePlugin(site: site).add("alice")
        let second = try await SlapdServer(ldif: LDIF.users + LDIF.account("alice"))
        let one = "host = \"127.0.0.1\"\nport = \(site.slapd.port)"
        let both = "uri = \"ldap://127.0.0.1:\(site.slapd.port) ldap://127.0.0.1:\(second.port)\""
        try site.directory.write("config.toml", site.directory.read("config.toml").replacing(one, with: both))
        let server = try await ServerProcess(in: site.directory)
        #expect(try server.auth("alice", password).status == 200)
        try await site.slapd.process.kill()
        for _ in 0..<10 { #expect(try server.auth("alice", password).status == 200) }
        try await second.process.kill()
        #expect(try server.auth("alice", password).status == 503)
    }

    @Test func `uses that were answered while MariaDB was going away are written when it is back`() async throws {
        let scene = try await Scene()
        let site = scene.site
        // Each use from an address of its own, so that each has a row of its own; the database goes in the midst of them.
        let clients = Clients(2) { [server = scene.server, password = scene.password] client, turn in
            (try? server.auth("alice", password, from: "198.18.\(client * 100 + turn / 250).\(turn % 250)").status) ?? 0
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

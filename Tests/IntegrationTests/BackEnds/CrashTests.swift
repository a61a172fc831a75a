import TestKit
import Foundation
import Locks
import TestServers
import Testing

/// The promise of the login log: whatever dies, each answered use is in the table, once.
@Suite(.timeLimit(.minutes(15)), .enabled(if: MailSite.canRun, "\(MailSite.missing)"))
struct CrashTests {
    private static let logins = 10_000
    /// `db_authlog_dd_hash_bucket` and `db_authlog_dd_per_login` of this test, in milliseconds.
    private static let (bucket, pause) = (1000, 200)

    private enum Event { case killServer, stopDatabase, killDatabase }

    /// The server there is just now; clients go on with the next when it is gone.
    private final class Current: Sendable {
        private let server: Mutex<ServerProcess>
        init(_ server: ServerProcess) { self.server = Mutex(server) }
        var value: ServerProcess { server.withLock { $0 } }
        func replace(with new: ServerProcess) { server.withLock { $0 = new } }
    }

    @Test func `in 10,000 logins, 20 kills of the server and 20 ends of MariaDB cost no row and double none`()
        async throws
    {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("crash test: seed \(seed)")
        var random = SeededNumbers(seed)
        let site = try await MailSite(
            database: "pool_size = 4",
            settings: "db_authlog_dd_hash_bucket = \"\(Self.bucket)ms\"\ndb_authlog_dd_per_login = \"\(Self.pause)ms\"")
        let passwords = try await Self.passwords(4, site)
        let current = Current(try await ServerProcess(in: site.directory))
        let model = UseModel()
        let clients = Clients(4) { client, turn in
            // Each client has a few addresses and services that no other has; it stays with each for a while.
            let place = turn / 7 % 6
            let key = UseModel.Key(
                password: (client + place) % passwords.count + 1, service: place % 2 == 0 ? "imap" : "smtp",
                address: "198.18.\(client).\(place)")
            let begun = UseModel.now
            let status =
                (try? current.value.auth(
                    "alice", passwords[key.password - 1], service: key.service, from: key.address
                ).status) ?? -1
            model.note(key, begun: begun, status: status)
            return status
        }
        var events = Array(repeating: Event.killServer, count: 20) + Array(repeating: .stopDatabase, count: 10)
        events += Array(repeating: .killDatabase, count: 10)
        events.shuffle(using: &random)
        let moments = events.map { _ in Int.random(in: 0..<Self.logins, using: &random) }.sorted()
        for (event, moment) in zip(events, moments) {
            try await Self.wait(for: clients, 200, moment)
            switch event {
            case .killServer:
                let old = current.value
                old.signal(SIGKILL)
                _ = await old.waitForExit()
                current.replace(with: try await ServerProcess(in: site.directory))
            case .stopDatabase, .killDatabase:
                if event == .stopDatabase {
                    try await site.mariadb.process.stop()
                } else {
                    try await site.mariadb.process.kill()
                }
                try await Self.wait(for: clients, 503, clients.statuses[503, default: 0] + 2)
                try await site.mariadb.process.start()
            }
        }
        try await Self.wait(for: clients, 200, Self.logins)
        let statuses = await clients.stop()
        current.value.signal(SIGTERM)
        #expect(await current.value.waitForExit() == 0)
        #expect(!current.value.logText.contains("stay in the spool"))
        #expect(Set(statuses.keys).isSubset(of: [200, 503, 0, -1]), "\(statuses)")
        #expect(model.answered >= Self.logins)

        let rows = try await Self.rows(site)
        print("crash test: \(statuses), \(rows.count) rows")
        let problems = model.problems(in: rows, bucket: Int64(Self.bucket))
        #expect(problems.isEmpty, "seed \(seed): \(problems.count) problems: \(problems.prefix(5))")
        #expect(rows.count < model.answered / 2, "rows are coalesced")
    }

    @Test func `a lost row, a doubled one and one out of nowhere are noticed`() {
        let model = UseModel()
        let key = UseModel.Key(password: 1, service: "imap", address: "198.18.0.1")
        let begun = UseModel.now - 5000
        model.note(key, begun: begun, status: 200)
        model.note(key, begun: begun, status: 503)
        let time = begun + 1
        func count(_ times: [Int64]) -> Int { model.problems(in: times.map { (key, $0) }, bucket: 1000).count }
        #expect(count([time]) == 0)
        #expect(count([]) == 1)
        #expect(count([time, time]) == 1)
        #expect(count([time, begun - 1]) == 1)
        #expect(count([time, UseModel.now + 5000]) == 1)
    }

    /// Makes app passwords 1, 2, … of alice, cheap to hash: each start of the server forgets what it has checked.
    private static func passwords(_ count: Int, _ site: MailSite) async throws -> [String] {
        let passwords = (0..<count).map { _ in RoundcubePlugin.password() }
        let rows = passwords.map { "('alice', '\(RoundcubePlugin.hash($0, rounds: 1000))')" }
        try await site.sql("INSERT INTO app_passwords (uid, password) VALUES \(rows.joined(separator: ", "))")
        return passwords
    }

    /// Waits until a status has come up so often.
    private static func wait(for clients: Clients, _ status: Int, _ count: Int) async throws {
        while clients.statuses[status, default: 0] < count { try await Task.sleep(for: .milliseconds(1)) }
    }

    private static func rows(_ site: MailSite) async throws -> [(key: UseModel.Key, time: Int64)] {
        try await site.rows(
            "SELECT pwid, service, src_ip, TIMESTAMPDIFF(MICROSECOND, '1970-01-01', `timestamp`) DIV 1000 FROM log"
        ).map { row in
            (
                UseModel.Key(password: try #require(Int(row[0])), service: row[1], address: row[2]),
                try #require(Int64(row[3]))
            )
        }
    }
}

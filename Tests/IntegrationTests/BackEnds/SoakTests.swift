import Foundation
import Locks
import TestServers
import Testing

/// Everyday life: in each hour, played in some seconds, the firewall forgets all connections, people log in, and something
/// happens. Nobody reads the program's log. Right passwords are refused only while a back end is really away.
@Suite(.timeLimit(.minutes(20)), .enabled(if: MailSite.canRun, "\(MailSite.missing)"))
struct SoakTests {
    /// Five, so that each event comes once; `SOAK=1` plays thirty.
    private static let hours = ProcessInfo.processInfo.environment["SOAK"] == "1" ? 30 : 5
    /// How long a night lasts, in which connections are idle. Firewalls forget them after minutes; those that have been
    /// idle for a second are the ones that may have been forgotten.
    private static let night = Duration.milliseconds(1200)
    /// `db_authlog_dd_hash_bucket` of this test, in milliseconds.
    private static let bucket = 1000

    private enum Event: Int, CaseIterable {
        case nothing, databaseRestarts, directoryRestarts, diskIsFull, serverIsKilled
    }

    /// The server there is just now.
    private final class Current: Sendable {
        private let server: Mutex<UnreadServer>
        init(_ server: UnreadServer) { self.server = Mutex(server) }
        var value: UnreadServer { server.withLock { $0 } }
        func replace(with new: UnreadServer) { server.withLock { $0 = new } }
    }

    /// Logins that were not let in, and when back ends were away.
    private final class Refusals: Sendable {
        private struct State {
            var event = ""
            var refused: [(time: ContinuousClock.Instant, status: Int, event: String)] = []
            var away: [ClosedRange<ContinuousClock.Instant>] = []
        }
        private let state = Mutex(State())
        func begins(_ event: String) { state.withLock { $0.event = event } }
        func note(_ status: Int, _ body: String) {
            state.withLock { $0.refused.append((.now, status, "\($0.event): \(body)")) }
        }
        /// Both ends belong to it, and what was begun then may end a moment later.
        func away(since start: ContinuousClock.Instant) {
            state.withLock { $0.away.append(start...(.now + .seconds(2))) }
        }
        var all: Int { state.withLock { $0.refused.count } }
        /// Those that nothing excuses.
        var faults: [String: Int] {
            state.withLock { state in
                let faults = state.refused.filter { refusal in
                    ![503, 0, -1].contains(refusal.status) || !state.away.contains { $0.contains(refusal.time) }
                }
                return Dictionary(faults.map { ("\($0.event): \($0.status)", 1) }, uniquingKeysWith: +)
            }
        }
    }

    @Test func `hours of silence, restarts, a full disk and an unread log refuse no right password and lose no row`()
        async throws
    {
        let site = try await MailSite(
            tables: .old, timeout: "2s",
            settings: """
                db_authlog_dd_hash_bucket = "\(Self.bucket)ms"
                db_authlog_dd_per_login = "200ms"
                [log.loggers.dovecot_web_auth]
                level = "DEBUG"
                """)
        let disk = try SmallDisk(at: site.directory, megabytes: 24)
        let database = try ForgetfulProxy(to: UInt16(site.mariadb.port))
        let directory = try ForgetfulProxy(to: site.slapd.port)
        try site.directory.write(
            "config.toml",
            site.directory.read("config.toml").replacing(":\(site.mariadb.port)/", with: ":\(database.port)/")
                .replacing("port = \(site.slapd.port)\n", with: "port = \(directory.port)\n"))
        let passwords = (0..<8).map { _ in RoundcubePlugin.password() }
        let rows = passwords.map { "('alice', '\(RoundcubePlugin.hash($0, rounds: 1000))')" }
        try await site.sql("INSERT INTO app_passwords (uid, password) VALUES \(rows.joined(separator: ", "))")
        let current = Current(try UnreadServer(in: site.directory))
        let (model, refusals) = (UseModel(), Refusals())

        @Sendable func login(_ client: Int, _ turn: Int) -> Int {
            let key = UseModel.Key(
                password: turn % passwords.count + 1, service: turn % 3 == 0 ? "smtp" : "imap",
                address: "198.18.\(client).\(turn / 50 % 50)")
            let (begun, port) = (UseModel.now, current.value.port)
            let body = AuthBody.text("alice", passwords[key.password - 1], service: key.service, from: key.address)
            let answer = try? HTTPClient(port: port).request("POST", "/auth", body)
            let status = answer?.status ?? -1
            model.note(key, begun: begun, status: status)
            if let answer, status != 200 { refusals.note(status, answer.body) }
            return status
        }
        func burst() async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in 0..<4 {
                    group.addTask { try await onThread { for turn in 0..<100 { _ = login(client, turn) } } }
                }
                try await group.waitForAll()
            }
        }

        var sizes: [Int] = []
        for hour in 0..<Self.hours {
            let event = Event(rawValue: hour % Event.allCases.count) ?? .nothing
            refusals.begins("after the night")
            try await Task.sleep(for: Self.night)
            database.forgetConnections()
            directory.forgetConnections()
            try await burst()
            refusals.begins("\(event)")
            switch event {
            case .nothing: break
            case .databaseRestarts: try await Self.restart(site.mariadb.process, during: login, refusals)
            case .directoryRestarts: try await Self.restart(site.slapd.process, during: login, refusals)
            case .diskIsFull:
                try disk.fill()
                try await burst()
                try disk.empty()
            case .serverIsKilled:
                // Uses that a full disk has left in memory are in the database by then.
                try await Self.waitForEmptySpool(current.value.port)
                let clients = Clients(4, act: login)
                while clients.statuses[200, default: 0] < 50 { try await Task.sleep(for: .milliseconds(1)) }
                let start = ContinuousClock.now
                current.value.kill()
                current.replace(with: try UnreadServer(in: site.directory))
                refusals.away(since: start)
                let before = clients.statuses[200, default: 0]
                while clients.statuses[200, default: 0] < before + 50 { try await Task.sleep(for: .milliseconds(1)) }
                _ = await clients.stop()
                // A new process has its size yet to reach.
                try await burst()
            }
            sizes.append(current.value.residentKiB)
        }
        try await Self.waitForEmptySpool(current.value.port)
        try await onThread { current.value.end() }
        print(
            "soak: \(Self.hours) hours, \(model.answered) logins, \(refusals.all) while something was away, KiB: \(sizes)"
        )
        #expect(refusals.faults.isEmpty, "\(refusals.faults)")
        let found = try await site.rows(
            "SELECT pwid, service, src_ip, TIMESTAMPDIFF(MICROSECOND, '1970-01-01', `timestamp`) DIV 1000 FROM log"
        ).map { row in
            (
                UseModel.Key(password: try #require(Int(row[0])), service: row[1], address: row[2]),
                try #require(Int64(row[3]))
            )
        }
        let problems = model.problems(in: found.map { (key: $0.0, time: $0.1) }, bucket: Int64(Self.bucket))
        #expect(problems.isEmpty, "\(problems.count) problems: \(problems.prefix(5))")
        // Each process begins anew, so that hours of equal distance to a start are compared.
        let kinds = Event.allCases.count
        for (earlier, later) in zip(sizes, sizes.dropFirst(kinds)) where Self.hours > kinds {
            #expect(later < earlier + 8192, "\(sizes)")
        }
    }

    private static func restart(
        _ process: TestServers.ServerProcess, during login: @escaping @Sendable (Int, Int) -> Int, _ refusals: Refusals
    ) async throws {
        let clients = Clients(4, act: login)
        while clients.statuses[200, default: 0] < 50 { try await Task.sleep(for: .milliseconds(1)) }
        let start = ContinuousClock.now
        try await process.stop()
        while clients.statuses[503, default: 0] < 2 { try await Task.sleep(for: .milliseconds(1)) }
        try await process.start()
        refusals.away(since: start)
        let before = clients.statuses[200, default: 0]
        while clients.statuses[200, default: 0] < before + 50 { try await Task.sleep(for: .milliseconds(1)) }
        _ = await clients.stop()
    }

    /// Waits until every row that was taken down is in the database.
    private static func waitForEmptySpool(_ port: Int) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let metrics = try await onThread { try HTTPClient(port: port).request("GET", "/metrics").body }
            if metrics.contains("\nwebauth_spool_records 0\n") || metrics.contains("\nwebauth_spool_records 0.0\n") {
                return
            }
            try #require(ContinuousClock.now < deadline, "the spool does not drain")
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

/// A directory on a file system of its own that can be filled; on the usual one, and never full, where that cannot be
/// mounted.
private final class SmallDisk: Sendable {
    private let directory: TemporaryDirectory
    private let isMounted: Bool

    /// Mounts it over a test's directory, whose settings file is kept.
    init(at directory: TemporaryDirectory, megabytes: Int) throws {
        self.directory = directory
        let settings = directory.read("config.toml")
        isMounted = mount("tmpfs", directory.path, "tmpfs", 0, "size=\(megabytes)m,mode=0755") == 0
        if isMounted {
            OrdinaryUser.own(directory.path)
            try directory.write("config.toml", settings)
        }
    }

    deinit { if isMounted { umount2(directory.path, Int32(MNT_DETACH)) } }

    private var filler: String { directory.path + "/filler" }

    /// Takes all there is left.
    func fill() throws {
        guard isMounted else { return }
        let file = open(filler, O_CREAT | O_WRONLY | O_TRUNC, 0o600)
        defer { close(file) }
        let block = [UInt8](repeating: 0, count: 4096)
        while write(file, block, block.count) > 0 {}
        try #require(errno == ENOSPC)
    }

    /// Gives it back.
    func empty() throws {
        if isMounted { try FileManager.default.removeItem(atPath: filler) }
    }
}

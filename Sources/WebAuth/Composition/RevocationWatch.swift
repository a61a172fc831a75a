import AppPasswordCore
import AuditCore
import CoreMetrics
import Doveadm
import Locks
import Logging
import PrometheusMetrics
import Settings

/// Finds out what has ended, whoever ended it, and ends the sessions: of revoked, suspended and expired app passwords, of rows
/// that are gone, and of accounts that the directory now calls disabled.
final class RevocationWatch: Sendable {
    /// Counts sessions that were ended, and what was not.
    struct Meters: Sendable {
        private let counters: [String: Counter]

        /// What ``MetricFamily/sessionsKicked`` tells apart.
        static let outcomes = ["ended", "failed", "gave_up", "no_alias"]

        init(_ factory: any MetricsFactory) {
            counters = Dictionary(
                Self.outcomes.map {
                    (
                        $0,
                        Counter(
                            label: MetricFamily.sessionsKicked.name, dimensions: [("outcome", $0)], factory: factory)
                    )
                }, uniquingKeysWith: { first, _ in first })
        }

        func count(_ outcome: String, by number: Int = 1) { counters[outcome]?.increment(by: number) }
    }

    private struct State {
        var tracker = EndTracker()
        var schedules: [String: RetrySchedule<SessionEnder.Task>] = [:]
        var running: Set<String> = []
        var pollTrouble: String?
        var disabled: Set<String> = []
        var counts: PasswordCounts?
    }

    private let live: LiveSnapshot
    private let uses: RecentUses
    private let trail: AuditTrail
    private let meters: Meters
    private let logger: Logger
    private let client = DoveadmClient()
    private let state = Mutex(State())

    /// Passwords that are asked about at a time, and accounts.
    private static let batch = (passwords: 200, accounts: 10)
    /// A database that takes long for the question is asked less often: for no more than this part of the time.
    private static let share = 100

    init(live: LiveSnapshot, uses: RecentUses, trail: AuditTrail, meters: Meters, logger: Logger) {
        (self.live, self.uses, self.trail, self.meters, self.logger) = (live, uses, trail, meters, logger)
    }

    /// How many app passwords there are in each state, as last counted.
    var counts: PasswordCounts? { state.withLock { $0.counts } }

    /// Watches until it is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.countPasswords() }
            while !Task.isCancelled {
                let start = ContinuousClock.now
                let settings = live.current.settings
                if !settings.dovecot.doveadm.isEmpty {
                    let tasks = await poll()
                    for server in settings.dovecot.doveadm { add(tasks, to: server, &group) }
                }
                let pause = max(settings.auth.revokePoll, (ContinuousClock.now - start) * Self.share)
                guard (try? await Task.sleep(for: min(pause, .seconds(3600)))) != nil else { break }
            }
        }
        await client.shutDown()
    }

    // MARK: Finding out

    private func poll() async -> [SessionEnder.Task] {
        let snapshot = live.current
        var tasks: [SessionEnder.Task] = []
        do throws(BackendError) {
            var isPartial = true
            for _ in 0..<100 where isPartial {
                let asked = uses.nextPasswords(Self.batch.passwords)
                let since = state.withLock { $0.tracker.since }
                let answer = try await snapshot.backEnds.database.ended.ended(since: since, among: asked)
                let (new, more) = state.withLock { $0.tracker.take(answer, asked: asked) }
                for ended in new { tasks.append(await task(ended, snapshot)) }
                isPartial = more
            }
            state.withLock { $0.pollTrouble = nil }
        } catch {
            let isNews = state.withLock { state in
                defer { state.pollTrouble = error.debugDescription }
                return state.pollTrouble == nil
            }
            if isNews, !Task.isCancelled {
                logger.warning(
                    "sessions of revoked app passwords are not looked for",
                    metadata: ["reason": "\(error.debugDescription)"])
            }
        }
        return tasks + (await disabledAccounts(snapshot))
    }

    /// What is to be done about a password: its sessions are called as those were who logged in, and come from where they did.
    private func task(_ ended: EndedPassword, _ snapshot: Snapshot) async -> SessionEnder.Task {
        let use = uses.use(of: ended.id)
        uses.forget(ended.id)
        var (logins, addresses) = (use?.logins ?? [], use?.addresses ?? [])
        if logins.isEmpty, let user = ended.user { logins = [user] }
        // Only a Dovecot without session aliases needs to know where they come from.
        if snapshot.settings.dovecot.kickWithoutAlias == .userAndAddress, ended.reason != .removed {
            addresses = await SessionPlaces.addresses(
                of: ended.id, snapshot.backEnds.database.administration, addresses)
        }
        return SessionEnder.Task(passwordID: ended.id, logins: logins, addresses: addresses, reason: ended.reason)
    }

    private func disabledAccounts(_ snapshot: Snapshot) async -> [SessionEnder.Task] {
        guard let directory: any AccountDirectory = snapshot.backEnds.directory else { return [] }
        var tasks: [SessionEnder.Task] = []
        for name in uses.nextAccounts(Self.batch.accounts) {
            // A directory that cannot be asked is asked again; logins say so.
            guard let answer = try? await directory.account(for: name) else { break }
            var isDisabled = false
            if case .found(let account) = answer { isDisabled = account.isDisabled }
            let isNews = state.withLock { state in
                guard isDisabled else {
                    state.disabled.remove(name)
                    return false
                }
                return state.disabled.insert(name).inserted
            }
            guard isNews else { continue }
            for id in uses.passwords(of: name) { uses.forget(id) }
            tasks.append(SessionEnder.Task(passwordID: nil, logins: [name], addresses: [], reason: .disabled))
        }
        return tasks
    }

    /// Counts for metrics, now and then: it takes long where there are many.
    private func countPasswords() async {
        while !Task.isCancelled {
            let start = ContinuousClock.now
            let counts = try? await live.current.backEnds.database.ended.counts()
            state.withLock { $0.counts = counts ?? $0.counts }
            let pause = max(.seconds(300), (ContinuousClock.now - start) * Self.share)
            guard (try? await Task.sleep(for: pause)) != nil else { return }
        }
    }

    // MARK: Ending sessions

    private func add(_ tasks: [SessionEnder.Task], to server: String, _ group: inout DiscardingTaskGroup) {
        guard !tasks.isEmpty else { return }
        let now = Timestamp.now
        let (dropped, starts) = state.withLock { state in
            var schedule = state.schedules[server] ?? RetrySchedule()
            let dropped = tasks.compactMap { schedule.add($0, at: now) }
            state.schedules[server] = schedule
            return (dropped, state.running.insert(server).inserted)
        }
        for task in dropped { giveUp(task, server, "too many others wait") }
        if starts { group.addTask { await self.work(server) } }
    }

    /// Does what one server has to do, until there is nothing more.
    private func work(_ name: String) async {
        while !Task.isCancelled {
            let now = Timestamp.now
            let (task, due) = state.withLock { state -> (SessionEnder.Task?, Timestamp?) in
                guard let schedule = state.schedules[name], let due = schedule.due else {
                    state.running.remove(name)
                    state.schedules[name] = nil
                    return (nil, nil)
                }
                return (schedule.next(at: now), due)
            }
            guard let due else { return }
            if let task {
                await work(task, name)
            } else {
                let wait = Duration.milliseconds(max(10, due.milliseconds - now.milliseconds))
                guard (try? await Task.sleep(for: wait)) != nil else { return }
            }
        }
    }

    private func work(_ task: SessionEnder.Task, _ name: String) async {
        let settings = live.current.settings.dovecot
        guard settings.doveadm.contains(name), let key = settings.apiKey else {
            return finish(task, name)
        }
        let server = DoveadmServer(url: name, key: key, client: client)
        do throws(SessionServerError) {
            let result = try await SessionEnder(server, withoutAlias: settings.kickWithoutAlias).end(task)
            finish(task, name)
            meters.count(result.way == nil ? "no_alias" : "ended", by: result.way == nil ? 1 : result.sessions)
            note(task, name, result)
        } catch {
            let (isNews, over) = state.withLock { state -> (Bool, [SessionEnder.Task]) in
                let isNews = state.schedules[name]?.isFailing == false
                return (isNews, state.schedules[name]?.fail(at: .now) ?? [])
            }
            meters.count("failed")
            if isNews, !Task.isCancelled {
                logger.warning(
                    "sessions cannot be ended; it is tried for an hour, and logins are refused all the same",
                    metadata: ["server": "\(name)", "reason": "\(error.description)"])
            }
            for task in over { giveUp(task, name, error.description) }
            return
        }
        guard settings.flushesAuthCache else { return }
        // In a request of its own: it ends doveadm where Dovecot is 2.4.1.
        for login in task.logins {
            do throws(SessionServerError) {
                try await server.forgetPasswords(of: login)
            } catch {
                logger.warning(
                    "the auth cache may not have been flushed",
                    metadata: ["server": "\(name)", "reason": "\(error.description)"])
            }
        }
    }

    private func finish(_ task: SessionEnder.Task, _ server: String) {
        state.withLock { state in
            guard var schedule = state.schedules[server] else { return }
            schedule.finish(task)
            state.schedules[server] = schedule
        }
    }

    private func note(_ task: SessionEnder.Task, _ server: String, _ result: SessionEnder.Result) {
        guard result.sessions > 0 || result.way == nil else { return }
        let trouble = "Dovecot does not know its sessions by passwords, and dovecot.kick_without_alias is none"
        submit(
            task, server, way: result.way, sessions: result.sessions, trouble: result.way == nil ? trouble : nil)
    }

    private func giveUp(_ task: SessionEnder.Task, _ server: String, _ trouble: String) {
        meters.count("gave_up")
        submit(task, server, way: nil, sessions: 0, trouble: trouble)
    }

    private func submit(_ task: SessionEnder.Task, _ server: String, way: String?, sessions: Int, trouble: String?) {
        let record = SessionsEnded(
            time: .now, passwordID: task.passwordID, user: task.logins.first, reason: task.reason.rawValue,
            server: server, way: way, sessions: sessions, trouble: trouble)
        trail.submit(.sessionsEnded(record))
    }
}

/// Where the sessions of a password may come from.
enum SessionPlaces {
    /// Addresses of the last logins that were let in, besides those that are known: at most 16.
    static func addresses(
        of id: Int64, _ database: any AppPasswordAdministration, _ known: [String] = []
    ) async -> [String] {
        var addresses = known
        let rows = (try? await database.history(id: id, limit: 200, offset: 0)) ?? []
        for row in rows where row.refusal == nil {
            guard addresses.count < 16, let address = row.sourceAddress else { continue }
            if !addresses.contains(address) { addresses.append(address) }
        }
        return addresses
    }
}

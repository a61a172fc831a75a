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
        var seconds = SecondTries()
        /// The database that the tracker was told by.
        var database: DatabaseConfiguration?
        var pollTrouble: String?
        var counts: PasswordCounts?
    }

    private let means: @Sendable () -> RevocationMeans
    private let servers: @Sendable (_ name: String, _ key: Secret) -> any SessionServer
    private let uses: RecentUses
    private let record: @Sendable (SessionsEnded) -> Void
    private let meters: Meters
    private let time: MonotonicTime
    private let logger: Logger
    private let client = DoveadmClient()
    private let signal: (any EndNews)?
    private let jitter: @Sendable () -> Double
    private let bell = Doorbell()
    private let state = Mutex(State())

    /// Passwords that are asked about at a time, and accounts.
    private static let batch = (passwords: 100, accounts: 25)
    /// A database that takes long for the question is asked less often: for no more than this part of the time, but every
    /// minute all the same.
    private static let share = 100
    private static let longestPause = Duration.seconds(60)
    /// Who is told by others that it is worth looking does so no more often than this, nor for more than a fifth of the time.
    private static let shortestPause = Duration.milliseconds(200)

    /// Watches nothing yet.
    ///
    /// - Parameters:
    ///   - signal: Tells other servers, and hears from them; nil: there are none.
    ///   - jitter: What each pause is multiplied with: servers that were started together do not ask together for ever.
    ///   - means: What is in force, asked for at each look.
    ///   - servers: The mail server of a name in the settings; nil: doveadm's API at the URL that the name is.
    ///   - record: Writes down what became of sessions.
    init(
        uses: RecentUses, meters: Meters, signal: (any EndNews)?, logger: Logger,
        time: MonotonicTime = MonotonicTime(ContinuousClock()),
        jitter: @escaping @Sendable () -> Double = { .random(in: 0.9..<1.1) },
        servers: (@Sendable (String, Secret) -> any SessionServer)? = nil,
        record: @escaping @Sendable (SessionsEnded) -> Void, means: @escaping @Sendable () -> RevocationMeans
    ) {
        (self.uses, self.meters, self.signal, self.logger) = (uses, meters, signal, logger)
        (self.time, self.jitter, self.record, self.means) = (time, jitter, record, means)
        self.servers = servers ?? { [client] in DoveadmServer(url: $0, key: $1, client: client) }
    }

    /// How many app passwords there are in each state, as last counted.
    var counts: PasswordCounts? { state.withLock { $0.counts } }

    /// Watches until it is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.countPasswords() }
            if let signal { group.addTask { [bell] in await signal.listen { bell.ring() } } }
            var wasTold = false
            while !Task.isCancelled {
                let asked = means()
                var effort = Duration.zero
                if !asked.settings.doveadm.isEmpty {
                    let found = await poll()
                    effort = found.effort
                    // Who was told does not tell it again: all have heard.
                    if found.hasNews, !wasTold { signal?.tell() }
                    let tasks = found.tasks + (await disabledAccounts(means()))
                    let now = time.now()
                    let due = state.withLock { state in
                        defer { state.seconds.add(tasks, at: now) }
                        return state.seconds.takeDue(at: now)
                    }
                    let again = await stillEnded(due, means())
                    for server in asked.settings.doveadm { add(tasks + again, to: server, &group) }
                }
                let usual = asked.pollPause * jitter()
                guard let isTold = await rest(max(usual, min(effort * Self.share, Self.longestPause)), after: effort)
                else { break }
                wasTold = isTold
            }
        }
        await client.shutDown()
    }

    /// Waits for the next look.
    ///
    /// - Parameters:
    ///   - pause: How long, unless another server says that it is worth looking.
    ///   - effort: What the last look took of the database.
    /// - Returns: Whether another server said so; nil: the task was cancelled.
    private func rest(_ pause: Duration, after effort: Duration) async -> Bool? {
        let start = time.now()
        guard signal != nil else {
            return (try? await time.sleep(until: start + pause)).map { false }
        }
        let least = min(pause, max(Self.shortestPause, effort * 5))
        guard (try? await time.sleep(until: start + least)) != nil else { return nil }
        let wasTold = await time.result(
            of: { [bell] in
                await bell.wait()
                return true
            }, by: start + pause)
        return Task.isCancelled ? nil : wasTold ?? false
    }

    // MARK: Finding out

    /// What has ended, and how long the database took to say so; no time if it did not.
    private func poll() async -> (tasks: [SessionEnder.Task], effort: Duration, hasNews: Bool) {
        let means = means()
        let place = means.database
        // Another database's ids are others.
        let isOther = state.withLock { state in
            defer { state.database = place }
            guard let old = state.database, old != place else { return false }
            state.tracker = EndTracker()
            return true
        }
        if isOther { uses.removeAll() }
        var tasks: [SessionEnder.Task] = []
        var effort = Duration.zero
        // Not what had ended before this server was started.
        let isFirst = state.withLock { $0.tracker.since == nil }
        do throws(BackendError) {
            var isPartial = true
            for _ in 0..<100 where isPartial {
                let asked = uses.nextPasswords(Self.batch.passwords)
                let since = state.withLock { $0.tracker.since }
                let start = time.now()
                let answer = try await means.ended.ended(since: since, among: asked)
                effort += time.now() - start
                guard self.means().database == place else { break }
                let (new, more) = state.withLock { $0.tracker.take(answer, asked: asked) }
                for ended in new { tasks.append(await task(ended, means)) }
                isPartial = more
            }
            state.withLock { $0.pollTrouble = nil }
        } catch {
            effort = .zero
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
        return (tasks, effort, !isFirst && !tasks.isEmpty)
    }

    /// What is to be done about a password: its sessions are called as those were who logged in, and come from where they did.
    private func task(_ ended: EndedPassword, _ means: RevocationMeans) async -> SessionEnder.Task {
        let use = uses.use(of: ended.id)
        uses.forget(ended.id)
        var (logins, addresses) = (use?.logins ?? [], use?.addresses ?? [])
        if logins.isEmpty, let user = ended.user { logins = [user] }
        // Only a Dovecot without session aliases needs to know where they come from.
        if means.settings.kickWithoutAlias == .userAndAddress, ended.reason != .removed {
            addresses = await SessionPlaces.addresses(of: ended.id, means.administration, addresses)
        }
        return SessionEnder.Task(passwordID: ended.id, logins: logins, addresses: addresses, reason: ended.reason)
    }

    private func disabledAccounts(_ means: RevocationMeans) async -> [SessionEnder.Task] {
        guard let directory = means.directory else { return [] }
        var tasks: [SessionEnder.Task] = []
        for name in uses.nextAccounts(Self.batch.accounts) {
            let answer: AccountAnswer
            do throws(BackendError) {
                answer = try await directory.account(for: name)
            } catch {
                // A directory that cannot be asked is asked again; logins say so.
                if error.code == .unreachable || error.code == .timedOut { break }
                continue
            }
            guard case .found(let account) = answer, account.isDisabled else { continue }
            // None: it was told by another of its names.
            let ids = uses.passwords(of: name)
            guard !ids.isEmpty else { continue }
            var logins = [name]
            for login in ids.flatMap({ uses.use(of: $0)?.logins ?? [] }) where !logins.contains(login) {
                logins.append(login)
            }
            for id in ids { uses.forget(id) }
            tasks.append(SessionEnder.Task(passwordID: nil, logins: logins, addresses: [], reason: .disabled))
        }
        return tasks
    }

    /// Those whose passwords were not released meanwhile; all, if the database cannot say.
    private func stillEnded(_ tasks: [SessionEnder.Task], _ means: RevocationMeans) async -> [SessionEnder.Task] {
        var left: [SessionEnder.Task] = []
        for start in stride(from: 0, to: tasks.count, by: Self.batch.passwords) {
            let some = tasks[start..<min(start + Self.batch.passwords, tasks.count)]
            let since = state.withLock { $0.tracker.since }
            let answer = try? await means.ended.ended(since: since, among: some.compactMap(\.passwordID))
            left += some.filter { task in
                guard let answer, let id = task.passwordID else { return true }
                return !answer.isInForce(id)
            }
        }
        return left
    }

    /// Counts for metrics, now and then: it takes long where there are many.
    private func countPasswords() async {
        while !Task.isCancelled {
            let start = time.now()
            let counts = try? await means().ended.counts()
            state.withLock { $0.counts = counts ?? $0.counts }
            let pause = max(.seconds(300), (time.now() - start) * Self.share) * jitter()
            guard (try? await time.sleep(until: time.now() + pause)) != nil else { return }
        }
    }

    // MARK: Ending sessions

    private func add(_ tasks: [SessionEnder.Task], to server: String, _ group: inout DiscardingTaskGroup) {
        guard !tasks.isEmpty else { return }
        let now = time.now()
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
            let now = time.now()
            let (task, due) = state.withLock { state -> (SessionEnder.Task?, Duration?) in
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
                guard (try? await time.sleep(until: max(due, now + .milliseconds(10)))) != nil else { return }
            }
        }
    }

    private func work(_ task: SessionEnder.Task, _ name: String) async {
        let settings = means().settings
        guard settings.doveadm.contains(name), let key = settings.apiKey else {
            return finish(task, name)
        }
        let server = servers(name, key)
        do throws(SessionServerError) {
            let result = try await SessionEnder(server, withoutAlias: settings.kickWithoutAlias).end(task)
            finish(task, name)
            if result.way != nil {
                meters.count("ended", by: result.sessions)
            } else {
                let isAlias = task.passwordID != nil && settings.kickWithoutAlias == .none
                meters.count(isAlias ? "no_alias" : "gave_up")
            }
            note(task, name, result)
        } catch {
            let (isNews, over) = state.withLock { state -> (Bool, [SessionEnder.Task]) in
                let isNews = state.schedules[name]?.isFailing == false
                return (isNews, state.schedules[name]?.fail(task, at: time.now()) ?? [])
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
        guard result.sessions > 0 || result.trouble != nil else { return }
        submit(task, server, way: result.way, sessions: result.sessions, trouble: result.trouble)
    }

    private func giveUp(_ task: SessionEnder.Task, _ server: String, _ trouble: String) {
        meters.count("gave_up")
        submit(task, server, way: nil, sessions: 0, trouble: trouble)
    }

    private func submit(_ task: SessionEnder.Task, _ server: String, way: String?, sessions: Int, trouble: String?) {
        record(
            SessionsEnded(
                time: .now, passwordID: task.passwordID, user: task.logins.first, reason: task.reason.rawValue,
                server: server, way: way, sessions: sessions, trouble: trouble))
    }
}

import Alarms
import AppPasswordCore
import AuditCore
import Dispatch
import GeoIP
import HTTPKit
import Locks
import Logging
import LoginSpool
import PasswordSchemes
import PrometheusMetrics
import Replay
import Settings
import UnixSignals

/// The service: everything that lives as long as the process, started and ended in order.
struct WebAuthServer: Sendable {
    private let settings: Settings
    private let logger: Logger
    private let server: HTTPServer
    private let reloader: Reloader
    private let gatherer: FactGatherer
    private let lookups: LookupService
    private let recorder: SpooledLoginRecorder
    private let trail: AuditTrail
    private let hashing: LaneHashChecker
    private let knownNetworks: KnownNetworks
    private let recentLogins: RecentLogins
    private let warmUp: WarmUp
    private let announcer: ServiceAnnouncer
    private let health: Health
    private let listeners: Listeners
    private let sockets: SocketStore
    /// What the back ends are asked at the start.
    private let questions: [BackEndQuestion]
    private let spelling: SpellingWatch
    private let ends: EndWatch
    private let revocation: RevocationWatch
    private let alarms: AlarmWatch
    private let courier: AlarmCourier

    /// What remains to be written at the end has this long; the spool keeps what it could not.
    private static let flushTime = Duration.seconds(5)
    /// An end that takes longer than this, in seconds, keeps nobody waiting in the queue of a socket.
    private static let quickEnd = 2

    /// Puts everything together; nothing runs yet.
    ///
    /// - Parameters:
    ///   - location: Where the settings are.
    ///   - sockets: Keeps the listening sockets over a restart.
    /// - Throws: ``SetupFailure`` if the settings or lists cannot be used, or a back end cannot be opened.
    init(_ location: SettingsLocation, _ sockets: SocketStore) async throws(SetupFailure) {
        let startTime = Timestamp.now
        let loaded = try location.load()
        let settings = loaded.settings
        let logger = Logger.program(level: settings.log.level)
        for note in loaded.notes { logger.warning("settings", metadata: ["note": "\(note)"]) }
        try StateDirectory.prepare(settings.server.stateDirectory)
        for note in FileExposure.notes(location, loaded) { logger.warning("files", metadata: ["note": "\(note)"]) }

        let listeners = try Listeners(settings)
        for note in listeners.notes(at: startTime) { logger.warning("certificates", metadata: ["note": "\(note)"]) }
        let backEnds = try BackEnds.open(settings, logger: logger)
        let recorder = try Self.recorder(settings, backEnds.database.log, logger)
        let trail = AuditTrail { Self.report($0, to: logger) }
        let gatherer = FactGatherer()
        let hashing = LaneHashChecker(LaneHashChecker.Configuration(settings), logger: logger)
        let registry = PrometheusRegistry(MetricFamily.service)
        let meters = SnapshotBuilder.Meters(logins: LoginMetrics(registry), lookups: LookupMetrics(registry))
        let hashes = HashingVerifier.Configuration(settings)
        let limits = hashes.guessLimits
        let knownNetworks = KnownNetworks(
            limits, file: settings.server.stateDirectory + "/known-networks", start: .now, logger: logger)
        let shared = SharedState(settings, limits, logger)
        let verifier = HashingVerifier(
            hashes, checker: hashing, known: knownNetworks, shared: shared.guesses, logger: logger,
            observe: meters.logins.verified)
        // A start is not judged, and nothing lies in wait for a reload to come.
        if ForceFile.take(in: settings.server.stateDirectory, logger) != nil {
            logger.warning("settings", metadata: ["note": "\(ForceFile.unneeded)"])
        }
        let recentLogins = Self.recentLogins(settings, logger)
        let recentAddresses = Self.recentAddresses(settings, logger)
        let uses = RecentUses()
        let courier = AlarmCourier(
            metrics: AlarmMetrics(registry), logger: logger, file: settings.server.stateDirectory + "/alarm-mails"
        ) { trail.submit(.alarm($0)) }
        let alarms = AlarmWatch(file: settings.server.stateDirectory + "/alarms", logger: logger) { alarm in
            trail.submit(.alarm(alarm))
            courier.take(alarm)
        }
        let builder = SnapshotBuilder(
            gatherer: gatherer, trail: trail, recorder: recorder, verifier: verifier, meters: meters,
            recentLogins: recentLogins, recentAddresses: recentAddresses, uses: uses, alarms: alarms, logger: logger)
        let lists = try await ListStart.lists(settings, logger)
        let built = try builder.build(settings, backEnds, ListInputs(settings, lists?.set), from: lists?.source)
        if let lists {
            try ListStart.keep(lists, built.listProblems, in: settings.server.stateDirectory, logger)
        }
        for problem in built.listProblems {
            logger.error("a list has a bad line", metadata: ["problem": "\(problem)"])
        }

        let live = LiveSnapshot(built.snapshot)
        courier.follow { AlarmMeans(live.current) }
        let lookups = LookupService()
        let http = HTTPSettingsInForce(HTTPSettings(settings))
        let apply: @Sendable (Snapshot) -> Void = { fresh in
            recorder.replace(log: fresh.backEnds.database.log)
            lookups.use(fresh.backEnds.lookups)
            recentAddresses.keep(fresh.settings.lookup.keepsAddresses)
            trail.use(AuditSinks.open(fresh.settings, logger: logger))
            alarms.use(AlarmRules(fresh.settings.alarms))
            http.current = HTTPSettings(fresh.settings)
            listeners.refresh(logger)
        }
        let announcer = ServiceAnnouncer(logger)
        let reloader = Reloader(
            location, builder: builder, live: live, listErrors: built.listErrors, announcer: announcer,
            recentLogins: recentLogins, trail: trail, guarded: ReloadMetrics(registry),
            looks: ListLookMetrics(registry), logger: logger, apply: apply)
        let spelling = SpellingWatch(logger: logger) { live.current.backEnds.database.passwords }
        let revocation = RevocationWatch(
            uses: uses, meters: RevocationWatch.Meters(registry), signal: EndSignal(settings), logger: logger,
            record: { trail.submit(.sessionsEnded($0)) }, means: { RevocationMeans(live.current) })
        let health = Health(live: live, recorder: recorder, trail: trail, shared: shared) {
            reloader.sourceStatus.withLock { $0.kind }
        }
        let throttle = FailureThrottle(v4PrefixLength: limits.v4PrefixLength, v6PrefixLength: limits.v6PrefixLength)
        let metrics = MetricsReport(
            registry: registry, live: live, reloader: reloader, health: health, shared: shared, recorder: recorder,
            trail: trail, recentLogins: recentLogins, verifier: verifier, hashing: hashing, revocation: revocation,
            spoolLimit: settings.database.spoolMaximum, startTime: startTime)
        let endpoints = Endpoints(
            logins: LoginEndpoints(
                logger: logger, now: { .now }, failures: FailureRecorder(trail: trail, throttle: throttle),
                decided: meters.logins.decided, unmatched: spelling.refused, parts: { live.current.loginParts }),
            reload: reloader.reload, readiness: health.check, metrics: metrics.text,
            version: { RunningVersion(live.current, reloader) })
        let requests = RequestMetrics(registry, endpoints: endpoints.routes.map(\.path))
        apply(built.snapshot)
        self.settings = settings
        self.logger = logger
        self.reloader = reloader
        self.gatherer = gatherer
        self.lookups = lookups
        self.recorder = recorder
        self.trail = trail
        self.hashing = hashing
        self.knownNetworks = knownNetworks
        self.recentLogins = recentLogins
        warmUp = WarmUp(recentAddresses) { WarmUp.Means(live.current) }
        self.announcer = announcer
        (self.alarms, self.courier) = (alarms, courier)
        self.health = health
        self.listeners = listeners
        self.sockets = sockets
        questions = backEnds.questions
        self.spelling = spelling
        self.revocation = revocation
        ends = EndWatch(
            logger: logger, lastUse: { recorder.lastUse(of: $0) },
            passwords: { live.current.backEnds.database.endings }
        ) { ending in
            trail.submit(.passwordEnding(ending))
            courier.take(ending)
        }
        var configuration = HTTPServer.Configuration(listeners.all)
        configuration.keeper = sockets
        server = HTTPServer(
            configuration: configuration,
            router: Router(endpoints.routes, following: http, tokenRefused: Self.tokenRefused(logger)), logger: logger,
            finished: requests.answered,
            unserved: { [troubles = Troubles(logger)] in
                requests.unserved($0)
                switch $0 {
                case .notPrepared(let reason):
                    troubles.note("a connection could not be served", ["reason": "\(reason)"])
                case .handshakeFailed(let reason):
                    troubles.note("a client did not come to speak TLS", ["reason": "\(reason)"])
                case .noRoom: troubles.note("a connection found no room", [:])
                }
            })
    }

    /// Serves until SIGTERM or SIGINT; then is not ready any more (for ``Settings/Server/drain``, SIGTERM), stops accepting,
    /// finishes what is in flight (10 s), and writes every queue out.
    func run() async throws(SetupFailure) {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        let listening: Result<Void, any Error> = await withTaskGroup(of: Void.self) { group in
            group.addTask { await trail.run() }
            group.addTask { await lookups.run() }
            group.addTask { await warmUp.run() }
            group.addTask { await gatherer.run() }
            group.addTask { await recorder.run() }
            group.addTask { await spelling.run() }
            group.addTask { await ends.run() }
            group.addTask { await revocation.run() }
            group.addTask { await courier.run() }
            group.addTask { await heed(signals) }
            group.addTask { await followGeoFiles() }
            group.addTask { await reloader.followSource() }
            group.addTask { await listeners.follow(logger) }
            group.addTask { await askBackEnds() }
            let (bound, hasBound) = AsyncStream.makeStream(of: [ListenAddress].self)
            group.addTask {
                for await addresses in bound {
                    await announcer.serve(at: addresses.map(\.description).joined(separator: ", ")) {
                        await answersItself()
                    }
                }
            }
            let result = await serve { hasBound.yield($0) }
            announcer.stopping(within: stopTime)
            warmUp.end()
            await hashing.shutDown()
            await knownNetworks.flush(within: Self.flushTime)
            // In the order in which records flow: facts complete the rows and the audit records.
            await gatherer.finish(within: Self.flushTime)
            await warmUp.flush(within: .seconds(1))
            let waiting = await recorder.flush(within: Self.flushTime)
            if waiting > 0 { logger.warning("rows of the log stay in the spool", metadata: ["rows": "\(waiting)"]) }
            await recentLogins.flush(within: Self.flushTime)
            await alarms.flush(within: Self.flushTime)
            await courier.finish(within: Self.flushTime)
            await trail.finish(within: Self.flushTime)
            group.cancelAll()
            return result
        }
        if case .failure(let error) = listening { throw SetupFailure(["\(error)"], exitCode: .unavailable) }
        logger.notice("stopped")
    }

    /// How long it may take to end: what `/readyz` leaves others to go elsewhere, and what the unit's TimeoutStopSec= leaves
    /// for answering, and for writing what waits.
    private var stopTime: Duration { settings.server.drain + .seconds(60) }

    /// Whether a client that connects is answered, wherever it does.
    private func answersItself() async -> HTTPServer.SelfAnswers {
        await server.answers(Endpoints.alivePath, within: .seconds(5))
    }

    private func serve(onBound: @Sendable ([ListenAddress]) -> Void) async -> Result<Void, any Error> {
        do {
            try await server.run { addresses in
                for address in addresses {
                    switch address {
                    case .tcp(let host, let port):
                        logger.notice("listening", metadata: ["address": "\(host)", "port": "\(port)"])
                    case .unix: logger.notice("listening", metadata: ["address": "\(address)"])
                    }
                }
                ProgramPages.letGo()
                onBound(addresses)
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// Says of each back end that cannot be asked at the start why, in its own words: a wrong password waits for no login.
    private func askBackEnds() async {
        for (name, trouble) in await BackEndQuestion.ask(questions) {
            guard let trouble else { continue }
            logger.error(
                "a back end cannot be asked; until it can, logins are answered 503",
                metadata: ["backend": "\(name)", "error": "\(trouble.detail)"])
        }
    }

    /// Takes MaxMind's files into use when geoipupdate replaces them: those of the settings in force, which a reload may change.
    private func followGeoFiles() async {
        while (try? await Task.sleep(for: .seconds(60))) != nil { await reloader.refreshGeo() }
    }

    private func heed(_ signals: UnixSignalsSequence) async {
        if HangUp.take() { await reload() }
        await withDiscardingTaskGroup { waiting in
            var isStopping = false
            for await signal in signals {
                switch signal {
                // It may look at a server with lists, which no later signal waits for.
                case .sighup: if !isStopping { waiting.addTask { await reload() } }
                case .sigterm where !isStopping && settings.server.drain > .zero:
                    isStopping = true
                    logger.notice(
                        "stopping", metadata: ["signal": "\(signal)", "drain": "\(settings.server.drain)"])
                    announcer.stopping(within: stopTime)
                    health.stop()
                    waiting.addTask {
                        try? await Task.sleep(for: settings.server.drain)
                        end()
                    }
                default:  // also the second one: somebody is in a hurry
                    isStopping = true
                    logger.notice("stopping", metadata: ["signal": "\(signal)"])
                    announcer.stopping(within: stopTime)
                    health.stop()
                    end()
                }
            }
        }
    }

    /// Stops accepting. The next process finds the sockets as they are only if this one is quick: who connects while it takes its
    /// time is refused, and may ask another server.
    private func end() {
        server.shutdown()
        // Not a task of this process's: something that hangs may be what it waits for.
        DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Self.quickEnd)) { sockets.letGo() }
    }

    private func reload() async {
        await trail.reopen()
        await reloader.spreadSignals()
        guard !Task.isCancelled else { return }
        await reloader.reloadUnlessCancelled(.signal)
    }

    private static func recorder(
        _ settings: Settings, _ log: any LoginLog, _ logger: Logger
    ) throws(SetupFailure) -> SpooledLoginRecorder {
        do throws(SpoolError) {
            return try SpooledLoginRecorder(
                directory: settings.server.stateDirectory + "/spool", log: log,
                configuration: SpoolConfiguration(settings),
                logger: logger, now: { .now })
        } catch {
            throw SetupFailure(["\(error)"], exitCode: .unavailable)
        }
    }

    private static func recentLogins(_ settings: Settings, _ logger: Logger) -> RecentLogins {
        let path = settings.server.stateDirectory + "/recent-logins"
        let logins = RecentLogins(file: path, now: { .now }) { reason in
            logger.warning(
                "recent logins are not kept over restarts; audit.blast_radius knows too few of them then",
                metadata: ["file": "\(path)", "reason": "\(reason)"])
        }
        if settings.audit.blastRadius == nil { logins.forget() } else { logins.prepare() }
        return logins
    }

    private static func recentAddresses(_ settings: Settings, _ logger: Logger) -> RecentAddresses {
        let path = settings.server.stateDirectory + "/recent-addresses"
        return RecentAddresses(file: path, now: { .now }) { reason in
            logger.warning(
                "where logins came from is not kept over restarts; their first lookups after one take longer",
                metadata: ["file": "\(path)", "reason": "\(reason)"])
        }
    }

    /// Logs what was refused for its token, once a second at most.
    private static func tokenRefused(_ logger: Logger) -> @Sendable (_ path: String, _ isMissing: Bool) -> Void {
        let troubles = Troubles(logger)
        return { path, isMissing in
            troubles.note(
                "a request was refused: its bearer token is not the one of the settings",
                ["http.path": "\(path)", "http.token": isMissing ? "missing" : "wrong"])
        }
    }

    private static func report(_ event: AuditTrail.Event, to logger: Logger) {
        switch event {
        case .losing(let sink, let reason):
            logger.error("audit records are being lost", metadata: ["audit.sink": "\(sink)", "reason": "\(reason)"])
        case .recovered(let sink, let lost):
            logger.warning("audit records are written again", metadata: ["audit.sink": "\(sink)", "lost": "\(lost)"])
        }
    }
}

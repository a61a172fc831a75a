import AuditCore
import CoreMetrics
import Dispatch
import GeoIP
import HTTPKit
import ListSource
import Locks
import Logging
import Replay
import Settings

/// Reads settings and lists anew and takes them into use as one, or leaves everything as it is.
///
/// Reading blocks for as long as the files take (0.3 s for 10,000 patterns), so it has a thread of its own, where reloads
/// take turns: the one that was asked for last is the one in force in the end. Those that wait are requests in flight, or
/// signals, and bounded as these are.
final class Reloader: Sendable {
    /// What there is to know of the last reload; the start counts as one.
    struct Status: Sendable {
        /// Whether it was taken into use.
        var isSuccessful: Bool
        /// When the settings in force were read.
        var lastSuccess: Timestamp
        /// How many bad lines each configured list had when it was last read, by a refused reload too.
        var listErrors: [(list: ListKey, errors: Int)]
    }

    private let location: SettingsLocation
    let builder: SnapshotBuilder
    let live: LiveSnapshot
    /// The settings that what only a restart can change was made from: the socket, the spool.
    let started: Settings
    private let announcer: ServiceAnnouncer
    private let apply: @Sendable (Snapshot) -> Void
    private let recentLogins: RecentLogins
    private let trail: AuditTrail
    private let guarded: ReloadMetrics
    let logger: Logger
    private let current: Mutex<Status>
    /// How the source of lists is doing.
    let sourceStatus = Mutex(SourceStatus())
    let looks: ListLookMetrics

    private let thread = DispatchQueue(label: "reload")

    /// - Parameters:
    ///   - listErrors: Of the lists that are in force now.
    ///   - announcer: Tells the service manager of each reload.
    ///   - recentLogins: Whom new lists are judged on.
    ///   - trail: Gets what was forced.
    ///   - apply: Takes into use what lies outside of the snapshot (limits, token, sinks).
    init(
        _ location: SettingsLocation, builder: SnapshotBuilder, live: LiveSnapshot,
        listErrors: [(list: ListKey, errors: Int)], announcer: ServiceAnnouncer, recentLogins: RecentLogins,
        trail: AuditTrail, guarded: ReloadMetrics, looks: ListLookMetrics, logger: Logger,
        apply: @escaping @Sendable (Snapshot) -> Void
    ) {
        self.location = location
        self.builder = builder
        self.live = live
        started = live.current.settings
        self.announcer = announcer
        self.apply = apply
        self.recentLogins = recentLogins
        self.trail = trail
        self.guarded = guarded
        self.looks = looks
        self.logger = logger
        current = Mutex(Status(isSuccessful: true, lastSuccess: .now, listErrors: listErrors))
    }

    /// How the last reload came out.
    var status: Status { current.withLock { $0 } }

    /// Reloads, after those that were asked for before.
    func reload(_ request: ReloadRequest) async -> ReloadOutcome {
        await onThread {
            self.announcer.reloading()
            let outcome = self.readAnew(request)
            self.announcer.reloaded(outcome)
            return outcome
        }
    }

    /// Takes MaxMind's files into use if they were replaced.
    func refreshGeo() async {
        await onThread {
            if let geo = self.live.current.backEnds.geo { geo.refresh() }
        }
    }

    func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            thread.async { continuation.resume(returning: body()) }
        }
    }

    /// Does the same without waiting for its end once the task is cancelled: a look at a server may hang when the process ends.
    func onThreadUnlessCancelled(_ body: @escaping @Sendable () -> Void) async {
        let done = Latch()
        thread.async {
            body()
            done.open()
        }
        await done.wait()
    }

    /// Reloads, after those that were asked for before, for somebody who does not need to know what came of it.
    func reloadUnlessCancelled(_ request: ReloadRequest) async {
        await onThreadUnlessCancelled {
            self.announcer.reloading()
            self.announcer.reloaded(self.readAnew(request))
        }
    }

    private func readAnew(_ request: ReloadRequest) -> ReloadOutcome {
        let forcing = Forcing(request, ForceFile.take(in: started.server.stateDirectory, logger))
        let outcome = readAnew(forcing)
        guard forcing.hasFile, case .refused(let problems, let blast) = outcome else { return outcome }
        logger.warning("lists", metadata: ["note": "\(ForceFile.usedUp)"])
        return .refused(problems + [ForceFile.usedUp], blast)
    }

    /// What forces a reload.
    struct Forcing {
        /// Who does; nil if nobody does.
        var by: String?
        /// Whether ``ForceFile`` was there.
        var hasFile: Bool
        /// Whether it was there for nothing, also if the reload is forced.
        var hasFileForNothing: Bool

        /// - Parameter owner: Whose file was there.
        init(_ request: ReloadRequest, _ owner: String?) {
            hasFile = owner != nil
            switch request {
            case .http(let address, let isForced):
                by = isForced ? "POST /reload from \(address ?? "a local socket")" : nil
                hasFileForNothing = hasFile
            case .signal:
                by = owner.map { "SIGHUP, \(ForceFile.name) of \($0)" }
                hasFileForNothing = false
            case .source: (by, hasFileForNothing) = (nil, false)
            }
        }
    }

    private func readAnew(_ forcing: Forcing) -> ReloadOutcome {
        var settings: Settings
        let backEnds: BackEnds
        let built: SnapshotBuilder.Built
        do throws(SetupFailure) {
            settings = try location.load().settings
            if settings.server.token == nil, let open = started.server.listeners.first(where: \.needsToken) {
                throw SetupFailure(
                    ["server.token: is needed until a restart, for \(open.address) is still listened on"],
                    exitCode: .configuration)
            }
            // What a restart would listen on is looked at now, so that it cannot fail then.
            _ = try Listeners(settings)
        } catch {
            return refuse(error.problems)
        }
        let restart = settings.restartNeeded(since: started)
        settings.server.stateDirectory = started.server.stateDirectory  // the embedded database stays where it is, too
        do throws(SetupFailure) {
            backEnds = try BackEnds.open(settings, keeping: live.current.backEnds, logger: logger)
        } catch {
            let others = FileCheck(settings).problems.filter { !error.problems.contains($0) }
            return refuse(error.problems + others)
        }
        let lists: SourcedLists
        do throws(SetupFailure) {
            lists = try lookAtSource(for: settings)
            built = try builder.build(settings, backEnds, ListInputs(settings, lists.set), from: lists.source)
        } catch {
            return refuse(error.problems)
        }
        switch takeIntoUse(built, forcing) {
        case .refused(let problems, let blast):
            note(problems, of: lists)
            return refuse(problems, blast)
        case .taken(let notes):
            note([], of: lists)
            logger.notice("reloaded", metadata: ["restart_needed": "\(restart)"])
            current.withLock { ($0.isSuccessful, $0.lastSuccess) = (true, .now) }
            return .reloaded(counts: built.snapshot.listCounts, restartNeeded: restart, notes: lists.notes + notes)
        }
    }

    /// What came of lists that were to be taken into use.
    enum Guarded {
        case refused([String], Blast?)
        case taken(notes: [String])
    }

    /// Takes lists and settings into use as one, if there is no bad line and they refuse no more users than they may.
    func takeIntoUse(_ built: SnapshotBuilder.Built, _ forcing: Forcing) -> Guarded {
        current.withLock { $0.listErrors = built.listErrors }
        guard built.listProblems.isEmpty else { return .refused(built.listProblems, nil) }
        let fresh = built.snapshot
        var notes = Self.shrunk(from: live.current.listCounts, to: fresh.listCounts)
        switch blast(of: fresh, forcing) {
        case .refused(let problems, let blast): return .refused(problems, blast)
        case .taken(let more): notes += more
        }
        for note in notes { logger.warning("lists", metadata: ["note": "\(note)"]) }
        live.replace(with: fresh)
        apply(fresh)
        return .taken(notes: notes)
    }

    /// Lists that have lost more than half of their entries: a download that went wrong looks like that.
    private static func shrunk(
        from old: [(list: ListKey, entries: Int)], to new: [(list: ListKey, entries: Int)]
    ) -> [String] {
        old.compactMap { list, before in
            let after = new.first { $0.list == list }?.entries ?? 0
            guard after * 2 < before else { return nil }
            return "\(list): \(after) \(after == 1 ? "entry" : "entries"), before it were \(before)"
        }
    }

    private func refuse(_ problems: [String], _ blast: Blast? = nil) -> ReloadOutcome {
        for problem in problems { logger.error("reload refused", metadata: ["problem": "\(problem)"]) }
        current.withLock { $0.isSuccessful = false }
        return .refused(problems, blast)
    }

    /// Judges those who were let in lately with new lists.
    private func blast(of fresh: Snapshot, _ forcing: Forcing) -> Guarded {
        let unneeded = forcing.hasFile ? [ForceFile.unneeded] : []
        guard let radius = fresh.settings.audit.blastRadius else {
            recentLogins.forget()
            return .taken(notes: unneeded)
        }
        recentLogins.open()
        let now = Timestamp.now
        let blast = recentLogins.judge(
            candidate: fresh.auditor.configuration.policy, inForce: live.current.auditor.configuration.policy,
            honeypots: fresh.settings.audit.honeypots, at: now)
        guard radius.isExceeded(by: blast.users, of: blast.knownUsers) else {
            let notes = blast.users > 0 ? [blast.summary + ", which audit.blast_radius = \(radius) allows"] : []
            return .taken(notes: notes + unneeded)
        }
        guard let by = forcing.by else {
            guarded.refused.increment()
            return .refused(blast.problems(radius, force: started.server.stateDirectory + "/" + ForceFile.name), blast)
        }
        guarded.forced.increment()
        let lines = blast.worstLines
        logger.warning(
            "a reload was forced",
            metadata: ["by": "\(by)", "newly_refused_users": "\(blast.users)", "known_users": "\(blast.knownUsers)"])
        trail.submit(
            .forcedReload(
                ForcedReload(time: now, by: by, users: blast.users, knownUsers: blast.knownUsers, lines: lines)))
        return .taken(
            notes: ["forced: " + blast.summary] + lines + (forcing.hasFileForNothing ? [ForceFile.unneeded] : []))
    }
}

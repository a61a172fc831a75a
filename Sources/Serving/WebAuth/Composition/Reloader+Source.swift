import AuditCore
import CoreMetrics
import Dispatch
import ListSource
import Locks
import Logging
import Replay
import Settings

/// Lists from elsewhere: looked at with each reload, and now and then.
extension Reloader {
    /// How the source of lists is doing.
    struct SourceStatus: Sendable {
        /// When it was looked at; nil: not yet.
        var looked: ContinuousClock.Instant?
        /// Why what it has is not in force; empty: it is.
        var problems: [String] = []
        /// The same in a word that says nothing of the lists: `untrusted`; empty: all is well.
        var kind = ""
    }

    /// What a look at the source gave a reload.
    struct SourcedLists {
        /// Where lists come from; nil: from nowhere.
        var source: ListSource?
        /// What is to be in force.
        var set: ListSet?
        /// What is not in force yet.
        var candidate: ListSource.Candidate?
        /// Why the source could not be had, though there are lists of it.
        var trouble: ListSourceError?
        /// What an administrator should know.
        var notes: [String] {
            (trouble?.problems ?? []).map { "lists.source: the lists of before stay in force: \($0)" }
        }
    }

    /// Looks at the source of settings that are about to come into force.
    ///
    /// - Throws: If what it has must not be taken, or if it cannot be had, and there is nothing in force that may stay: of this source as
    ///   the settings name it now, or at least of a signer that they believe.
    func lookAtSource(for settings: Settings) throws(SetupFailure) -> SourcedLists {
        guard let configuration = ListSource.Configuration(settings) else { return SourcedLists() }
        let before = live.current.lists
        let source: ListSource
        if let old = before?.source, old.configuration == configuration {
            source = old
        } else {
            source = ListSource(configuration)
            if let old = before?.source { source.takeOver(from: old) }
        }
        var lists = SourcedLists(source: source, set: before?.inputs.set)
        do throws(ListSourceError) {
            if case .others(let candidate) = try look(source, besides: lists.set) {
                (lists.candidate, lists.set) = (candidate, candidate.set)
            }
        } catch {
            note(error)
            // What is in force may have been believed for another key, or for none. Where nothing was changed about the source,
            // what it has now is no reason not to take other settings into use.
            guard error.code == .unavailable || source === before?.source, let set = lists.set, source.trusts(set)
            else {
                throw SetupFailure(error.problems, exitCode: .unavailable)
            }
            lists.trouble = error
        }
        return lists
    }

    /// Notes what became of lists that a reload has found.
    ///
    /// - Parameter problems: Why they were not taken into use; empty: they were.
    func note(_ problems: [String], of lists: SourcedLists) {
        guard let source = lists.source, lists.trouble == nil else { return }
        guard let candidate = lists.candidate else { return unchanged(source) }
        guard problems.isEmpty else { return note(problems: problems, kind: "refused", looks.refused) }
        source.taken(candidate, keepingIn: started.server.stateDirectory, logger)
        note(problems: [], kind: "", looks.taken)
    }

    /// Looks at the source again and again, until the task is cancelled; a reload that looks, too, puts the next one off.
    func followSource() async {
        var due = ContinuousClock.now
        var seen: ContinuousClock.Instant?
        if case .url? = live.current.settings.lists.source {
            due += min(live.current.settings.lists.poll / 10, Self.firstSpread) * Double.random(in: 0..<1)
        }
        while true {
            // A reload may change how often, and whether.
            let wait = min(max(.zero, due - ContinuousClock.now), Self.longestNap)
            guard (try? await Task.sleep(for: wait)) != nil else { return }
            let looked = sourceStatus.withLock { $0.looked }
            if looked != seen {
                seen = looked
                due = (looked ?? .now) + Self.spread(live.current.settings.lists.poll)
            }
            let latest = ContinuousClock.now + live.current.settings.lists.poll * 1.1
            if due > latest { due = latest }
            guard live.current.lists != nil else {
                due = max(due, .now + Self.longestNap)
                continue
            }
            guard due <= .now else { continue }
            await onThreadUnlessCancelled { self.takeFromSource() }
        }
    }

    /// The source has what is in force.
    private func unchanged(_ source: ListSource) {
        source.keepAgain(in: started.server.stateDirectory, logger)
        note(problems: [], kind: "", looks.unchanged)
    }

    /// Waits for a moment before a reload by signal that asks a web server, or where there are other servers: many may be sent the
    /// signal together.
    func spreadSignals() async {
        let settings = live.current.settings
        let asksServer = if case .url? = settings.lists.source { true } else { false }
        guard asksServer || settings.shared.secret != nil else { return }
        try? await Task.sleep(for: Self.signalSpread * Double.random(in: 0..<1))
    }

    private static let signalSpread = Duration.seconds(2)
    /// Within which the first look begins, so that servers which are started together do not look together.
    private static let firstSpread = Duration.seconds(10)
    private static let longestNap = Duration.seconds(10)

    /// Nine to eleven tenths.
    private static func spread(_ poll: Duration) -> Duration { poll * Double.random(in: 0.9..<1.1) }

    /// Looks once, and takes others into use: the settings in force stay, and so do files that they name, as they were read.
    private func takeFromSource() {
        let snapshot = live.current
        guard let lists = snapshot.lists else { return }
        let candidate: ListSource.Candidate
        do throws(ListSourceError) {
            guard case .others(let found) = try look(lists.source, besides: lists.inputs.set) else {
                return unchanged(lists.source)
            }
            candidate = found
        } catch {
            return note(error)
        }
        var found = SourcedLists(source: lists.source, set: candidate.set)
        found.candidate = candidate
        do throws(SetupFailure) {
            let built = try builder.build(
                snapshot.settings, snapshot.backEnds, lists.inputs.with(candidate.set, snapshot.settings),
                from: lists.source)
            switch takeIntoUse(built, Forcing(.source, nil)) {
            case .refused(let problems, _): note(problems, of: found)
            case .taken:
                note([], of: found)
                logger.notice(
                    "lists of the source are in force",
                    metadata: [
                        "lists.digest": "\(candidate.set.digest.prefix(16))",
                        "lists.signed": "\(candidate.set.signed.map(\.description) ?? "by nobody")",
                    ])
            }
        } catch {
            note(error.problems, of: found)
        }
    }

    private func look(
        _ source: ListSource, besides set: ListSet?
    ) throws(ListSourceError) -> ListSource.Finding {
        defer { sourceStatus.withLock { $0.looked = .now } }
        return try source.look(besides: set, at: .now)
    }

    private func note(_ error: ListSourceError) {
        note(
            problems: error.problems, kind: error.code == .unavailable ? "unavailable" : "refused",
            error.code == .unavailable ? looks.unavailable : looks.refused)
    }

    /// Counts what came of a look, and logs it if it is not what came of the one before.
    private func note(problems: [String], kind: String, _ counter: Counter) {
        counter.increment()
        let before = sourceStatus.withLock { status in
            defer { (status.problems, status.kind) = (problems, kind) }
            return status.problems
        }
        guard problems != before else { return }
        for problem in problems {
            logger.error("what lists.source has is not in force", metadata: ["problem": "\(problem)"])
        }
        if problems.isEmpty { logger.notice("what lists.source has is in force") }
    }
}

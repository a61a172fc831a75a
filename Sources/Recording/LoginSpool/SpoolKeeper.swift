internal import AppPasswordCore
internal import AuditCore
internal import Locks
internal import Logging

/// Owns a spool and what goes to and fro between it and those who use it: what they want done waits in an inbox until the
/// spool's thread takes a turn, what there is to know of it lies outside. So nobody ever waits for a disk to look at it.
final class SpoolKeeper: Sendable {
    struct Inbox: Sendable {
        var uses: [(row: LoginLogRow, number: UInt64, time: Timestamp)] = []
        var completions: [(number: UInt64, facts: Facts)] = []
        var outcome: Spool.Outcome?
        var releasesAll = false
        /// What the writer wants to do next.
        var request: Request?

        /// Takes everything out, and keeps the room for as much; not for a crowd.
        mutating func empty() {
            uses.removeAll(keepingCapacity: uses.capacity <= 256)
            completions.removeAll(keepingCapacity: completions.capacity <= 256)
            (outcome, releasesAll, request) = (nil, false, nil)
        }
    }
    struct Request: Sendable {
        var position: Int64?
        var isFirst: Bool
    }
    struct Shared: Sendable {
        var inbox = Inbox()
        /// Takes the inbox's place in the next turn.
        var emptyInbox = Inbox()
        var log: any LoginLog
        var nextNumber: UInt64
        var statistics = SpoolStatistics()
        /// Uses that the inbox had no room for.
        var turnedAway: UInt64 = 0
        var nextDue: Timestamp?
        /// Whether the writer has asked for work that it has not taken yet; and that, once it is there.
        var isAsked = false
        var work: Spool.Work?
        /// Whether a batch that failed is to go again at once.
        var isSplit = false
        /// Until when the writer sleeps, if it sleeps.
        var sleepsUntil: Timestamp?
        var isWriting = false
        var complaints = Complaints()
        var lastUses = LastUses()
    }

    let shared: Mutex<Shared>
    let bell = Doorbell()
    let configuration: SpoolConfiguration
    private let spool: Mutex<Spool>
    private let logger: Logger
    private let now: @Sendable () -> Timestamp

    init(
        _ spool: Spool, _ report: ReplayReport, log: any LoginLog, logger: Logger,
        now: @escaping @Sendable () -> Timestamp
    ) {
        configuration = spool.configuration
        // Above all that stands in the files: none of them has this number, nor a use in them one that begins with it.
        let firstNumber = UInt64(spool.nextSequence) << 32 | 1
        shared = Mutex(Shared(log: log, nextNumber: firstNumber))
        self.spool = Mutex(spool)
        self.logger = logger
        self.now = now
        remember(report)
        publish(spool)
        report.log(to: logger, waiting: spool.waiting)
    }

    /// Does what is in the inbox; on the spool's thread only.
    func turn() {
        var inbox = Inbox()
        shared.withLock { shared in
            swap(&inbox, &shared.inbox)
            swap(&shared.inbox, &shared.emptyInbox)
        }
        defer {
            inbox.empty()
            shared.withLock { swap(&$0.emptyInbox, &inbox) }
        }
        let now = now()
        var complaints: [Complaint] = []
        var report = ReplayReport()
        spool.withLock { spool in
            for use in inbox.uses {
                if spool.drafts.count >= configuration.maxHeld { _ = spool.flush() }
                if let complaint = spool.record(use.row, number: use.number, now: use.time) {
                    complaints.append(complaint)
                }
            }
            for (number, facts) in inbox.completions { spool.complete(number, facts) }
            if inbox.releasesAll { spool.releaseAll() }
            let isSplit = inbox.outcome.map { spool.apply($0, now: now, report: &report) } ?? false
            if let error = spool.flush() { complaints.append(.storage(error)) }
            var work: Spool.Work?
            if let request = inbox.request {
                if request.isFirst, spool.sealIfUnlinked() { complaints.append(.unlinked) }
                work = spool.nextWork(now: now, position: request.position, isFirst: request.isFirst)
                if case .withheld? = work { complaints.append(.withheld) }
            }
            remember(report)
            publish(spool, work: work, isSplit: isSplit)
            if report.isOver || !report.isEmpty { report.log(to: logger, waiting: spool.waiting) }
        }
        for complaint in complaints { complain(complaint) }
    }

    private func remember(_ report: ReplayReport) {
        guard !report.lastUses.isEmpty else { return }
        shared.withLock { shared in
            for (password, time) in report.lastUses { shared.lastUses.note(password, time) }
        }
    }

    private func publish(_ spool: Spool, work: Spool.Work? = nil, isSplit: Bool = false) {
        var statistics = spool.statistics
        statistics.waiting = spool.waiting
        statistics.held = spool.drafts.count
        let due = spool.nextDue
        let rings = shared.withLock { shared in
            shared.statistics = statistics
            shared.nextDue = due
            if let work { shared.work = work }
            shared.isSplit = isSplit
            return shared.mustWake()
        }
        if rings { bell.ring() }
    }

    /// Logs trouble, the same kind once a minute.
    func complain(_ complaint: Complaint) {
        let now = now()
        let (unsaid, lost) = shared.withLock { shared in
            (shared.complaints.admit(complaint.kind, at: now), shared.statistics.lost + shared.turnedAway)
        }
        guard let unsaid else { return }
        var metadata: Logger.Metadata = ["spool.lost": "\(lost)"]
        if unsaid > 0 { metadata["log.suppressed"] = "\(unsaid)" }
        if let detail = complaint.detail { metadata["error"] = "\(detail)" }
        logger.log(level: complaint.level, "\(complaint.text)", metadata: metadata)
    }
}

extension SpoolKeeper.Shared {
    /// Whether the sleeping writer must be woken for something that is due earlier than it knew.
    mutating func mustWake() -> Bool {
        guard let until = sleepsUntil, let due = nextDue, due < until else { return false }
        sleepsUntil = nil
        return true
    }
}

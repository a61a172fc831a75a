public import AppPasswordCore
public import AuditCore
public import Logging
internal import Locks

/// Records uses of app passwords in a spool of files, and moves them from there into the `log` table.
///
/// ``record(_:)`` appends one checksummed record before it returns, so that a killed process loses nothing; ``run()``
/// writes the rows that the coalescing rule asks for (``LoginCoalescer``) in batches, each once: after a failure or a
/// restart, rows that may be in the database already are looked for first. Trouble with the files or a full spool costs
/// rows, counted and logged once a minute, never a login.
///
/// All methods may be called from anywhere; a file is written under a lock that is held for one `write(2)`.
public final class SpooledLoginRecorder: LoginRecorder {
    struct State: Sendable {
        var spool: Spool
        var log: any LoginLog
        var complaints = Complaints()
        /// Until when the writer sleeps, if it sleeps.
        var sleepsUntil: Timestamp?
        var isWriting = false
    }

    let state: Mutex<State>
    let bell = Doorbell()
    let logger: Logger
    let now: @Sendable () -> Timestamp
    let clock: any Clock<Duration>
    private let syncer = GroupCommit()

    /// Opens the spool in `directory` (made with mode 0700 if need be), and finds what an earlier process left.
    ///
    /// - Parameters:
    ///   - directory: A directory of its own in the state directory; locked while this object lives.
    ///   - log: Where rows go.
    ///   - now: The time; logins' own times are taken from the same clock. It may jump.
    ///   - clock: What waits are measured by.
    /// - Throws: ``SpoolError`` if another process has the directory or it cannot be used.
    /// - Complexity: Blocks while it reads all files: about 0.2 s for each 4 MB.
    public convenience init(
        directory: String, log: any LoginLog, configuration: SpoolConfiguration, logger: Logger,
        now: @escaping @Sendable () -> Timestamp, clock: any Clock<Duration> = ContinuousClock()
    ) throws(SpoolError) {
        let disk = try PosixDisk(path: directory, syncsDirectory: configuration.fsync)
        try self.init(disk: disk, log: log, configuration: configuration, logger: logger, now: now, clock: clock)
    }

    package init(
        disk: any SpoolDisk, log: any LoginLog, configuration: SpoolConfiguration, logger: Logger,
        now: @escaping @Sendable () -> Timestamp, clock: any Clock<Duration> = ContinuousClock()
    ) throws(SpoolError) {
        let (spool, report) = try Spool.open(disk: disk, configuration: configuration, now: now())
        state = Mutex(State(spool: spool, log: log))
        self.logger = logger
        self.now = now
        self.clock = clock
        report.log(to: logger)
    }

    /// What waits and what has become of the rest.
    public var statistics: SpoolStatistics {
        state.withLock { state in
            var statistics = state.spool.statistics
            statistics.waiting = state.spool.waiting
            return statistics
        }
    }

    /// Lets rows go to another database from the next batch on.
    public func replace(log: any LoginLog) { state.withLock { $0.log = log } }

    /// Takes a use down; one append, about 5 microseconds, and with `fsync` the time of a shared `fdatasync`.
    public func record(_ row: LoginLogRow) async -> LoginTicket {
        let now = now()
        let (taken, rings, syncs) = state.withLock { state in
            let taken = state.spool.record(row, now: now)
            return (taken, state.mustWake(), state.spool.configuration.fsync)
        }
        if rings { bell.ring() }
        switch taken {
        case .recorded(let number, let file):
            if syncs, let error = await syncer.sync(file) { complain(.storage(error)) }
            return LoginTicket(number: number)
        case .covered:
            return LoginTicket(number: 0)
        case .full:
            complain(.full)
            return LoginTicket(number: 0)
        case .failed(let error):
            complain(.storage(error))
            return LoginTicket(number: 0)
        }
    }

    /// Adds facts to a use that has not been written yet; nil leaves what the row had. Only the first call counts.
    public func complete(_ ticket: LoginTicket, name: String?, location: String?, isp: String?) {
        let (trouble, rings) = state.withLock { state in
            let trouble = state.spool.complete(ticket.number, name: name, location: location, isp: isp)
            return (trouble, state.mustWake())
        }
        if rings { bell.ring() }
        if let trouble { complain(.storage(trouble)) }
    }

    /// Logs trouble, the same kind once a minute.
    func complain(_ complaint: Complaint) {
        let now = now()
        let (unsaid, lost) = state.withLock { state in
            (state.complaints.admit(complaint.kind, at: now), state.spool.statistics.lost)
        }
        guard let unsaid else { return }
        var metadata: Logger.Metadata = ["spool.lost": "\(lost)"]
        if unsaid > 0 { metadata["log.suppressed"] = "\(unsaid)" }
        if let detail = complaint.detail { metadata["error"] = "\(detail)" }
        logger.log(level: complaint.level, "\(complaint.text)", metadata: metadata)
    }
}

extension SpooledLoginRecorder.State {
    /// Whether the sleeping writer must be woken for something that is due earlier than it knew.
    mutating func mustWake() -> Bool {
        guard let until = sleepsUntil, let due = spool.nextDue, due < until else { return false }
        sleepsUntil = nil
        return true
    }
}

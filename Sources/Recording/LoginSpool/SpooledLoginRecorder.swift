package import AppPasswordCore
package import AuditCore
package import Logging
internal import Locks

/// Records uses of app passwords in a spool of files, and moves them from there into the `log` table.
///
/// ``record(_:)`` returns when a checksummed record has been appended, so that a killed process loses nothing; ``run()``
/// writes the rows that the coalescing rule asks for (``LoginCoalescer``) in batches, each once: a batch is noted before it
/// is handed to the database, and after a failure or a restart it is looked for there first. Uses that the disk does not
/// take, or not in time, are kept in memory and handed to the database from there. Trouble costs rows at worst, counted and
/// logged once a minute, never a login.
///
/// All methods may be called from anywhere. Files are written by a thread of the spool's own; uses of logins that come
/// together are appended with one `write(2)`.
package final class SpooledLoginRecorder: LoginRecorder {
    let keeper: SpoolKeeper
    let lane: SpoolLane
    let now: @Sendable () -> Timestamp
    let clock: any Clock<Duration>
    let reading = ReadingQueue()

    /// Opens the spool in `directory` (made with mode 0700 if need be), and looks at the youngest of what an earlier process
    /// left; ``run()`` finds the rest.
    ///
    /// - Parameters:
    ///   - directory: A directory of its own in the state directory; locked while this object lives.
    ///   - log: Where rows go.
    ///   - now: The time; logins' own times are taken from the same clock. It may jump.
    ///   - clock: What waits are measured by, but for those for the disk.
    /// - Throws: ``SpoolError`` if another process has the directory or it cannot be used.
    /// - Complexity: Blocks for at most some 100 ms, however much was left.
    package convenience init(
        directory: String, log: any LoginLog, configuration: SpoolConfiguration, logger: Logger,
        now: @escaping @Sendable () -> Timestamp, clock: any Clock<Duration> = ContinuousClock()
    ) throws(SpoolError) {
        let disk = try PosixDisk(path: directory, syncsDirectory: configuration.fsync)
        try self.init(disk: disk, log: log, configuration: configuration, logger: logger, now: now, clock: clock)
    }

    /// Takes nothing down and writes nothing until `run` is called.
    package init(
        disk: any SpoolDisk, log: any LoginLog, configuration: SpoolConfiguration, logger: Logger,
        now: @escaping @Sendable () -> Timestamp, clock: any Clock<Duration> = ContinuousClock()
    ) throws(SpoolError) {
        let (spool, report) = try Spool.open(disk: disk, configuration: configuration, now: now())
        keeper = SpoolKeeper(spool, report, log: log, logger: logger, now: now)
        lane = SpoolLane(patience: configuration.patience, turn: keeper.turn)
        self.now = now
        self.clock = clock
    }

    // The directory's lock goes with the last turn, not before.
    deinit { lane.finish() }

    /// What waits and what has become of the rest.
    package var statistics: SpoolStatistics {
        keeper.shared.withLock { shared in
            var statistics = shared.statistics
            statistics.droppedStorage += shared.turnedAway
            statistics.held += shared.inbox.uses.count
            return statistics
        }
    }

    /// Lets rows go to another database from the next batch on.
    package func replace(log: any LoginLog) { keeper.shared.withLock { $0.log = log } }

    /// Takes a use down: one change of threads and one append, which it may share, and with `fsync` a shared `fdatasync`.
    ///
    /// Returns after ``SpoolConfiguration/patience`` at the latest, and at once while the disk hangs; then the use is in
    /// memory only until the disk goes on.
    package func record(_ row: LoginLogRow) async -> LoginTicket {
        let now = now()
        let number: UInt64? = keeper.shared.withLock { shared in
            if row.refusal == nil { shared.lastUses.note(row.passwordID, row.time) }
            guard shared.inbox.uses.count < keeper.configuration.maxHeld else {
                shared.turnedAway += 1
                return nil
            }
            shared.nextNumber += 1
            shared.inbox.uses.append((row, shared.nextNumber, now))
            return shared.nextNumber
        }
        guard let number else {
            keeper.complain(.tooManyHeld)
            return LoginTicket(number: 0)
        }
        if await !turn() { keeper.complain(.stalled) }
        return LoginTicket(number: number)
    }

    /// When a password was last used: also of uses that wait since before the start, as soon as their files have been looked
    /// at. Of the last 131,072 passwords that were used at least.
    package func lastUse(of passwordID: Int64) -> Timestamp? { keeper.shared.withLock { $0.lastUses[passwordID] } }

    /// Adds facts to a use that has not been written yet, some milliseconds later, together with others; nil leaves what the
    /// row had. Only the first call counts.
    package func complete(_ ticket: LoginTicket, name: String?, location: String?, isp: String?) {
        guard ticket.number > 0 else { return }
        let facts = Facts(name: name, location: location, isp: isp)
        keeper.shared.withLock { $0.inbox.completions.append((ticket.number, facts)) }
        lane.askSoon()
    }

    /// Waits until what was asked for before is done.
    ///
    /// - Returns: false if that takes longer than ``SpoolConfiguration/patience``.
    @discardableResult
    package func turn() async -> Bool { await lane.take() }
}

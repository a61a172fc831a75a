internal import Locks
internal import AppPasswordCore
internal import AuditCore
internal import DequeModule

/// The spool without its clock, its thread and its database: an index over files, and the rules by which uses move on.
///
/// A use is a *draft*, in memory only, until it stands in a file: by the end of the turn in which it comes, or later if the
/// disk does not take it. It is *open* until the coalescer has chosen it and its facts are complete. Then it is *ready* and
/// leaves in the order of readiness; of those that cannot leave soon, because the database is away or an earlier process
/// left many, the index knows only how many stand in which file (they are *unloaded*): they are found again by reading the
/// file. A use that a later one replaces is forgotten. The index knows places, the rows are in the files.
struct Spool: Sendable {
    struct OpenUse: Sendable {
        var waiting: WaitingUse
        var isChosen: Bool
        var isComplete: Bool
    }

    let disk: any SpoolDisk
    let configuration: SpoolConfiguration
    var coalescer: LoginCoalescer
    /// In the order in which they were begun; only the last is appended to, only the first is removed.
    var segments: [Segment] = []
    /// How many of the first have not been surveyed since the start: what they hold is not known yet.
    var unsurveyed = 0
    var open: [UInt64: OpenUse] = [:]
    var ready = Deque<WaitingUse>()
    /// Uses that stand in no file yet, by number and in their order.
    var drafts: [UInt64: SpoolRecord.Use] = [:]
    var unwritten: [UInt64] = []
    /// Those of them whose record may stand in a file that could not be cut off after a write that failed.
    var strayed: Set<UInt64> = []
    /// Facts of uses in the files that stand in none themselves; some are to be appended next.
    var facts: [UInt64: Facts] = [:]
    var unwrittenFacts: [UInt64] = []
    /// Done with, but the mark is in no file yet; and where the log ended before any of them was handed over.
    var unmarked: [UInt64] = []
    var unmarkedSince = Int64.max
    /// Uses in the files that are written or replaced.
    var gone = NumberSet()
    /// Uses that may be in the database, and where it ended before; and files whose uses all may be there.
    var doubtful: [UInt64: Int64] = [:]
    var doubtfulThrough: UInt32 = 0
    /// Each attempt to begin a file takes a new one: a half-made file that cannot be removed must not share it.
    var nextSequence: UInt32 = 1
    var statistics = SpoolStatistics()
    /// On its way to the database, or being copied to the end.
    var underWay: Batch?
    /// Uses of which the index knows only how many there are.
    var unloaded = 0
    /// Bytes of the records of all uses that wait.
    var liveBytes = 0
    /// Room that is used again for each write.
    var buffer: [UInt8] = []
    var chunk = Chunk()
    /// Uses that were moved, in the files that have been surveyed so far.
    var movedLater = NumberSet()
    /// Whether the disk may be asked to take copies.
    var mayCompact = true

    /// How many may go at once; less after the database refused a batch.
    var batchLimit = Int.max
    /// How often the database failed in a row.
    var failures = 0
    /// Until when the facts of open uses are waited for, counted from these times.
    private var factsAwaited = Deque<(number: UInt64, since: Timestamp)>()

    init(disk: any SpoolDisk, configuration: SpoolConfiguration) {
        self.disk = disk
        self.configuration = configuration
        coalescer = LoginCoalescer(bucket: configuration.bucket, quiet: configuration.quiet)
    }

    var waiting: Int { open.count + ready.count + unloaded + (underWay?.uses.count ?? 0) }

    /// Whether older uses wait in the files than those that become ready now.
    var hasBacklog: Bool { unsurveyed > 0 || unloaded > 0 }

    /// When there is something to do, at the earliest; nil if nothing is pending.
    var nextDue: Timestamp? {
        if !ready.isEmpty || hasBacklog || unwritten.contains(where: isReady) { return Timestamp(milliseconds: .min) }
        guard let oldest = factsAwaited.first else { return coalescer.nextDue }
        let facts = oldest.since.advanced(by: configuration.factsTimeout)
        return coalescer.nextDue.map { min($0, facts) } ?? facts
    }

    // MARK: Uses come in

    /// Takes a use into memory; ``flush()`` brings it into a file.
    ///
    /// - Returns: Why it was lost, if it was.
    mutating func record(_ row: LoginLogRow, number: UInt64, now: Timestamp) -> Complaint? {
        let row = row.spooled
        let plan = coalescer.plan(for: row)
        var use = SpoolRecord.Use(
            number: number, row: row, bucketStart: plan.bucketStart, isFollower: false, replaces: 0)
        switch plan.decision {
        case .covered:
            statistics.recorded += 1
            statistics.coalesced += 1
            return nil
        case .follower(let replaced):
            use.isFollower = true
            use.replaces = replaced ?? 0
        case .first:
            break
        }
        guard statistics.bytes < configuration.maxBytes else {
            statistics.droppedFull += 1
            return .full
        }
        guard drafts.count < configuration.maxHeld else {
            statistics.droppedStorage += 1
            return .tooManyHeld
        }
        statistics.recorded += 1
        if let replaced = open.removeValue(forKey: use.replaces) {
            statistics.coalesced += 1
            if let draft = drafts.removeValue(forKey: use.replaces) {
                if strayed.remove(draft.number) != nil { unmarked.append(draft.number) }
                use.replaces = draft.replaces
            } else {
                release(replaced.waiting)
            }
        }
        drafts[number] = use
        unwritten.append(number)
        open[number] = OpenUse(
            waiting: WaitingUse(number: number), isChosen: !use.isFollower, isComplete: false)
        factsAwaited.append((number, now))
        for number in coalescer.apply(plan, number: number) { choose(number) }
        return nil
    }

    /// Joins late facts to a use that is still open.
    mutating func complete(_ number: UInt64, _ late: Facts) {
        guard var use = open[number], !use.isComplete, facts[number] == nil else { return }
        if !late.isEmpty {
            if drafts[number] != nil {
                drafts[number]?.row.join(late)
            } else if facts.count < configuration.maxHeld {
                // It is complete once they are in the file.
                facts[number] = late
                unwrittenFacts.append(number)
                return
            }
        }
        use.isComplete = true
        update(use)
    }

    /// Takes every open use for chosen and complete: what is pending is written without waiting.
    mutating func releaseAll() {
        for number in coalescer.closeAll() { choose(number) }
        for number in open.keys.sorted() {
            if var use = open[number] {
                (use.isChosen, use.isComplete) = (true, true)
                update(use)
            }
        }
    }

    /// Moves on what has become due.
    mutating func advance(to now: Timestamp) {
        for number in coalescer.due(at: now) { choose(number) }
        while let awaited = factsAwaited.first {
            let isOver = now >= awaited.since.advanced(by: configuration.factsTimeout) || now < awaited.since
            guard isOver || open[awaited.number].map(\.isComplete) ?? true else { break }
            factsAwaited.removeFirst()
            if var use = open[awaited.number], !use.isComplete {
                use.isComplete = true
                update(use)
            }
        }
    }

    mutating func choose(_ number: UInt64) {
        guard var use = open[number] else { return }
        use.isChosen = true
        update(use)
    }

    /// Whether a use that is a draft could go to the database.
    func isReady(_ number: UInt64) -> Bool { open[number].map { $0.isChosen && $0.isComplete } ?? false }

    /// Notes what has become of an open use; if it is ready and in a file, it is open no more.
    mutating func update(_ use: OpenUse) {
        let isPast = use.isChosen && use.isComplete && use.waiting.isInFile
        open[use.waiting.number] = isPast ? nil : use
        if isPast { admit(use.waiting) }
    }

    /// Queues a ready use: in the index, or behind those in the files that are older.
    mutating func admit(_ use: WaitingUse) {
        guard hasBacklog || ready.count >= configuration.maxReady else { return ready.append(use) }
        // Its facts are found again if they stand in a file.
        if let index = index(of: use.use.segment) {
            segments[index].unloaded += 1
            unloaded += 1
        }
    }

    // MARK: What stands where

    /// Counts a use that stands in a file now.
    mutating func enter(_ use: SpoolRecord.Use, at place: Place) {
        guard let index = index(of: place.segment) else { return }
        segments[index].live += 1
        segments[index].latestBucketStart = max(segments[index].latestBucketStart, use.bucketStart)
        segments[index].lowestNumber = min(segments[index].lowestNumber, use.number)
        if !use.isMoved { segments[index].uses.add(use.number) }
        liveBytes += Int(place.size)
    }

    /// Counts a use out: it is written, replaced or lost.
    mutating func release(_ use: WaitingUse) {
        gone.insert(use.number)
        facts[use.number] = nil
        doubtful[use.number] = nil
        leave(use)
    }

    /// Counts a use out of its file.
    mutating func leave(_ use: WaitingUse) {
        liveBytes -= Int(use.use.size) + Int(use.facts.size)
        if let index = index(of: use.use.segment) { segments[index].live -= 1 }
    }

    /// Where a file stands among all.
    func index(of sequence: UInt32) -> Int? {
        var (low, high) = (0, segments.count)
        while low < high {
            let middle = (low + high) / 2
            if segments[middle].name.sequence < sequence { low = middle + 1 } else { high = middle }
        }
        return low < segments.count && segments[low].name.sequence == sequence ? low : nil
    }

    @discardableResult
    mutating func note(_ error: SpoolError) -> SpoolError {
        statistics.storageTrouble = error.description
        return error
    }
}

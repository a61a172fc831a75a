internal import AppPasswordCore
internal import AuditCore

/// The spool without its clock, its lock and its database: an index over files, and the rules by which uses move on.
///
/// A use is *open* until the coalescer has chosen it and its facts are complete; then it is *ready* and leaves in the
/// order of readiness; a use that a later one replaces is forgotten. The index knows places, the rows are in the files.
struct Spool: Sendable {
    enum Taken: Sendable {
        /// It stands in this file.
        case recorded(number: UInt64, file: any SpoolFile)
        /// A row that is there already stands for it.
        case covered
        case full
        case failed(SpoolError)
    }

    struct OpenUse: Sendable {
        var waiting: WaitingUse
        var isChosen: Bool
        var isComplete: Bool
    }

    let disk: any SpoolDisk
    var configuration: SpoolConfiguration
    var coalescer: LoginCoalescer
    /// In the order in which they were begun; only the last is appended to, only the first is removed.
    var segments: [Segment] = []
    var open: [UInt64: OpenUse] = [:]
    var ready = Fifo<WaitingUse>()
    var nextNumber: UInt64 = 1
    /// Each attempt to begin a file takes a new one: a half-made file that cannot be removed must not share it.
    var nextSequence: UInt32 = 1
    var statistics = SpoolStatistics()

    /// Until when the facts of open uses are waited for, counted from these times.
    private var factsAwaited = Fifo<(number: UInt64, since: Timestamp)>()
    /// How many of the first ready uses are on their way to the database.
    private var inFlight = 0
    /// How many may go at once; less after the database refused a batch.
    private var batchLimit = Int.max
    /// Written, but the mark could not be.
    private var unmarked: [UInt64] = []
    /// Bytes of the records of all uses that wait.
    private var liveBytes = 0
    private var buffer: [UInt8] = []

    init(disk: any SpoolDisk, configuration: SpoolConfiguration) {
        self.disk = disk
        self.configuration = configuration
        coalescer = LoginCoalescer(bucket: configuration.bucket, quiet: configuration.quiet)
    }

    var waiting: Int { open.count + ready.count }

    /// When there is something to do, at the earliest; nil if nothing is pending.
    var nextDue: Timestamp? {
        if ready.count > inFlight { return Timestamp(milliseconds: .min) }
        let facts = factsAwaited.first.map { $0.since.advanced(by: configuration.factsTimeout) }
        return [coalescer.nextDue, facts].compactMap(\.self).min()
    }

    // MARK: Uses come in

    mutating func record(_ row: LoginLogRow, now: Timestamp) -> Taken {
        let row = row.spooled
        let plan = coalescer.plan(for: row)
        var use = SpoolRecord.Use(
            number: nextNumber, row: row, bucketStart: plan.bucketStart, isFollower: false, replaces: 0)
        switch plan.decision {
        case .covered:
            statistics.recorded += 1
            statistics.coalesced += 1
            return .covered
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
        let place: Place
        do {
            place = try append(.use(use))
        } catch {
            statistics.droppedStorage += 1
            return .failed(error)
        }
        nextNumber += 1
        statistics.recorded += 1
        enter(use, at: place)
        open[use.number] = OpenUse(
            waiting: WaitingUse(number: use.number, use: place), isChosen: !use.isFollower, isComplete: false)
        factsAwaited.append((use.number, now))
        for number in coalescer.apply(plan, number: use.number) { choose(number) }
        if let replaced = open.removeValue(forKey: use.replaces) {
            release(replaced.waiting)
            statistics.coalesced += 1
        }
        return .recorded(number: use.number, file: segments[segments.count - 1].file)
    }

    /// Joins late facts to a use that is still open; they are lost if they cannot be written, the use is not.
    mutating func complete(_ number: UInt64, name: String?, location: String?, isp: String?) -> SpoolError? {
        guard var use = open[number], !use.isComplete else { return nil }
        var trouble: SpoolError?
        if name != nil || location != nil || isp != nil {
            do {
                let place = try append(.facts(number: number, name: name, location: location, isp: isp))
                join(factsAt: place, to: &use.waiting)
            } catch {
                trouble = error
            }
        }
        use.isComplete = true
        update(use)
        return trouble
    }

    // MARK: Rows go out

    /// Moves what has become due, and starts a batch unless one is under way or nothing is ready.
    mutating func takeBatch(now: Timestamp) -> Batch? {
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
        guard inFlight == 0, !ready.isEmpty else { return nil }
        let uses = Array(ready.prefix(max(1, min(configuration.batchSize, batchLimit))))
        inFlight = uses.count
        return Batch(uses: uses, segments: segmentsByNumber(of: uses))
    }

    /// Ends a batch that is in the database (or, some of it, lost), and marks it so.
    mutating func finish(_ batch: Batch, unreadable: Int, now: Timestamp) -> SpoolError? {
        ready.removeFirst(inFlight)
        inFlight = 0
        batchLimit = batchLimit > configuration.batchSize ? .max : batchLimit * 2
        statistics.written += UInt64(batch.uses.count - unreadable)
        statistics.unreadable += UInt64(unreadable)
        statistics.databaseTrouble = nil
        for use in batch.uses { release(use) }
        unmarked += batch.uses.map(\.number)
        var trouble: SpoolError?
        do {
            while !unmarked.isEmpty {
                let some = Array(unmarked.prefix(SpoolRecord.maxPayload / 16))
                _ = try append(.written(some))
                unmarked.removeFirst(some.count)
            }
        } catch {
            trouble = error
        }
        return removeWritten(now: now) ?? trouble
    }

    /// Ends a batch that failed: its rows are in doubt and go again. Of a refused batch only half goes next, and a row
    /// that is refused alone moves to the end, so that no row stops the others for ever.
    ///
    /// - Returns: Whether it is worth trying again at once, with fewer rows.
    mutating func fail(_ batch: Batch, rows: [LoginLogRow], error: BackendError) -> Bool {
        statistics.databaseFailures += 1
        statistics.databaseTrouble = error.description
        ready.changeFirst(inFlight) { $0.isInDoubt = true }
        defer { inFlight = 0 }
        guard error.code == .refused else { return false }
        batchLimit = max(1, batch.uses.count / 2)
        guard batch.uses.count == 1 else { return true }
        guard ready.count > 1, let row = rows.first, let use = ready.first, let moved = move(use, row) else {
            return false
        }
        ready.removeFirst()
        ready.append(moved)
        return false
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

    /// Copies what still waits in the oldest file to the end and removes the file, if the spool is half full and most of
    /// that is waste, so that a client that never pauses does not fill the spool while the database is away.
    ///
    /// - Returns: Whether it did.
    /// - Complexity: O(n) in the rows that wait, and one file read and written at most.
    mutating func compact(now: Timestamp) -> Bool {
        guard statistics.bytes > configuration.maxBytes / 2, liveBytes < statistics.bytes / 2, inFlight == 0,
            segments.count > 1, let oldest = segments.first, oldest.live > 0,
            now >= oldest.latestBucketStart.advanced(by: configuration.bucket)
        else { return false }
        var uses: [WaitingUse] = []
        ready.changeFirst(ready.count) { if $0.use.segment == oldest.name.sequence { uses.append($0) } }
        var moved: [UInt64: WaitingUse] = [:]
        for (use, row) in zip(uses, Batch(uses: uses, segments: segmentsByNumber(of: uses)).rows()) {
            if let row, let copy = move(use, row) { moved[use.number] = copy }
        }
        ready.changeFirst(ready.count) { $0 = moved[$0.number] ?? $0 }
        _ = removeWritten(now: now)
        return segments.first?.name != oldest.name
    }

    // MARK: Helpers

    /// Enters a ready use once more, at the end and with its facts joined; nil if that could not be written.
    private mutating func move(_ use: WaitingUse, _ row: LoginLogRow) -> WaitingUse? {
        let record = SpoolRecord.Use(
            number: use.number, row: row, bucketStart: row.time, isFollower: false, replaces: 0, isMoved: true)
        guard let place = try? append(.use(record)) else { return nil }
        release(use)
        enter(record, at: place)
        var moved = use
        moved.use = place
        moved.facts = .nowhere
        return moved
    }

    private func segmentsByNumber(of uses: [WaitingUse]) -> [UInt32: Segment] {
        let wanted = Set(uses.flatMap { [$0.use.segment, $0.facts.segment] })
        var found: [UInt32: Segment] = [:]
        for segment in segments where wanted.contains(segment.name.sequence) { found[segment.name.sequence] = segment }
        return found
    }

    mutating func choose(_ number: UInt64) {
        guard var use = open[number] else { return }
        use.isChosen = true
        update(use)
    }

    private mutating func update(_ use: OpenUse) {
        if use.isChosen && use.isComplete {
            open[use.waiting.number] = nil
            ready.append(use.waiting)
        } else {
            open[use.waiting.number] = use
        }
    }

    /// Counts a use that was appended to the last segment.
    mutating func enter(_ use: SpoolRecord.Use, at place: Place) {
        let last = segments.count - 1
        segments[last].live += 1
        segments[last].latestBucketStart = max(segments[last].latestBucketStart, use.bucketStart)
        liveBytes += Int(place.size)
    }

    /// Counts a use out of its segment.
    mutating func release(_ use: WaitingUse) {
        guard let index = segments.firstIndex(where: { $0.name.sequence == use.use.segment }) else { return }
        segments[index].live -= 1
        liveBytes -= Int(use.use.size) + Int(use.facts.size)
    }

    /// Joins facts in the files to a use that waits.
    mutating func join(factsAt place: Place, to use: inout WaitingUse) {
        liveBytes += Int(place.size) - Int(use.facts.size)
        use.facts = place
    }

    /// Removes the oldest files as long as all uses in them are written and their buckets are over. In this order only:
    /// marks and facts of a use are never in an older file than the use.
    mutating func removeWritten(now: Timestamp) -> SpoolError? {
        while segments.count > 1, let oldest = segments.first, oldest.live == 0 {
            let start = oldest.latestBucketStart
            guard now >= start.advanced(by: configuration.bucket) || now < start else { return nil }
            do {
                try disk.remove(oldest.name.text)
            } catch {
                return note(error)
            }
            statistics.bytes -= oldest.size
            segments.removeFirst()
            statistics.segments = segments.count
        }
        return nil
    }

    /// Gives up a file that can no longer be found, so that what follows goes into one that can.
    mutating func sealIfUnlinked() -> Bool {
        guard let last = segments.last, !last.isSealed, !last.file.isLinked else { return false }
        segments[segments.count - 1].isSealed = true
        return true
    }

    private mutating func append(_ record: SpoolRecord) throws(SpoolError) -> Place {
        do throws(SpoolError) {
            if segments.last.map({ $0.isSealed || $0.size >= configuration.segmentBytes }) ?? true {
                try beginSegment()
            }
            let last = segments.count - 1
            segments[last].format.frame(record, into: &buffer)
            let offset = segments[last].size
            do throws(SpoolError) {
                try segments[last].file.append(buffer)
            } catch {
                // What was written in part must not stand before the next record.
                let isCut: Void? = try? segments[last].file.truncate(to: offset)
                segments[last].isSealed = isCut == nil
                throw error
            }
            segments[last].size += buffer.count
            statistics.bytes += buffer.count
            statistics.storageTrouble = nil
            return Place(
                segment: segments[last].name.sequence, offset: UInt32(offset), size: UInt32(buffer.count))
        } catch {
            throw note(error)
        }
    }

    private mutating func beginSegment() throws(SpoolError) {
        var random = SystemRandomNumberGenerator()
        let name = SegmentName(sequence: nextSequence, salt: random.next())
        nextSequence += 1
        let file = try disk.create(name.text)
        do {
            try file.append(SegmentFormat.magic)
        } catch {
            try? disk.remove(name.text)
            throw error
        }
        let size = SegmentFormat.magic.count
        segments.append(Segment(name: name, format: SegmentFormat(salt: name.salt), file: file, size: size))
        statistics.bytes += size
        statistics.segments = segments.count
    }

    @discardableResult
    mutating func note(_ error: SpoolError) -> SpoolError {
        statistics.storageTrouble = error.description
        return error
    }
}

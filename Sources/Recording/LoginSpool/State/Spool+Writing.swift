internal import Locks
internal import AppPasswordCore
internal import AuditCore
internal import DequeModule

/// What the writer is to do next, and what comes of it.
extension Spool {
    enum Work: Sendable {
        /// To find out what the only file of the reader holds.
        case survey(SegmentReader)
        /// To find the uses of the reader's first file again; so many should be there.
        case load(SegmentReader, expected: Int)
        /// To ask the log where it ends.
        case position
        /// To hand these to the database, or to copy them to the end.
        case batch(Batch)
        /// Nothing before this time.
        case nothing(until: Timestamp?)
        /// The disk does not let us write down what we are about to do.
        case withheld
    }

    enum Outcome: Sendable {
        case surveyed(Result<SegmentSurvey, SpoolError>)
        case loaded(UInt32, [WaitingUse], expected: Int)
        /// The batch is in the database, but for rows that could not be read.
        case written(unreadable: Int)
        case failed([LoginLogRow?], BackendError)
        /// The database could not be asked where the log ends.
        case unreachable(BackendError)
        case compacted([LoginLogRow?])
    }

    /// What is to be done now; of a batch it is first written down that it goes.
    ///
    /// - Parameters:
    ///   - position: Where the log ends, if it was asked.
    ///   - isFirst: Whether the writer begins: what the disk refused is tried again.
    mutating func nextWork(now: Timestamp, position: Int64?, isFirst: Bool) -> Work {
        if let underWay { return .batch(underWay) }
        if isFirst { mayCompact = true }
        advance(to: now)
        if unsurveyed > 0, !unwritten.contains(where: isReady) {
            return .survey(SegmentReader(disk: disk, segments: [segments[unsurveyed - 1]]))
        }
        if let work = nextCompaction(now: now) { return work }
        let limit = max(1, min(configuration.batchSize, batchLimit))
        if !unwritten.contains(where: isReady), ready.count < limit, let work = nextLoad() { return work }
        if let batch = nextDrafts() {
            underWay = batch
            return .batch(batch)
        }
        guard unsurveyed == 0, let first = ready.first else { return .nothing(until: nextDue) }
        guard let position else { return .position }
        let isInDoubt = doubt(of: first) != nil
        let uses = ready.prefix(limit).prefix { (doubt(of: $0) != nil) == isInDoubt }
        guard leaveNote(handing: uses.map(\.number), position: position) else { return .withheld }
        let batch = batch(of: Array(uses), position: position)
        ready.removeFirst(batch.uses.count)
        underWay = batch
        return .batch(batch)
    }

    /// Takes in what has come of the work.
    ///
    /// - Returns: Whether it is worth trying again at once, with fewer rows.
    mutating func apply(_ outcome: Outcome, now: Timestamp, report: inout ReplayReport) -> Bool {
        var triesAgain = false
        switch outcome {
        case .surveyed(let result):
            apply(result, to: unsurveyed - 1, report: &report)
            if unsurveyed == 0 { report.isOver = true }
        case .loaded(let sequence, let uses, let expected):
            load(uses, from: sequence, expected: expected)
        case .unreachable(let error):
            noteFailure(error)
        case .written(let unreadable):
            finish(unreadable: unreadable)
        case .failed(let rows, let error):
            triesAgain = fail(rows, error)
        case .compacted(let rows):
            finishCompaction(rows)
        }
        // Also while the database is away: what was replaced or moved needs its file no more.
        if let error = removeWritten(now: now) { note(error) }
        return triesAgain
    }

    /// Whether a use may be in the database, and where that ended before.
    func doubt(of use: WaitingUse) -> Int64? {
        if use.isInFile, use.use.segment <= doubtfulThrough { return .min }
        return doubtful[use.number]
    }

    // MARK: Batches

    private func batch(of uses: [WaitingUse], position: Int64) -> Batch {
        let wanted = Set(uses.flatMap { [$0.use.segment, $0.facts.segment] })
        let reader = SegmentReader(disk: disk, segments: segments.filter { wanted.contains($0.name.sequence) })
        var batch = Batch(uses: uses, handedOverAt: position, reader: reader)
        for (index, use) in uses.enumerated() {
            batch.uses[index].doubt = doubt(of: use)
            if let draft = drafts[use.number] { batch.drafts[use.number] = draft.row }
            if let late = facts[use.number] { batch.facts[use.number] = late }
        }
        return batch
    }

    /// Uses that are in memory only because the disk does not take them go first: nothing else keeps them.
    private mutating func nextDrafts() -> Batch? {
        guard unwritten.contains(where: isReady) else { return nil }
        let uses = unwritten.filter { isReady($0) && drafts[$0] != nil }.compactMap { open[$0]?.waiting }
        guard let first = uses.first else { return nil }
        let isInDoubt = doubtful[first.number] != nil
        let some = uses.prefix(max(1, min(configuration.batchSize, batchLimit)))
            .prefix { (doubtful[$0.number] != nil) == isInDoubt }
        return batch(of: Array(some), position: .min)
    }

    /// Writes down which uses may be in the database from now on and have no mark that says so.
    func leaveNote(handing numbers: [UInt64], position: Int64) -> Bool {
        let others = doubtful.keys.filter { drafts[$0] == nil } + unmarked
        let handover = Handover(
            sequence: segments.last?.name.sequence ?? 0, size: Int64(segments.last?.size ?? 0),
            doubtfulThrough: doubtfulThrough, position: doubtful.values.reduce(min(position, unmarkedSince), min),
            numbers: Array(Set(numbers).union(others)))
        return (try? disk.leave(note: handover.bytes)) != nil
    }

    private mutating func finish(unreadable: Int) {
        guard let batch = underWay else { return }
        underWay = nil
        failures = 0
        batchLimit = batchLimit > configuration.batchSize ? .max : batchLimit * 2
        statistics.written += UInt64(batch.uses.count - unreadable)
        statistics.unreadable += UInt64(unreadable)
        statistics.databaseTrouble = nil
        for use in batch.uses {
            if let draft = drafts.removeValue(forKey: use.number) {
                open[use.number] = nil
                doubtful[use.number] = nil
                // The use that it replaced stands in a file, where nothing says so.
                if draft.replaces > 0 { unmarked.append(draft.replaces) }
                if strayed.remove(use.number) != nil { unmarked.append(use.number) }
            } else {
                release(use)
                unmarked.append(use.number)
                unmarkedSince = min(unmarkedSince, use.doubt ?? batch.handedOverAt)
            }
        }
    }

    private mutating func noteFailure(_ error: BackendError) {
        statistics.databaseFailures += 1
        statistics.databaseTrouble = error.description
    }

    /// Ends a batch that failed. Unless the database said no, its rows are in doubt now. Fewer go next, so that a row that
    /// cannot be written is found; and that one moves to the end, so that it does not stop the others for ever.
    private mutating func fail(_ rows: [LoginLogRow?], _ error: BackendError) -> Bool {
        guard let batch = underWay else { return false }
        underWay = nil
        noteFailure(error)
        failures += 1
        let isRefused = error.code == .refused
        if !isRefused && error.code != .overloaded {
            for use in batch.uses {
                doubtful[use.number] = min(doubtful[use.number] ?? .max, use.doubt ?? batch.handedOverAt)
                drafts[use.number]?.isInDoubt = true
            }
        }
        ready.prepend(contentsOf: batch.uses.filter(\.isInFile))
        // A server that is gone says nothing about the rows, unless it goes each time.
        let halves = isRefused || error.code == .timedOut || (error.code == .unreachable && failures > 1)
        if halves { batchLimit = max(1, batch.uses.count / 2) }
        guard batch.uses.count == 1, let use = batch.uses.first else { return isRefused }
        guard isRefused || failures >= Self.triesOfOne else { return false }
        failures = 0
        if !use.isInFile {
            unwritten.removeAll { $0 == use.number }
            unwritten.append(use.number)
        } else if ready.count > 1 || hasBacklog, let row = rows.first ?? nil, let moved = move([(use, row)]) {
            ready.removeFirst()
            for use in moved { admit(use) }
        }
        return false
    }

    /// So often a single row is tried that the database does not answer to, before others get their turn.
    private static let triesOfOne = 3

    // MARK: Moving to the end

    /// Enters uses once more, at the end and with their facts joined.
    ///
    /// - Returns: Them, where they stand now; nil if that could not be written.
    private mutating func move(_ uses: [(use: WaitingUse, row: LoginLogRow)]) -> [WaitingUse]? {
        let records = uses.map { use, row in
            SpoolRecord.Use(
                number: use.number, row: row, bucketStart: row.time, isFollower: false, replaces: 0, isMoved: true,
                isInDoubt: doubt(of: use) != nil)
        }
        var chunk = Chunk(records: records.map(SpoolRecord.use))
        let isWritten: Void? = try? append(&chunk)
        guard isWritten != nil else { return nil }
        return zip(uses, zip(records, chunk.places)).map { old, new in
            let (use, (record, place)) = (old.use, new)
            if let index = index(of: use.use.segment), use.use.segment != place.segment {
                segments[index].superseded.insert(use.number)
            }
            doubtful[use.number] = doubt(of: use)
            facts[use.number] = nil
            leave(use)
            enter(record, at: place)
            return WaitingUse(number: use.number, use: place)
        }
    }

    /// What still waits in the oldest file goes to the end, if the spool is half full and most of that is waste, so that a
    /// client that never pauses does not fill the spool while the database is away.
    private mutating func nextCompaction(now: Timestamp) -> Work? {
        guard mayCompact, statistics.bytes > configuration.maxBytes / 2, liveBytes < statistics.bytes / 2,
            unsurveyed == 0,
            segments.count > 1, let oldest = segments.first, oldest.live > 0,
            now >= oldest.latestBucketStart.advanced(by: configuration.bucket)
        else { return nil }
        if oldest.unloaded > 0 { return nextLoad() }
        let uses = ready.filter { $0.use.segment == oldest.name.sequence }.prefix(configuration.batchSize)
        guard !uses.isEmpty else { return nil }
        var batch = batch(of: Array(uses), position: .min)
        batch.isCompaction = true
        let taken = Set(uses.map(\.number))
        ready.removeAll { taken.contains($0.number) }
        underWay = batch
        return .batch(batch)
    }

    private mutating func finishCompaction(_ rows: [LoginLogRow?]) {
        guard let batch = underWay else { return }
        underWay = nil
        var moving: [(WaitingUse, LoginLogRow)] = []
        for (use, row) in zip(batch.uses, rows) {
            if let row {
                moving.append((use, row))
            } else {
                statistics.unreadable += 1
                release(use)
                unmarked.append(use.number)
            }
        }
        if let moved = move(moving) {
            for use in moved { admit(use) }
        } else {
            ready.prepend(contentsOf: moving.map(\.0))
            mayCompact = false
        }
    }
}

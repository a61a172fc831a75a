internal import Locks
internal import AppPasswordCore
internal import AuditCore
internal import DequeModule

/// What was found in the files of earlier processes.
struct ReplayReport: Sendable {
    /// Files with damaged stretches inside, and how many stretches.
    var damaged: [(name: String, stretches: Int)] = []
    /// Files whose end was torn and has been cut off, and how many bytes were.
    var torn: [(name: String, bytes: Int)] = []
    /// Files that cannot be read and were set aside.
    var setAside: [SpoolError] = []
    /// Whether all files have been looked at now.
    var isOver = false
    /// When passwords were last used, as far as these files have it.
    var lastUses: [Int64: Timestamp] = [:]
}

/// Files whose uses the index does not know: of earlier processes, or of a database that is away for long.
extension Spool {
    /// Bytes of the youngest files that are looked at before the first login, for what is being coalesced just now. What
    /// is older may cost a row more than need be, never one less.
    private static let bytesBeforeStart = 8 << 20

    /// Lists the files, and looks at the youngest: buckets that are open go on. The others are surveyed by the writer, from
    /// the youngest to the oldest, so that of each use it is known whether something younger is done with it; then they
    /// are written, the oldest first.
    ///
    /// Nothing that waits will get more facts. In doubt is what the last process noted when it handed it over; all, if there
    /// is no note that fits the files, or if one of them is damaged.
    ///
    /// - Complexity: Some 50 ms, however much there is.
    /// - Throws: ``SpoolError`` if the files cannot be listed or opened.
    static func open(
        disk: any SpoolDisk, configuration: SpoolConfiguration, now: Timestamp
    ) throws(SpoolError) -> (Spool, ReplayReport) {
        var spool = Spool(disk: disk, configuration: configuration)
        var report = ReplayReport()
        for name in try disk.names().compactMap(SegmentName.init).sorted() {
            let size = try disk.open(name.text).size()
            spool.segments.append(Segment(name: name, file: nil, size: size))
            spool.statistics.bytes += size
            spool.nextSequence = max(spool.nextSequence, name.sequence &+ 1)
        }
        spool.statistics.segments = spool.segments.count
        spool.unsurveyed = spool.segments.count
        try spool.recallDoubt()
        spool.recallBuckets(now: now, report: &report)
        if spool.unsurveyed == 0 { report.isOver = true }
        for number in spool.coalescer.due(at: now) { spool.choose(number) }
        if let error = spool.removeWritten(now: now) { spool.note(error) }
        // From here on the note is this process's.
        _ = spool.leaveNote(handing: [], position: .max)
        return (spool, report)
    }

    private mutating func recallDoubt() throws(SpoolError) {
        guard let last = segments.last else { return }
        let note = Handover(try disk.note())
        let reaches = note.map { note in
            last.name.sequence > note.sequence
                || (last.name.sequence == note.sequence && Int64(last.size) >= note.size)
        }
        guard let note, reaches == true, note.boot == Handover.thisBoot else {
            doubtfulThrough = last.name.sequence
            return
        }
        doubtfulThrough = note.doubtfulThrough
        for number in note.numbers { doubtful[number] = note.position }
    }

    /// Surveys the youngest files and rebuilds the buckets that are open.
    private mutating func recallBuckets(now: Timestamp, report: inout ReplayReport) {
        let horizon = now.advanced(by: .zero - configuration.bucket)
        var recent: [(use: SpoolRecord.Use, place: Place)] = []
        var facts: [UInt64: Place] = [:]
        var bytes = 0
        while unsurveyed > 0, bytes == 0 || bytes + segments[unsurveyed - 1].size <= Self.bytesBeforeStart {
            let segment = segments[unsurveyed - 1]
            bytes += max(1, segment.size)
            let result = SegmentReader(disk: disk, segments: [segment]).survey(horizon: horizon)
            if case .success(let survey) = result {
                recent = survey.recent + recent
                facts.merge(survey.facts.map { ($0.number, $0.place) }) { younger, _ in younger }
            }
            apply(result, to: unsurveyed - 1, report: &report)
        }
        for (use, _) in recent {
            coalescer.restore(
                use.row, number: use.number, bucketStart: use.bucketStart, isFollower: use.isFollower)
        }
        coalescer.settle { !gone.contains($0) }
        let pending = Set(coalescer.pending)
        for (use, place) in recent where pending.contains(use.number) {
            guard let index = index(of: place.segment), open[use.number] == nil else { continue }
            // It may be replaced yet, so the index must know it.
            segments[index].unloaded -= 1
            unloaded -= 1
            let waiting = WaitingUse(number: use.number, use: place, facts: facts[use.number] ?? .nowhere)
            if use.isInDoubt { doubtful[use.number] = .min }
            open[use.number] = OpenUse(waiting: waiting, isChosen: false, isComplete: true)
        }
    }

    /// Takes in what a file holds, all younger ones being known.
    mutating func apply(
        _ result: Result<SegmentSurvey, SpoolError>, to index: Int, report: inout ReplayReport
    ) {
        unsurveyed -= 1
        let name = segments[index].name
        let survey: SegmentSurvey
        switch result {
        case .success(let found):
            survey = found
        case .failure(let error):
            // The medium is broken there; another try at the next start would only fail again.
            try? disk.rename(name.text, to: name.text + ".unreadable")
            statistics.bytes -= segments[index].size
            segments.remove(at: index)
            statistics.segments = segments.count
            doubtfulThrough = max(doubtfulThrough, name.sequence)
            report.setAside.append(error)
            return
        }
        if survey.damaged > 0 { report.damaged.append((name.text, survey.damaged)) }
        if survey.torn > 0 { report.torn.append((name.text, survey.torn)) }
        statistics.damaged += survey.damaged + (survey.torn > 0 ? 1 : 0)
        // What is lost may have been marks.
        if survey.damaged > 0 || survey.torn > 0 { doubtfulThrough = max(doubtfulThrough, name.sequence) }
        segments[index].size -= survey.torn
        statistics.bytes -= survey.torn
        segments[index].latestBucketStart = survey.latestBucketStart
        report.lastUses.merge(survey.lastUses) { max($0, $1) }

        for number in survey.written { gone.insert(number) }
        for use in survey.uses where use.replaces > 0 { gone.insert(use.replaces) }
        var seen = NumberSet()
        for use in survey.uses.reversed() {
            segments[index].lowestNumber = min(segments[index].lowestNumber, use.number)
            if !use.isMoved { segments[index].uses.add(use.number) }
            guard seen.insert(use.number), !gone.contains(use.number) else { continue }
            if movedLater.contains(use.number) {
                segments[index].superseded.insert(use.number)
            } else {
                segments[index].live += 1
                segments[index].unloaded += 1
                unloaded += 1
                statistics.recovered += 1
                liveBytes += Int(use.size)
            }
        }
        for use in survey.uses where use.isMoved { movedLater.insert(use.number) }
        for (number, place) in survey.facts {
            segments[index].facts.add(number)
            if !gone.contains(number) { liveBytes += Int(place.size) }
        }
        if unsurveyed == 0 {
            movedLater = NumberSet()
            doubtful = doubtful.filter { !gone.contains($0.key) }
        }
    }

    // MARK: -

    /// The oldest file with uses that the index does not know, and those that may have facts of them.
    func nextLoad() -> Work? {
        guard unsurveyed == 0, unloaded > 0, let index = segments.firstIndex(where: { $0.unloaded > 0 }) else {
            return nil
        }
        let segment = segments[index]
        let others = segments[(index + 1)...].filter { $0.facts.overlaps(segment.uses) }
        return .load(SegmentReader(disk: disk, segments: [segment] + others), expected: segment.unloaded)
    }

    /// Takes uses back into the index.
    mutating func load(_ uses: [WaitingUse], from sequence: UInt32, expected: Int) {
        guard let index = index(of: sequence) else { return }
        let known = Set(ready.lazy.filter { $0.use.segment == sequence }.map(\.number))
        let superseded = segments[index].superseded
        var count = 0
        for use in uses where !gone.contains(use.number) && !superseded.contains(use.number) {
            guard open[use.number] == nil, !known.contains(use.number) else { continue }
            if use.doubt != nil { doubtful[use.number] = .min }
            ready.append(use)
            count += 1
        }
        segments[index].unloaded -= count
        unloaded -= count
        // They were there and cannot be read any more.
        let lost = max(0, expected - count)
        statistics.unreadable += UInt64(lost)
        segments[index].unloaded -= lost
        segments[index].live -= lost
        unloaded -= lost
    }
}

internal import AppPasswordCore
internal import AuditCore

/// What was found in the files at the start.
struct ReplayReport {
    /// Rows that wait.
    var waiting = 0
    /// Files with damaged stretches inside, and how many stretches.
    var damaged: [(name: String, stretches: Int)] = []
    /// Files whose end was torn and has been cut off, and how many bytes were.
    var torn: [(name: String, bytes: Int)] = []
    /// Files that cannot be read and were set aside.
    var setAside: [SpoolError] = []
}

extension Spool {
    /// Reads all files, rebuilds the index and the open buckets, and goes on appending where the last process stopped.
    ///
    /// Nothing that waits will get more facts. Each row that waits is in doubt: the last process may have written it
    /// and died before it could say so.
    ///
    /// - Complexity: About 5 microseconds for each record: 0.2 s for 4 MB.
    /// - Throws: ``SpoolError`` if the files cannot be listed or opened.
    static func open(
        disk: any SpoolDisk, configuration: SpoolConfiguration, now: Timestamp
    ) throws(SpoolError) -> (Spool, ReplayReport) {
        var spool = Spool(disk: disk, configuration: configuration)
        var report = ReplayReport()
        var waiting: [UInt64: WaitingUse] = [:]
        for name in try disk.names().compactMap(SegmentName.init).sorted() {
            try spool.replay(name, into: &waiting, report: &report)
        }
        spool.coalescer.settle { waiting[$0] != nil }
        let pending = Set(spool.coalescer.pending)
        for (number, var use) in waiting.sorted(by: { $0.key < $1.key }) {
            use.isInDoubt = true
            if pending.contains(number) {
                spool.open[number] = OpenUse(waiting: use, isChosen: false, isComplete: true)
            } else {
                spool.ready.append(use)
            }
        }
        for number in spool.coalescer.due(at: now) { spool.choose(number) }
        report.waiting = waiting.count
        spool.statistics.recovered = waiting.count
        spool.statistics.damaged = report.damaged.reduce(0) { $0 + $1.stretches } + report.torn.count
        spool.statistics.segments = spool.segments.count
        _ = spool.removeWritten(now: now)
        return (spool, report)
    }

    private mutating func replay(
        _ name: SegmentName, into waiting: inout [UInt64: WaitingUse], report: inout ReplayReport
    ) throws(SpoolError) {
        nextSequence = max(nextSequence, name.sequence &+ 1)
        let file = try disk.open(name.text)
        let bytes: [UInt8]
        do {
            bytes = try file.read(at: 0, count: file.size())
        } catch {
            // The medium is broken there; another try at the next start would only fail again.
            try disk.rename(name.text, to: name.text + ".unreadable")
            report.setAside.append(error)
            return
        }
        let format = SegmentFormat(salt: name.salt)
        segments.append(Segment(name: name, format: format, file: file, size: bytes.count))
        var (damaged, end) = format.scan(bytes) { record, offset, size in
            let place = Place(segment: name.sequence, offset: UInt32(offset), size: UInt32(size))
            replay(record, at: place, into: &waiting)
        }
        if end < bytes.count {
            damaged -= 1
            report.torn.append((name.text, bytes.count - end))
            do {
                try file.truncate(to: end)
                segments[segments.count - 1].size = end
            } catch {
                segments[segments.count - 1].isSealed = true
            }
        }
        if end < SegmentFormat.magic.count || !bytes.starts(with: SegmentFormat.magic) {
            segments[segments.count - 1].isSealed = true
        }
        if damaged > 0 { report.damaged.append((name.text, damaged)) }
        statistics.bytes += segments[segments.count - 1].size
    }

    private mutating func replay(_ record: SpoolRecord, at place: Place, into waiting: inout [UInt64: WaitingUse]) {
        switch record {
        case .use(let use):
            nextNumber = max(nextNumber, use.number &+ 1)
            if let before = waiting.removeValue(forKey: use.number) { release(before) }
            if let replaced = waiting.removeValue(forKey: use.replaces) { release(replaced) }
            waiting[use.number] = WaitingUse(number: use.number, use: place)
            enter(use, at: place)
            guard !use.isMoved else { return }
            coalescer.restore(use.row, number: use.number, bucketStart: use.bucketStart, isFollower: use.isFollower)
        case .facts(let number, _, _, _):
            if var use = waiting[number] {
                join(factsAt: place, to: &use)
                waiting[number] = use
            }
        case .written(let numbers):
            for number in numbers {
                nextNumber = max(nextNumber, number &+ 1)
                if let written = waiting.removeValue(forKey: number) { release(written) }
            }
        }
    }
}

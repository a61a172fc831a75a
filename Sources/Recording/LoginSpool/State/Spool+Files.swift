internal import AppPasswordCore
internal import AuditCore

/// Bringing what is in memory into files, and removing files.
extension Spool {
    /// What one write takes: uses first, so that nothing stands before the use that it is about. And where each stands then.
    struct Chunk: Sendable {
        var records: [SpoolRecord] = []
        var uses = 0
        var marks = 0
        var places: [Place] = []

        /// Takes everything out, and keeps the room.
        mutating func empty() {
            records.removeAll(keepingCapacity: true)
            places.removeAll(keepingCapacity: true)
            (uses, marks) = (0, 0)
        }
    }

    /// Bytes of one `write(2)`, about.
    private static let chunkBytes = 1 << 16

    /// Appends all that stands in no file yet: uses, facts and marks, in as few writes as may be; with `fsync` waits until
    /// the uses are on the disk. What the disk does not take stays in memory.
    mutating func flush() -> SpoolError? {
        var touched: [any SpoolFile] = []
        var chunk = Chunk()
        swap(&chunk, &self.chunk)
        defer {
            chunk.empty()
            swap(&chunk, &self.chunk)
        }
        do throws(SpoolError) {
            while true {
                fill(&chunk)
                if chunk.records.isEmpty { break }
                try append(&chunk)
                if configuration.fsync, chunk.uses > 0, let file = segments.last?.file,
                    !touched.contains(where: { $0 === file })
                {
                    touched.append(file)
                }
                settle(chunk)
                unmarked.removeFirst(chunk.marks)
                if unmarked.isEmpty { unmarkedSince = .max }
            }
            for file in touched { try file.sync() }
            return nil
        } catch {
            // Facts that no file takes stay in memory as long as this process lives.
            for number in unwrittenFacts { complete(number) }
            unwrittenFacts = []
            return note(error)
        }
    }

    private mutating func complete(_ number: UInt64) {
        guard var use = open[number], !use.isComplete else { return }
        use.isComplete = true
        update(use)
    }

    /// Takes together what goes into the next write.
    private mutating func fill(_ chunk: inout Chunk) {
        chunk.empty()
        var bytes = isLastFull ? 0 : segments[segments.count - 1].size
        let end = min(bytes + Self.chunkBytes, max(configuration.segmentBytes, bytes + 1))
        unwritten.removeAll { drafts[$0] == nil }
        // Those on their way to the database would be looked for after a crash if they stood in a file.
        for number in unwritten where bytes < end && underWay?.drafts[number] == nil {
            guard var use = drafts[number] else { continue }
            // Then the record before is not a second use.
            use.isMoved = strayed.contains(number)
            chunk.records.append(.use(use))
            bytes += use.row.spooledSize
        }
        chunk.uses = chunk.records.count
        unwrittenFacts.removeAll { facts[$0] == nil }
        for number in unwrittenFacts where bytes < end {
            guard let late = facts[number] else { continue }
            chunk.records.append(.facts(number: number, name: late.name, location: late.location, isp: late.isp))
            bytes += 64
        }
        chunk.marks = bytes < end ? min(unmarked.count, SpoolRecord.maxPayload / 16) : 0
        if chunk.marks > 0 { chunk.records.append(.written(Array(unmarked.prefix(chunk.marks)))) }
    }

    /// Notes where what was appended stands.
    private mutating func settle(_ chunk: Chunk) {
        var written = 0
        for (record, place) in zip(chunk.records, chunk.places) {
            switch record {
            case .use(let use):
                drafts[use.number] = nil
                strayed.remove(use.number)
                enter(use, at: place)
                guard var entered = open[use.number] else { continue }
                entered.waiting.use = place
                update(entered)
            case .facts(let number, _, _, _):
                written += 1
                if let index = index(of: place.segment) { segments[index].facts.add(number) }
                guard var use = open[number], !use.isComplete else { continue }
                facts[number] = nil
                use.waiting.facts = place
                use.isComplete = true
                update(use)
                liveBytes += Int(place.size)
            case .written: break
            }
        }
        unwritten.removeAll { drafts[$0] == nil }
        unwrittenFacts.removeFirst(written)
    }

    /// Appends records with one write, in a new file if the last one is full.
    mutating func append(_ chunk: inout Chunk) throws(SpoolError) {
        if isLastFull { try beginSegment() }
        let last = segments.count - 1
        guard let file = segments[last].file else {
            throw SpoolError("write", path: segments[last].name.text, code: 0, reason: "the file is not open")
        }
        buffer.removeAll(keepingCapacity: true)
        let start = segments[last].size
        for record in chunk.records {
            let offset = start + buffer.count
            let size = segments[last].format.frame(record, into: &buffer)
            chunk.places.append(
                Place(segment: segments[last].name.sequence, offset: UInt32(offset), size: UInt32(size)))
        }
        do throws(SpoolError) {
            try file.append(buffer)
        } catch {
            // What was written in part must not stand before the next record.
            let isCut: Void? = try? file.truncate(to: start)
            if isCut == nil {
                segments[last].isSealed = true
                for case .use(let use) in chunk.records { strayed.insert(use.number) }
            }
            throw error
        }
        segments[last].size += buffer.count
        statistics.bytes += buffer.count
        statistics.storageTrouble = nil
    }

    /// Whether the next record goes into a new file; what an earlier process left is not added to.
    private var isLastFull: Bool {
        segments.last.map { $0.file == nil || $0.isSealed || $0.size >= configuration.segmentBytes } ?? true
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
        segments.append(Segment(name: name, file: file, size: SegmentFormat.magic.count))
        statistics.bytes += SegmentFormat.magic.count
        statistics.segments = segments.count
    }

    /// Removes the oldest files as long as all uses in them are written and their buckets are over. In this order only:
    /// marks and facts of a use are never in an older file than the use.
    mutating func removeWritten(now: Timestamp) -> SpoolError? {
        guard unsurveyed == 0 else { return nil }
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
            gone.forget(below: segments.map(\.lowestNumber).min() ?? 0)
        }
        return nil
    }

    /// Gives up a file that can no longer be found, so that what follows goes into one that can.
    mutating func sealIfUnlinked() -> Bool {
        guard let last = segments.last, let file = last.file, !last.isSealed, !file.isLinked else { return false }
        segments[segments.count - 1].isSealed = true
        return true
    }
}

extension LoginLogRow {
    /// Bytes of its record, about.
    fileprivate var spooledSize: Int {
        64 + service.utf8.count + (sourceAddress?.utf8.count ?? 0) + (sourceName?.utf8.count ?? 0)
            + (sourceLocation?.utf8.count ?? 0) + (sourceISP?.utf8.count ?? 0)
    }
}

internal import AuditCore

/// What was found in a file: which uses are entered, which are done with.
struct SegmentSurvey: Sendable {
    struct Use: Sendable {
        var number: UInt64
        var size: UInt32
        var isMoved: Bool
        var replaces: UInt64
    }
    /// In the order of the file.
    var uses: [Use] = []
    var facts: [(number: UInt64, place: Place)] = []
    var written: [UInt64] = []
    /// When each password was last used, as far as the file has it.
    var lastUses: [Int64: Timestamp] = [:]
    var latestBucketStart = Timestamp(milliseconds: .min)
    /// Whole records of the uses whose bucket started after the horizon, in the order of the file.
    var recent: [(use: SpoolRecord.Use, place: Place)] = []
    /// Stretches that are damaged, the torn end not counted.
    var damaged = 0
    /// Bytes at the end that are no whole record.
    var torn = 0
}

/// Reads files of the spool: what takes long and belongs on no login's way.
struct SegmentReader: Sendable {
    let disk: any SpoolDisk
    let segments: [Segment]

    /// Goes through the only segment and cuts off a torn end.
    ///
    /// - Parameter horizon: Uses whose bucket started later are returned whole.
    /// - Complexity: Some 30 ms for 4 MB.
    func survey(horizon: Timestamp = Timestamp(milliseconds: .max)) -> Result<SegmentSurvey, SpoolError> {
        let segment = segments[0]
        do throws(SpoolError) {
            let file = try file(of: segment)
            let bytes = try file.read(at: 0, count: file.size())
            var survey = SegmentSurvey()
            var (damaged, end) = segment.format.scan(bytes) { payload, offset, size in
                let place = Place(
                    segment: segment.name.sequence, offset: UInt32(offset), size: UInt32(size))
                return survey.enter(payload, at: place, horizon: horizon)
            }
            if end < bytes.count {
                damaged -= 1
                survey.torn = bytes.count - end
                try? file.truncate(to: end)
            }
            survey.damaged = damaged
            return .success(survey)
        } catch {
            return .failure(error)
        }
    }

    /// The places of uses of the first segment, in its order, and of their facts, which may be in any of the segments.
    /// The last of several records of one use counts.
    func load() -> [WaitingUse] {
        var uses: [WaitingUse] = []
        var indices: [UInt64: Int] = [:]
        for (order, segment) in segments.enumerated() {
            guard let file = try? file(of: segment),
                let bytes = try? file.read(at: 0, count: file.size())
            else { continue }
            _ = segment.format.scan(bytes) { payload, offset, size in
                let place = Place(
                    segment: segment.name.sequence, offset: UInt32(offset), size: UInt32(size))
                switch RecordOutline(payload: payload) {
                case .use(let use)? where order == 0:
                    let waiting = WaitingUse(number: use.number, use: place, doubt: use.isInDoubt ? .min : nil)
                    if let index = indices[use.number] {
                        uses[index] = waiting
                    } else {
                        indices[use.number] = uses.count
                        uses.append(waiting)
                    }
                case .facts(let number)?:
                    if let index = indices[number] { uses[index].facts = place }
                case .use?, .written?: break
                case nil: return false
                }
                return true
            }
        }
        return uses
    }

    private func file(of segment: Segment) throws(SpoolError) -> any SpoolFile {
        if let file = segment.file { return file }
        return try disk.open(segment.name.text)
    }

    /// Reads records; nil for what cannot be read.
    func records(at places: [Place]) -> [SpoolRecord?] {
        var files: [UInt32: any SpoolFile] = [:]
        return places.map { place in
            guard place.size > 0, let segment = segments.first(where: { $0.name.sequence == place.segment }) else {
                return nil
            }
            guard let file = files[place.segment] ?? (try? self.file(of: segment)) else { return nil }
            files[place.segment] = file
            guard let bytes = try? file.read(at: Int(place.offset), count: Int(place.size)) else { return nil }
            return segment.format.record(in: bytes[...], at: 0)
        }
    }
}

extension SegmentSurvey {
    fileprivate mutating func enter(_ payload: ArraySlice<UInt8>, at place: Place, horizon: Timestamp) -> Bool {
        switch RecordOutline(payload: payload) {
        case .use(let use)?:
            uses.append(Use(number: use.number, size: place.size, isMoved: use.isMoved, replaces: use.replaces))
            latestBucketStart = max(latestBucketStart, use.bucketStart)
            if let (password, time) = RecordOutline.letIn(payload) {
                lastUses[password] = max(lastUses[password] ?? time, time)
            }
            if use.bucketStart > horizon, !use.isMoved, case .use(let whole)? = SpoolRecord(payload: payload) {
                recent.append((whole, place))
            }
        case .facts(let number)?: facts.append((number, place))
        case .written(let numbers)?: written += numbers
        case nil: return false
        }
        return true
    }
}

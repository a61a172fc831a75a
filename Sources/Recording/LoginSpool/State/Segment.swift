internal import AuditCore

/// A file of the spool, as the index knows it.
struct Segment: Sendable {
    let name: SegmentName
    let format: SegmentFormat
    /// Open if this process has made it; those of an earlier one are opened to be read.
    let file: (any SpoolFile)?
    /// Bytes of whole records and what precedes them.
    var size: Int
    /// Uses in it that are neither written nor replaced.
    var live = 0
    /// Those of them that the index does not know.
    var unloaded = 0
    /// The numbers of the uses that were first entered here; of facts here.
    var uses = NumberSpan()
    var facts = NumberSpan()
    /// The lowest number of a use in it, moved ones included.
    var lowestNumber = UInt64.max
    /// Uses that wait and stand in a later file, too, to which they were moved.
    var superseded: Set<UInt64> = []
    /// The latest start of a bucket of a use in it: while such a bucket lasts, the file is needed to rebuild it.
    var latestBucketStart = Timestamp(milliseconds: .min)
    /// Whether nothing more is to be appended, because its end is in disorder.
    var isSealed = false

    init(name: SegmentName, file: (any SpoolFile)?, size: Int) {
        (self.name, self.file, self.size) = (name, file, size)
        format = SegmentFormat(salt: name.salt)
    }
}

/// From the lowest to the highest of some numbers.
struct NumberSpan: Sendable {
    private var lowest = UInt64.max
    private var highest = UInt64.min

    mutating func add(_ number: UInt64) { (lowest, highest) = (min(lowest, number), max(highest, number)) }
    func overlaps(_ other: NumberSpan) -> Bool { lowest <= other.highest && other.lowest <= highest }
}

/// Where a record stands; one of no bytes stands nowhere.
struct Place: Equatable, Sendable {
    static let nowhere = Place(segment: 0, offset: 0, size: 0)

    var segment: UInt32
    var offset: UInt32
    var size: UInt32
}

/// A use that waits, without its row.
struct WaitingUse: Sendable {
    let number: UInt64
    /// Nowhere as long as it is in memory only.
    var use = Place.nowhere
    var facts = Place.nowhere
    /// If an attempt to write it may have succeeded unseen: where the log ended before that; `Int64.min` if that is not known.
    var doubt: Int64?

    var isInFile: Bool { use.size > 0 }
}

internal import AuditCore

/// A file of the spool, as the index knows it.
struct Segment: Sendable {
    let name: SegmentName
    let format: SegmentFormat
    let file: any SpoolFile
    /// Bytes of whole records and what precedes them.
    var size: Int
    /// Uses in it that are neither written nor replaced.
    var live = 0
    /// The latest start of a bucket of a use in it: while such a bucket lasts, the file is needed to rebuild it.
    var latestBucketStart = Timestamp(milliseconds: .min)
    /// Whether nothing more is to be appended, because its end is in disorder.
    var isSealed = false
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
    var use: Place
    var facts = Place.nowhere
    /// Whether an attempt to write it may have succeeded unseen.
    var isInDoubt = false
}

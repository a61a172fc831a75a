public import AuditCore

/// What time a report is about.
public struct ReportPeriod: Sendable, Equatable {
    /// From here, inclusive; nil: from the first record. Earlier records only tell which places a user is known from.
    public var since: Timestamp?
    /// To here, exclusive.
    public var until: Timestamp

    /// From a time on, or from the first record, up to another.
    public init(since: Timestamp?, until: Timestamp) { (self.since, self.until) = (since, until) }
}

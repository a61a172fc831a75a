package import AuditCore

/// What time a report is about.
package struct ReportPeriod: Sendable, Equatable {
    /// From here, inclusive; nil: from the first record. Earlier records only tell which places a user is known from.
    package var since: Timestamp?
    /// To here, exclusive.
    package var until: Timestamp

    /// From a time on, or from the first record, up to another.
    package init(since: Timestamp?, until: Timestamp) { (self.since, self.until) = (since, until) }
}

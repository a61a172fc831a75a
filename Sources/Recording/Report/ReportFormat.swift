/// What a report looks like.
package enum ReportFormat: String, Sendable, CaseIterable {
    /// For a mail or a terminal, as the old program's.
    case text
    /// One object on one line (docs/audit-trail.md).
    case json
    /// One page that needs nothing else.
    case html
}

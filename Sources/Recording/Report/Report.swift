package import AuditCore

/// The report over the audit trail: the successor of the old program's `audit_mail.py`.
package enum Report {
    /// Reads all records, in whatever order they are, and writes the report.
    ///
    /// - Parameters:
    ///   - knowledge: What the administrator has said of networks.
    ///   - honeypots: Accounts that are honeypots besides those that the records call so.
    ///   - machine: The name of the machine that the records are from, where they do not say.
    ///   - tableBound: How many addresses, users, … are counted exactly (``TopTable``); more are counted nearly.
    ///   - progress: Told now and then how many records were read.
    /// - Returns: The whole report, with a final newline.
    /// - Throws: ``ReportError`` if the input cannot be read.
    /// - Complexity: Linear in the records; memory is bounded, whatever they say.
    package static func run(
        _ input: inout some ReportInput, period: ReportPeriod, format: ReportFormat,
        knowledge: ReportKnowledge = ReportKnowledge(), honeypots: [NamePattern] = [], machine: String? = nil,
        tableBound: Int = 50_000,
        progress: (Int) -> Void = { _ in }
    ) throws(ReportError) -> String {
        var tallies = Tallies(period, bound: tableBound)
        var count = 0
        while var record = try input.next() {
            if !record.isHoneypot, !record.isOfNobody {
                record.isHoneypot = honeypots.contains { $0.matches(record.user) }
            }
            tallies.add(record)
            count += 1
            if count.isMultiple(of: 10_000) { progress(count) }
        }
        let findings = Findings(tallies, knowledge: knowledge, machine: input.machine ?? machine, notes: input.notes)
        switch format {
        case .text: return TextReport.text(findings)
        case .json: return JSONReport.text(findings)
        case .html: return HTMLReport.text(findings)
        }
    }
}

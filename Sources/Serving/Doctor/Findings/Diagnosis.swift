internal import AuditCore

/// Everything that was found, in the order in which it was looked for.
package struct Diagnosis: Sendable {
    /// The findings.
    package var findings: [Finding]

    /// All that was found, in the order in which it is told.
    package init(_ findings: [Finding]) { self.findings = findings }

    /// What the program ends with: 0 if all is well, 1 with warnings, 2 with errors.
    package var exitStatus: Int32 {
        if findings.contains(where: { $0.severity == .error }) { return 2 }
        return findings.isEmpty ? 0 : 1
    }

    /// Some lines for each finding; nothing if there is none.
    ///
    /// - Parameter hasHints: Whether lines to paste are shown, too.
    package func text(hasHints: Bool = false) -> String {
        findings.map { finding in
            let shown = [
                "\(finding.severity.rawValue): \(finding.id): \(finding.what.visible(limit: 1000))",
                "    why: \(finding.why.visible(limit: 1000))", "    change: \(finding.change.visible(limit: 1000))",
            ]
            let hints = hasHints ? finding.hints.map { "    | \($0.visible(limit: 1000))" } : []
            return (shown + hints).map { $0 + "\n" }.joined()
        }.joined()
    }

    /// `{"errors":0,"warnings":1,"findings":[{"severity","id","what","why","change","hints":[]}]}`.
    ///
    /// - Parameter steps: What was tried with real logins; nil if nothing was.
    package func json(steps: [ProofStep]? = nil) -> String {
        func count(_ severity: Finding.Severity) -> AuditValue {
            .integer(Int64(findings.count { $0.severity == severity }))
        }
        var members: [(key: String, value: AuditValue)] = [
            ("errors", count(.error)), ("warnings", count(.warning)), ("findings", .list(findings.map(\.value))),
        ]
        if let steps { members.append(("login", .list(steps.map(\.value)))) }
        return AuditValue.object(members).jsonText
    }
}

extension Finding {
    fileprivate var value: AuditValue {
        .object([
            ("severity", .text(severity.rawValue)), ("id", .text(id)), ("what", .text(what)), ("why", .text(why)),
            ("change", .text(change)), ("hints", .list(hints.map { .text($0) })),
        ])
    }
}

extension ProofStep {
    fileprivate var value: AuditValue {
        .object([("step", .text(name)), ("outcome", .text(outcome.rawValue)), ("detail", .text(detail))])
    }
}

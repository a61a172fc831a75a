import AppPasswordCore
import ArgumentParser
import AuditCore
import PasswordSchemes
import Settings

extension AppPasswordCommand {
    struct Audit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List app passwords that are of no use, not used or not limited.",
            discussion: """
                Goes through all rows, whoever they belong to, and prints a line for each finding: id, name, kind, words. \
                unreachable: no login can use it. spelling: only logins in just these capitals can. hash: no password can \
                match it. date: a time in it is none. limits: what limits it cannot be read. unused: it was never used. idle: not for \
                90 days. ending: it ends within 14 days. ended: it has. suspended: until it is released. unlimited: nothing limits it. Needs no more rights \
                than the service has.

                Example: web-auth-server app-password audit --json
                """)
        @OptionGroup var options: ConfigOption
        @Flag(help: "Print one JSON array.")
        var json = false
        @Option(name: .customLong("kind"), help: "Only findings of this kind; may be given again.")
        var kinds: [String] = []

        /// Rows that are read at a time.
        private static let pageSize = 200

        func validate() throws {
            let known = AppPasswordFinding.Kind.allCases.map(\.rawValue)
            if let wrong = kinds.first(where: { !known.contains($0) }) {
                throw ValidationError("--kind \(wrong): there are \(known.joined(separator: ", "))")
            }
        }

        func run() async throws {
            let settings = try SettingsLocation(config: options.config).load().settings
            let database = try AppPasswordCommand.administration(settings)
            try await AppPasswordCommand.warnOfUnseenLimits(database, settings)
            var names = AccountNames(BackEnds.openDirectory(settings))
            var output = FindingsOutput(isJSON: json)
            var (last, count) = (Int64.min, 0)
            while true {
                let rows = try await AppPasswordCommand.asking { [last] () async throws(BackendError) in
                    try await database.rows(after: last, limit: Self.pageSize)
                }
                guard let end = rows.last?.password.id else { break }
                for row in rows {
                    let account = try await names.account(of: row)
                    let problem = StoredHash.problem(row.password.storedHash)
                    let findings = row.findings(account: account, hashTrouble: problem, at: .now)
                    output.write(row, findings.filter { kinds.isEmpty || kinds.contains($0.kind.rawValue) })
                }
                (last, count) = (end, count + rows.count)
            }
            output.end()
            standardError("\(count) app passwords, \(output.count) with findings")
        }
    }

    /// Findings on standard output, written as they come.
    private struct FindingsOutput {
        let isJSON: Bool
        /// How many rows had any.
        private(set) var count = 0

        init(isJSON: Bool) {
            self.isJSON = isJSON
            if isJSON { print("[", terminator: "") }
        }

        mutating func write(_ row: AppPasswordRow, _ findings: [AppPasswordFinding]) {
            let (id, name) = (row.password.id, row.password.uid)
            for (index, finding) in findings.enumerated() {
                if isJSON {
                    let value = AuditValue.object([
                        ("id", .integer(id)), ("user", .text(name)), ("kind", .text(finding.kind.rawValue)),
                        ("detail", .text(finding.detail)),
                    ])
                    print((count + index > 0 ? ",\n" : "") + value.jsonText, terminator: "")
                } else {
                    print("\(id)\t\(name.visible())\t\(finding.kind.rawValue)\t\(finding.detail)")
                }
            }
            if !findings.isEmpty { count += 1 }
        }

        func end() {
            if isJSON { print("]") }
        }
    }
}

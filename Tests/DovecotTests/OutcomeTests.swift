import AppPasswordCore
import Testing

/// The table of outcomes, run through the scripts that Dovecot runs.
@Suite(.enabled(if: ScriptCall.isAvailable, "\(ScriptCall.missing)"))
struct OutcomeTests {
    private let request: [String: ScriptCall.Field] = [
        "user": "alice", "service": "imap", "mech": "PLAIN", "skip_password_check": true,
    ]

    /// Every answer that the service may give: one for each code and text.
    private static let rows: [LoginRow] = {
        let choices = PassdbOutcome.allCases.map { AnswerChoices(unwelcome: $0, goesOn: $0) }
        let refusals: [PassdbOutcome] = [.userDisabled, .expired, .mismatch]
        let successes: [PassdbOutcome] = [.ok, .next, .userUnknown]
        var seen: Set<String> = []
        return choices.flatMap { choice in LoginOutcome.all.map { ($0, choice) } }.filter { outcome, choice in
            switch outcome {
            case .denied: refusals.contains(choice.unwelcome)
            case .success(nil): successes.contains(choice.goesOn)
            default: true
            }
        }.map { $0.row($1) }.filter { seen.insert("\($0.answer) \($0.status)").inserted }
    }()

    @Test(arguments: ["2.3", "2.4"])
    func `each outcome is to Dovecot what the table says`(version: String) throws {
        for row in Self.rows {
            for script in ["auth.lua", "audit.lua"] {
                let outcome = try ScriptCall.run(
                    script, version: version, request: request, password: script == "auth.lua" ? "secret" : nil,
                    answers: [.says(row.answer.rawValue, row.status)])
                #expect(outcome.result == row.answer.dovecotResult, "\(script): \(row)")
            }
        }
        #expect(Set(Self.rows.map(\.answer)) == Set(PassdbOutcome.allCases), "each answer is some outcome's")
    }

    @Test func `what is no answer of ours is an internal failure`() throws {
        // 406 is the old program's, which some may still run beside.
        let codes = Set(PassdbOutcome.allCases.map(\.rawValue)).union([406])
        for code in [100, 201, 204, 301, 302, 308, 402, 405, 407, 408, 409, 411, 413, 422, 429, 500, 502, 504] {
            #expect(!codes.contains(code))
            let outcome = try ScriptCall.run(
                "auth.lua", request: request, password: "secret", answers: [.says(code, "success")])
            #expect(outcome.result == "INTERNAL_FAILURE", "\(code)")
        }
    }
}

import AppPasswordCore
import AuditCore
import Testing

/// The table from outcomes to codes, texts, events and metrics, as it has been since the first release.
struct LoginTableTests {
    private static let rule = RuleReference(file: "lists/ip", line: 1)
    private static let later = "temporarily unavailable"

    /// Outcome; code, status text; event; result and reason in metrics; what the log calls it.
    private static let rows: [(LoginOutcome, Int, String, String?, String, String, String?)] = [
        (.success(passwordID: 7), 200, "success", nil, "allow", "ok", nil),
        (.success(passwordID: nil), 307, "success", nil, "allow", "ok", nil),
        (.unknownAccount, 404, "user not found", "unknown_account", "fail", "unknown_account", nil),
        (.unknownEverywhere, 404, "unknown", nil, "fail", "unknown_account", nil),
        (.ambiguousAccount, 400, "user not unique", "ambiguous_account", "fail", "ambiguous_account", nil),
        (.disabledAccount, 403, "account disabled", "disabled_account", "fail", "disabled_account", nil),
        (.wrongPassword, 401, "invalid password", "wrong_password", "fail", "wrong_password", nil),
        (
            .refusedNetwork(passwordID: 7), 401, "app passwords not allowed", "refused_network", "deny",
            "refused_network", "refused_network"
        ),
        (.revoked(passwordID: 7), 410, "password is deleted", "revoked", "fail", "revoked", "revoked"),
        (
            .limited(passwordID: 7, .suspended), 410, "password is suspended", "suspended", "fail", "suspended",
            "suspended"
        ),
        (
            .limited(passwordID: 7, .expired(.expires)), 410, "password has expired", "expired", "fail", "expired",
            "expired"
        ),
        (.limited(passwordID: 7, .notYet), 403, "password is not valid yet", "not_yet", "deny", "not_yet", "not_yet"),
        (
            .limited(passwordID: 7, .wrongService("pop3")), 403, "not for pop3", "wrong_service", "deny",
            "wrong_service", "wrong_service"
        ),
        (
            .limited(passwordID: 7, .wrongService("")), 403, "not for this service", "wrong_service", "deny",
            "wrong_service", "wrong_service"
        ),
        (
            .limited(passwordID: 7, .wrongPlace(.networks)), 403, "not from here", "wrong_place", "deny",
            "wrong_place", "wrong_place"
        ),
        (
            .limited(passwordID: 7, .undecided(.countries)), 503, later, "undecided", "unavailable", "undecided",
            "undecided"
        ),
        (
            .unreadableLimits(passwordID: 7, reason: "x"), 503, later, "unreadable_limits", "unavailable",
            "unreadable_limits", "unreadable_limits"
        ),
        (
            .denied(passwordID: 7, Denial(matched: "ip", rule: rule, text: "no")), 410, "no", nil, "deny",
            "ip_networks",
            "denied"
        ),
        (
            .denied(passwordID: nil, Denial(matched: "unknown", rule: nil, text: "access denied")), 410,
            "access denied",
            nil, "deny", "unknown_fact", "denied"
        ),
        (
            .denied(passwordID: 7, Denial(matched: "service", rule: rule, text: "pop3 is disabled")), 410,
            "pop3 is disabled", nil, "deny", "disabled_service", "denied"
        ),
        (.undecided(passwordID: 7), 503, later, "undecided", "unavailable", "undecided", "undecided"),
        (.undecided(passwordID: nil), 503, later, "undecided", "unavailable", "undecided", "undecided"),
        (
            .unavailable(reason: "x"), 503, later, "backend_unavailable", "unavailable", "backend_unavailable",
            "backend_unavailable"
        ),
        (.guessLimit, 503, later, "guess_limit", "fail", "guess_limit", nil),
        (.overloaded(reason: "x"), 503, later, "overloaded", "unavailable", "overloaded", nil),
    ]

    @Test(arguments: 0..<rows.count)
    func `an outcome is this row`(index: Int) {
        let (outcome, code, status, event, result, reason, refusal) = Self.rows[index]
        let row = outcome.row(AnswerChoices(unwelcome: .expired, goesOn: .next))
        #expect(row.answer.rawValue == code && row.status == status)
        #expect(row.event?.rawValue == event && row.refusal == refusal)
        #expect(row.label.result.rawValue == result && row.label.reason == reason)
        #expect((row.refusal == nil) == (row.matched == nil) || outcome == .unavailable(reason: "x"))
        // What is no fault of the client is the installation's.
        #expect((row.warning != nil) == (row.label.result == .unavailable))
        #expect(row.answer == .temporaryFailure || row.warning == nil)
    }

    @Test func `all outcomes are all events and all lists`() {
        let events = Set(LoginOutcome.all.compactMap { $0.row().event })
        #expect(events == Set(FailureRecord.Event.allCases).subtracting([.honeypot]))
        let reasons = Set(LoginLabel.all.map(\.reason))
        #expect(
            reasons
                == Set(events.map(\.rawValue)).union(DenyListKind.allCases.map(\.rawValue))
                .union(["ok", "unknown_fact", "disabled_service"]))
        #expect(LoginLabel.all.count == reasons.count, "each reason has one result")
    }

    @Test func `only what is let in, or goes on, is a success`() {
        for outcome in LoginOutcome.all {
            let row = outcome.row()
            #expect((row.label.result == .allow) == (row.status == "success"))
            #expect((row.answer == .ok) == (outcome == .success(passwordID: 1)))
        }
    }
}

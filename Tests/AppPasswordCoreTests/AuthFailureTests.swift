import AppPasswordCore
import AuditCore
import Testing

struct AuthFailureTests {
    private static let denial = Denial(matched: "ip", rule: RuleReference(file: "lists/ip", line: 1), text: "no")

    @Test(
        arguments: [
            (LoginOutcome.success(passwordID: 7), nil, nil),
            (.denied(passwordID: 7, denial), nil, nil),
            (.wrongPassword, "wrong_password", nil),
            (.unknownAccount, "unknown_account", nil),
            (.ambiguousAccount, "ambiguous_account", nil),
            (.disabledAccount, "disabled_account", nil),
            (.refusedNetwork(passwordID: 7), "refused_network", 7),
            (.revoked(passwordID: 7), "revoked", 7),
            (.undecided(passwordID: 7), "undecided", 7),
            (.unavailable(reason: "no database"), "backend_unavailable", nil),
            (.limited(passwordID: 7, .suspended), "suspended", 7),
            (.limited(passwordID: 7, .expired(.expires)), "expired", 7),
            (.limited(passwordID: 7, .notYet), "not_yet", 7),
            (.limited(passwordID: 7, .wrongService("pop3")), "wrong_service", 7),
            (.limited(passwordID: 7, .wrongPlace(.networks)), "wrong_place", 7),
            (.limited(passwordID: 7, .undecided(.countries)), "undecided", 7),
            (
                .unreadableLimits(passwordID: 7, reason: "app_password_limits.expires cannot be read"),
                "unreadable_limits", 7
            ),
            (.guessLimit, "guess_limit", nil),
            (.overloaded(reason: "too many wait"), "overloaded", nil),
        ] as [(LoginOutcome, String?, Int64?)])
    func `an outcome is an event`(outcome: LoginOutcome, event: String?, passwordID: Int64?) {
        let attempt = LoginAttempt(
            login: "alice", service: "imap", address: nil, time: Timestamp(milliseconds: 0))
        let failure = FailureRecord(outcome, of: attempt)
        #expect(failure?.event.rawValue == event)
        #expect(failure?.passwordID == passwordID)
        if case .unavailable(let reason) = outcome { #expect(failure?.reason == reason) }
        // The log names what became of a right password as the event does.
        if let refusal = outcome.row().refusal { #expect(refusal == event ?? "denied") }
        if passwordID != nil { #expect(outcome.row().refusal == event) }
    }
}

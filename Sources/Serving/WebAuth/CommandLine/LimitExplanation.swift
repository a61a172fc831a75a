import AppPasswordCore
import AuditCore

/// What the limits of an app password make of a login, one by one.
struct LimitExplanation {
    /// How each came out.
    private(set) var outcomes: [Explanation.LimitOutcome] = []
    /// What a login would be refused with; nil if no limit is against it.
    private(set) var refusal: LoginOutcome?
    /// The name of the limit that refuses.
    private(set) var deciding: String?

    /// Judges as a login would be judged. A password without limits, and none at all, has nothing to say.
    init(_ password: AppPassword?, _ attempt: LoginAttempt, _ facts: Facts, _ policy: Policy) {
        guard let password else { return }
        if password.isDeleted {
            refuse(.revoked(passwordID: password.id), "deleted")
            outcomes.append(Explanation.LimitOutcome(name: "deleted", text: "revoked", outcome: .hit))
        }
        guard let stored = password.limits else { return }
        do throws(LimitsError) {
            let (limits, times) = (try stored.read(), try stored.times(created: password.created))
            let doubt = LimitDoubt(onUnknown: policy.onUnknown, onOverload: policy.onOverload)
            for limit in limits.inForce {
                // Doubt shows as such, whatever is made of it.
                let strict = LimitDoubt(onUnknown: .tempfail, onOverload: .tempfail)
                let finding = limits.only(limit).judge(attempt, facts: facts, times: times, doubt: strict).finding
                let outcome: RuleOutcome.Outcome =
                    switch finding {
                    case nil: .pass
                    case .undecided: .unknown
                    case .suspended, .expired, .notYet, .wrongService, .wrongPlace: .hit
                    }
                outcomes.append(
                    Explanation.LimitOutcome(name: limit.rawValue, text: limits.text(limit), outcome: outcome))
            }
            if let finding = limits.judge(attempt, facts: facts, times: times, doubt: doubt).finding {
                refuse(.limited(passwordID: password.id, finding), finding.limit.rawValue)
            }
        } catch {
            let name = error.column ?? "time"
            outcomes.append(Explanation.LimitOutcome(name: name, text: error.description, outcome: .unknown))
            refuse(.unreadableLimits(passwordID: password.id, reason: error.description), name)
        }
    }

    /// The first refusal counts.
    private mutating func refuse(_ outcome: LoginOutcome, _ name: String) {
        guard refusal == nil else { return }
        (refusal, deciding) = (outcome, name)
    }
}

/// What the administrator decided about logins: which are refused, and what becomes of doubt.
///
/// A value: a login keeps the policy it started with, whatever a reload does meanwhile.
public struct Policy: Sendable {
    /// Whether hits deny or are only written down.
    package var mode: JudgingMode
    /// What a missing fact does.
    package var onUnknown: UnknownFactAction
    /// What a fact does that is missing because we did not ask.
    package var onOverload: UnknownFactAction
    /// Networks whose logins are never denied by a list and leave no audit record.
    package var ignoreNetworks: PrefixSet
    /// The lists that deny.
    public var lists: DenyLists
    /// The lists that only watch.
    public var watchLists = DenyLists(.watch)
    /// The exceptions.
    public var allowLists = DenyLists(.allow)
    /// Disabled services in lower case.
    private let disabledServices: Set<String>

    /// Makes a policy that watches nothing and makes no exceptions; the default lets everyone in.
    ///
    /// - Parameters:
    ///   - mode: Whether denials are enforced or only told.
    ///   - disabledServices: Dovecot's names of services (`pop3`), compared without regard to case.
    ///   - ignoreNetworks: Networks whose logins no list denies and no record tells of.
    ///   - lists: The deny lists.
    ///   - onUnknown: What becomes of a login if a fact that a list needs could not be had.
    ///   - onOverload: The same, if we were too busy to ask.
    public init(
        mode: JudgingMode = .enforce, disabledServices: some Sequence<String> = [],
        ignoreNetworks: PrefixSet = PrefixSet(), lists: DenyLists = DenyLists(),
        onUnknown: UnknownFactAction = .allow, onOverload: UnknownFactAction = .tempfail
    ) {
        self.mode = mode
        self.onUnknown = onUnknown
        self.onOverload = onOverload
        self.ignoreNetworks = ignoreNetworks
        self.lists = lists
        self.disabledServices = Set(disabledServices.map { $0.lowercased() })
    }

    /// Judges a login: a pure function of what is known of it.
    ///
    /// Order: disabled service; private address (never denied after this point); exceptions; `ignoreNetworks`; the lists
    /// that deny, in the order of ``DenyListKind/allCases``; those that only watch. The first hit decides. A hit anywhere wins
    /// over facts that could not be had; only without one `onUnknown` decides, or `onOverload` where we did not ask: to try
    /// later before to deny. A hit that an exception might undo, were a fact there, is to be tried again later. In watch mode
    /// nothing denies and nothing asks to try again later.
    ///
    /// - Parameters:
    ///   - attempt: The login.
    ///   - facts: What is known of the address, as complete as it is going to be.
    ///   - thoroughly: Whether the lists after the one that decided are looked at as well, for `explain`; the verdict is
    ///     the same.
    /// - Complexity: Does not grow with the number of entries; allocates a fixed amount.
    public func judge(_ attempt: LoginAttempt, facts: Facts, thoroughly: Bool = false) -> Judgement {
        let early = decisionBeforeLists(attempt, facts)
        if let settled = early.decision {
            var judgement = Judgement(
                verdict: settled.denial.map { refusal($0) } ?? .allow, outcomes: lists.untriedOutcomes,
                isIgnored: settled.isIgnored)
            judgement.exemption = settled.exemption
            guard thoroughly else { return judgement }
            // It is worth knowing what an exception is one from.
            let isTried = settled.exemption != nil
            if isTried { judgement.outcomes = lists.outcomes(attempt, facts) }
            judgement.otherOutcomes = [allowLists, watchLists].filter { !$0.isEmpty }
                .flatMap { isTried ? $0.outcomes(attempt, facts) : $0.untriedOutcomes }
            return judgement
        }
        var outcomes: [RuleOutcome] = []
        outcomes.reserveCapacity(lists.places.count)
        var denial: Denial?
        for place in lists.places {
            let finding = place.finding(attempt, facts)
            outcomes.append(RuleOutcome(list: place.kind, outcome: finding.outcome, rule: finding.denial?.rule))
            if let hit = finding.denial, denial == nil {
                denial = hit
                if !thoroughly { break }
            }
        }
        var judgement = Judgement(verdict: .allow, outcomes: outcomes)
        if let denial {
            judgement.verdict = early.isExceptionInDoubt ? doubtfulRefusal(denial, attempt, facts) : refusal(denial)
        } else {
            judgement.verdict = doubt(judgement.unknownLists, facts)
        }
        if judgement.verdict == .allow {
            let finding = watchLists.finding(attempt, facts)
            if let denial = finding.denial {
                judgement.watched = denial
                judgement.verdict = .wouldDeny(denial)
            }
            judgement.awaitsFacts = early.isExceptionInDoubt || finding.outcome == .unknown
        }
        if thoroughly {
            judgement.otherOutcomes = [allowLists, watchLists].filter { !$0.isEmpty }.flatMap {
                $0.outcomes(attempt, facts)
            }
        }
        return judgement
    }

    /// What a login that was let in turns out to be once its facts are complete: an exception, or met by a list that only
    /// watches. It stays let in.
    ///
    /// - Parameters:
    ///   - judgement: Of the time when it was let in; it awaits facts.
    ///   - attempt: Who logged in.
    ///   - facts: What is known by now.
    package func settle(_ judgement: Judgement, _ attempt: LoginAttempt, facts: Facts) -> Judgement {
        var settled = judgement
        settled.awaitsFacts = false
        settled.outcomes = []
        if let exemption = allowLists.finding(attempt, facts).denial.flatMap(Exemption.init) {
            (settled.exemption, settled.watched, settled.verdict) = (exemption, nil, .allow)
        } else if judgement.watched == nil, !judgement.isIgnored, !facts.isPrivate,
            let denial = watchLists.finding(attempt, facts).denial
        {
            (settled.watched, settled.verdict) = (denial, .wouldDeny(denial))
        }
        return settled
    }

    /// The facts a login has to wait for: those that lists with entries ask for and that are not settled by `facts`.
    ///
    /// Empty if the service, the address alone or a list that asks for no facts already decides. No login waits for what only a
    /// list that watches asks for, nor for exceptions where nothing denies.
    ///
    /// - Parameters:
    ///   - attempt: Who logs in.
    ///   - facts: What follows from the address: ``Facts/init(address:localNetworks:localLocationName:)``.
    package func factsNeeded(for attempt: LoginAttempt, facts: Facts) -> Set<FactKind> {
        guard !lists.isEmpty else { return [] }
        var required = lists.requiredFacts(at: attempt.time)
        if lists.meetsWithoutFacts(attempt, facts) { required = [] } else if required.isEmpty { return [] }
        if !allowLists.isEmpty { required.formUnion(allowLists.requiredFacts(at: attempt.time)) }
        guard !required.isEmpty, decisionBeforeLists(attempt, facts).decision == nil else { return [] }
        return required.filter { !facts.isSettled($0) }
    }

    /// What decides before the lists that deny are looked at.
    private struct EarlyDecision {
        var denial: Denial?
        var exemption: Exemption?
        var isIgnored = false
    }

    /// - Returns: The decision, if there is one, and whether an exception might be met once more is known.
    private func decisionBeforeLists(
        _ attempt: LoginAttempt, _ facts: Facts
    ) -> (decision: EarlyDecision?, isExceptionInDoubt: Bool) {
        if !disabledServices.isEmpty, disabledServices.contains(attempt.service.lowercased()) {
            let rule = RuleReference(file: "audit.disabled_services", line: nil)
            let text = "\(attempt.service.visible()) is disabled"
            return (EarlyDecision(denial: Denial(list: nil, matched: "service", rule: rule, text: text)), false)
        }
        let isIgnored = facts.address.map { ignoreNetworks.contains($0) } ?? false
        if facts.isPrivate { return (EarlyDecision(isIgnored: isIgnored), false) }
        let exception = allowLists.finding(attempt, facts)
        if let exemption = exception.denial.flatMap(Exemption.init) {
            return (EarlyDecision(exemption: exemption), false)
        }
        return (isIgnored ? EarlyDecision(isIgnored: true) : nil, exception.outcome == .unknown)
    }

    private func refusal(_ denial: Denial) -> Verdict {
        mode == .watch ? .wouldDeny(denial) : .deny(denial)
    }

    /// What becomes of a login that no entry applies to.
    private func doubt(_ unknownLists: [DenyListKind], _ facts: Facts) -> Verdict {
        guard !unknownLists.isEmpty else { return .allow }
        let actions = actions(for: Self.troubles(unknownLists, facts))
        if actions.contains(.tempfail) { return mode == .enforce ? tryLater(unknownLists, facts) : .allow }
        guard actions.contains(.deny) else { return .allow }
        return refusal(Denial(list: nil, matched: "unknown", rule: nil, text: "access denied"))
    }

    /// What becomes of a login that an entry applies to, while an exception might be met once more is known: to refuse it could
    /// be wrong, and to let it in as well. So it is to be tried again, unless doubt is to deny, or nobody will ever know more.
    private func doubtfulRefusal(_ denial: Denial, _ attempt: LoginAttempt, _ facts: Facts) -> Verdict {
        guard mode == .enforce else { return refusal(denial) }
        let unknown = allowLists.places.filter { $0.finding(attempt, facts).outcome == .unknown }.map(\.kind)
        let troubles = Self.troubles(unknown, facts).filter { $0.code != .notConfigured && $0.code != .offline }
        let mayBeTold = actions(for: troubles).contains { $0 != .deny }
        return mayBeTold ? tryLater(unknown, facts) : refusal(denial)
    }

    private static func troubles(_ lists: [DenyListKind], _ facts: Facts) -> [LookupError] {
        lists.flatMap { list in
            let (first, second) = list.list.troubles(facts)
            return [first, second].compactMap(\.self)
        }
    }

    private func actions(for troubles: [LookupError]) -> Set<UnknownFactAction> {
        var actions: Set<UnknownFactAction> = []
        if troubles.contains(where: \.isOurs) { actions.insert(onOverload) }
        if troubles.contains(where: { !$0.isOurs }) { actions.insert(onUnknown) }
        return actions
    }

    private func tryLater(_ lists: [DenyListKind], _ facts: Facts) -> Verdict {
        let wanted = Set(lists.flatMap(\.facts))
        return .tryLater(FactKind.allCases.filter { wanted.contains($0) && facts.lacks($0) })
    }
}

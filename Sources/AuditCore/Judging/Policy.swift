/// What the administrator decided about logins: which are refused, and what becomes of doubt.
///
/// A value: a login keeps the policy it started with, whatever a reload does meanwhile.
public struct Policy: Sendable {
    /// Whether hits deny or are only written down.
    public var mode: JudgingMode
    /// What a missing fact does.
    public var onUnknown: UnknownFactAction
    /// What a fact does that is missing because we did not ask.
    public var onOverload: UnknownFactAction
    /// Networks whose logins are never denied by a list and leave no audit record.
    public var ignoreNetworks: PrefixSet
    /// The deny lists.
    public var lists: DenyLists
    /// Disabled services in lower case.
    private let disabledServices: Set<String>

    /// Makes a policy; the default lets everyone in.
    ///
    /// - Parameter disabledServices: Dovecot's names of services (`pop3`), compared without regard to case.
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
    /// Order: disabled service; private address (never denied after this point); ``ignoreNetworks``; the lists in
    /// the order of ``DenyListKind/allCases``. The first hit decides. A hit anywhere wins over facts that could not be had; only
    /// without one ``onUnknown`` decides, or ``onOverload`` where we did not ask: to try later before to deny. In watch mode
    /// nothing denies and nothing asks to try again later.
    ///
    /// - Parameters:
    ///   - attempt: The login.
    ///   - facts: What is known of the address, as complete as it is going to be.
    ///   - thoroughly: Whether the lists after the one that decided are looked at as well, for `explain`; the verdict is
    ///     the same.
    /// - Complexity: Does not grow with the number of entries; allocates a fixed amount.
    public func judge(_ attempt: LoginAttempt, facts: Facts, thoroughly: Bool = false) -> Judgement {
        if let settled = decisionBeforeLists(attempt, facts) {
            let outcomes = lists.places.map { RuleOutcome(list: $0.kind, outcome: $0.list == nil ? .off : .pass) }
            return Judgement(
                verdict: settled.denial.map { refusal($0) } ?? .allow, outcomes: outcomes, isIgnored: settled.isIgnored)
        }
        var outcomes: [RuleOutcome] = []
        outcomes.reserveCapacity(lists.places.count)
        var denial: Denial?
        for place in lists.places {
            let finding = place.finding(facts)
            outcomes.append(RuleOutcome(list: place.kind, outcome: finding.outcome, rule: finding.denial?.rule))
            if let hit = finding.denial, denial == nil {
                denial = hit
                if !thoroughly { break }
            }
        }
        let judgement = Judgement(verdict: .allow, outcomes: outcomes)
        let verdict = denial.map { refusal($0) } ?? doubt(judgement.unknownLists, facts)
        return Judgement(verdict: verdict, outcomes: outcomes)
    }

    /// The facts a login has to wait for: those that lists with entries ask for and that are not settled by `facts`.
    ///
    /// Empty if the service, the address alone or the list of networks already decides.
    ///
    /// - Parameter facts: What follows from the address: ``Facts/init(address:localNetworks:localLocationName:)``.
    public func factsNeeded(for attempt: LoginAttempt, facts: Facts) -> Set<FactKind> {
        guard !lists.requiredFacts.isEmpty, decisionBeforeLists(attempt, facts) == nil,
            !lists.deniesByAddress(facts)
        else { return [] }
        return lists.requiredFacts.filter { !facts.isSettled($0) }
    }

    /// What decides before any list is looked at.
    private func decisionBeforeLists(_ attempt: LoginAttempt, _ facts: Facts) -> (denial: Denial?, isIgnored: Bool)? {
        if !disabledServices.isEmpty, disabledServices.contains(attempt.service.lowercased()) {
            let rule = RuleReference(file: "audit.disabled_services", line: nil)
            let text = "\(attempt.service.visible()) is disabled"
            return (Denial(list: nil, matched: "service", rule: rule, text: text), false)
        }
        let isIgnored = facts.address.map { ignoreNetworks.contains($0) } ?? false
        return facts.isPrivate || isIgnored ? (nil, isIgnored) : nil
    }

    private func refusal(_ denial: Denial) -> Verdict {
        mode == .watch ? .wouldDeny(denial) : .deny(denial)
    }

    /// What becomes of a login that no entry applies to.
    private func doubt(_ unknownLists: [DenyListKind], _ facts: Facts) -> Verdict {
        guard !unknownLists.isEmpty else { return .allow }
        let troubles = unknownLists.flatMap { list in
            let (first, second) = list.list.troubles(facts)
            return [first, second].compactMap(\.self)
        }
        var actions: Set<UnknownFactAction> = []
        if troubles.contains(where: \.isOurs) { actions.insert(onOverload) }
        if troubles.contains(where: { !$0.isOurs }) { actions.insert(onUnknown) }
        if actions.contains(.tempfail) {
            guard mode == .enforce else { return .allow }
            let wanted = Set(unknownLists.flatMap(\.facts))
            return .tryLater(FactKind.allCases.filter { wanted.contains($0) && facts.lacks($0) })
        }
        guard actions.contains(.deny) else { return .allow }
        return refusal(Denial(list: nil, matched: "unknown", rule: nil, text: "access denied"))
    }
}

package import AuditCore

extension Limits {
    /// Judges a login whose password is right and not revoked: a pure function.
    ///
    /// Order: suspension, end, days without use, beginning, service, networks, countries, AS numbers, what the password is bound to. The
    /// first that is not kept decides. A private address, one of a local network, and a login without one has no country and no
    /// AS: only networks bind it; without an address it counts as 127.0.0.1 there.
    ///
    /// - Parameters:
    ///   - attempt: Who logs in, where from, and by which service.
    ///   - facts: What is known of the address.
    ///   - times: The database's, and the password's.
    ///   - doubt: What becomes of a login of which a fact could not be had.
    /// - Complexity: Linear in the number of entries.
    package func judge(
        _ attempt: LoginAttempt, facts: Facts, times: LimitTimes, doubt: LimitDoubt = LimitDoubt()
    ) -> LimitJudgement {
        if let early = findingWithoutPlace(attempt, times) { return LimitJudgement(early) }
        if let networks {
            let address = attempt.address ?? Self.loopback
            if !networks.contains(where: { $0.contains(address) }) { return LimitJudgement(.wrongPlace(.networks)) }
        }
        if let countries, let finding = doubt.finding(.countries, facts.isIn { $0.country(where: countries.contains) })
        {
            return LimitJudgement(finding)
        }
        if let asNumbers, let finding = doubt.finding(.asNumbers, facts.isIn { $0.system(where: asNumbers.contains) }) {
            return LimitJudgement(finding)
        }
        guard let binding else { return LimitJudgement(nil) }
        guard let bound else { return firstUse(binding, attempt, facts, doubt) }
        let isThere: PlaceAnswer =
            switch bound {
            case .country(let code): facts.isIn { $0.country { $0 == code } }
            case .asn(let number): facts.isIn { $0.system { $0 == number } }
            case .network(let prefix): prefix.contains(attempt.address ?? Self.loopback) ? .yes : .no
            }
        return LimitJudgement(doubt.finding(.bind, isThere))
    }

    /// The facts that a login has to wait for: those that a limit asks for and that are not settled yet.
    package func factsNeeded(for attempt: LoginAttempt, facts: Facts, times: LimitTimes) -> Set<FactKind> {
        guard countries != nil || asNumbers != nil || binding == .country || binding == .asn, !facts.isNowhere,
            findingWithoutPlace(attempt, times) == nil
        else { return [] }
        var needed: Set<FactKind> = []
        if countries != nil || binding == .country, facts.geo.value?.country?.code == nil { needed = [.geo, .network] }
        // One AS that is right is enough; one that is to be fixed is the origin's, so that is waited for.
        var isSettled = asNumbers.map { facts.system(where: $0.contains) == .yes } ?? true
        if isSettled, binding == .asn {
            if case .asn(let number) = bound {
                isSettled = facts.system { $0 == number } == .yes
            } else {
                isSettled = false
            }
        }
        if !isSettled { needed.formUnion([.origin, .geo]) }
        return needed
    }

    private static let loopback = IPAddress(v4: 0x7F00_0001)

    private func findingWithoutPlace(_ attempt: LoginAttempt, _ times: LimitTimes) -> LimitFinding? {
        if suspended != nil { return .suspended }
        if let expires, times.now >= expires { return .expired(.expires) }
        if let end = endOfUse(times), times.now >= end { return .expired(.unusedDays) }
        if let notBefore, times.now < notBefore { return .notYet }
        if let services, !services.contains(attempt.service.lowercased()) { return .wrongService(attempt.service) }
        return nil
    }

    private func firstUse(
        _ binding: Binding, _ attempt: LoginAttempt, _ facts: Facts, _ doubt: LimitDoubt
    ) -> LimitJudgement {
        switch binding {
        case .network: return LimitJudgement(nil, binds: BoundPlace(networkOf: attempt.address ?? Self.loopback))
        case _ where facts.isNowhere: return LimitJudgement(nil)
        case .country:
            if let code = facts.countryCode { return LimitJudgement(nil, binds: .country(code)) }
            return LimitJudgement(doubt.finding(.bind, facts.country { _ in false }))
        case .asn:
            if let number = facts.firstSystem { return LimitJudgement(nil, binds: .asn(number)) }
            return LimitJudgement(doubt.finding(.bind, facts.system { _ in false }))
        }
    }
}

/// What becomes of a login of which a fact that a limit needs could not be had.
package struct LimitDoubt: Sendable, Equatable {
    /// Where nobody could tell (`audit.on_unknown`).
    package var onUnknown: UnknownFactAction
    /// Where we did not ask (`audit.on_overload`).
    package var onOverload: UnknownFactAction

    /// As the settings' defaults are.
    package init(onUnknown: UnknownFactAction = .allow, onOverload: UnknownFactAction = .tempfail) {
        (self.onUnknown, self.onOverload) = (onUnknown, onOverload)
    }

    /// What is against a login by an answer; to try later before to refuse.
    func finding(_ limit: Limit, _ answer: PlaceAnswer) -> LimitFinding? {
        switch answer {
        case .yes: return nil
        case .no: return .wrongPlace(limit)
        case .unknown(let one, let other):
            let actions = [one, other].compactMap(\.self).map { $0.isOurs ? onOverload : onUnknown }
            if actions.contains(.tempfail) { return .undecided(limit) }
            return actions.contains(.deny) ? .wrongPlace(limit) : nil
        }
    }
}

/// Whether an address is in a place.
enum PlaceAnswer: Equatable {
    case yes, no
    /// Nobody could tell, for one reason or two.
    case unknown(LookupError?, LookupError?)
}

extension Facts {
    /// A private address, and one of a local network, has no place that anybody could tell: nothing but networks binds it.
    fileprivate var isNowhere: Bool { isPrivate || localNetwork != nil }

    fileprivate func isIn(_ answer: (Facts) -> PlaceAnswer) -> PlaceAnswer { isNowhere ? .yes : answer(self) }

    /// Where the client is by MaxMind; where that does not know, or is not there, the country that the network is registered in.
    fileprivate var countryCode: String? {
        if let code = geo.value?.country?.code { return code }
        // What MaxMind would have said is not what the registry says.
        if let trouble = geo.trouble, trouble.code != .notConfigured { return nil }
        return network.value?.country
    }

    /// The first of the prefix's origins, else MaxMind's AS.
    fileprivate var firstSystem: UInt32? { origin.value?.asNumbers.first ?? geo.value?.asNumber }

    fileprivate func country(where isMeant: (String) -> Bool) -> PlaceAnswer {
        if let code = countryCode { return isMeant(code.uppercased()) ? .yes : .no }
        let (geo, network) = (geo.trouble, network.trouble)
        return geo == nil && network == nil ? .no : .unknown(geo, network)
    }

    fileprivate func system(where isMeant: (UInt32) -> Bool) -> PlaceAnswer {
        if origin.value?.asNumbers.contains(where: isMeant) ?? false { return .yes }
        if let number = geo.value?.asNumber, isMeant(number) { return .yes }
        // The one that could not be had may be the one that is wanted.
        let (one, other) = missedSystems(origin.trouble)
        return one == nil && other == nil ? .no : .unknown(one, other)
    }
}

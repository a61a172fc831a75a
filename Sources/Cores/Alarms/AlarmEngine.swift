package import AuditCore
internal import Locks

/// Looks at logins, one after the other, and says what is odd about them: a pure machine, without clock and without waiting.
///
/// Times are those of the logins, which may come some seconds out of order.
package struct AlarmEngine: Sendable {
    /// What is in force.
    package var rules: AlarmRules
    /// What was learnt.
    package private(set) var memory: AlarmMemory

    /// Goes on from what was learnt before.
    package init(_ rules: AlarmRules, memory: AlarmMemory = AlarmMemory()) {
        (self.rules, self.memory) = (rules, memory)
    }

    /// Takes a login, learns from it, and returns the alarms that it raises, each with an id of its own; mostly none.
    ///
    /// - Complexity: A few microseconds; the memory does not grow beyond its bounds.
    package mutating func note(_ login: ObservedLogin) -> [AlarmRecord] {
        guard !login.user.isEmpty, !rules.isEmpty else { return [] }
        if let address = login.address, rules.quietNetworks.contains(address) { return [] }
        if let inner = login.address?.embeddedIPv4, rules.quietNetworks.contains(inner) { return [] }
        switch login.end {
        case .refused: return []
        case .revoked: return login.passwordID.flatMap { revoked(login, $0) }.map { [$0] } ?? []
        case .allowed: break
        }
        guard !login.isLocal, let address = login.address, let network = login.network else { return [] }
        if let first = login.asNumbers.first, let name = login.asName {
            memory.asNumbers.use(first, new: AlarmMemory.ASHistory()) { if $0.name != name { $0.name = name } }
        }
        let visit = PasswordHistory.Visit(
            network: network, address: address, time: login.time, point: login.point, country: login.country,
            asNumber: login.asNumbers.first, name: login.placeName)
        var alarms: [AlarmRecord] = []
        var (arrival, isTold): (Whereabouts.Arrival?, Bool) = (nil, false)
        if let id = login.passwordID { (alarms, arrival, isTold) = used(login, id, visit) }
        alarms += moved(login, visit, arrival, isTold: isTold)
        if let alarm = spread(login, network) { alarms.append(alarm) }
        return braked(alarms, at: login.time)
    }

    // MARK: - Revoked

    private mutating func revoked(_ login: ObservedLogin, _ id: Int64) -> AlarmRecord? {
        guard rules.action(.revokedTried) != .none else { return nil }
        let (tries, last, visit) = memory.passwords.use(id, new: PasswordHistory()) {
            history -> (Int?, Timestamp?, PasswordHistory.Visit?) in
            if let said = history.saidRevoked, login.time.isWithin(AlarmRules.day, of: said) {
                history.tries += 1
                return (nil, nil, nil)
            }
            defer { (history.saidRevoked, history.tries) = (login.time, 0) }
            return (history.tries, history.saidRevoked, history.visits.last)
        }
        guard let tries else { return nil }
        let reason =
            last.map { "tried again, \(tries == 1 ? "1 time" : "\(tries) times") more since \($0)" } ?? "the first try"
        return alarm(.revokedTried, login, before: visit, reason)
    }

    // MARK: - One password

    private mutating func used(
        _ login: ObservedLogin, _ id: Int64, _ visit: PasswordHistory.Visit
    ) -> (alarms: [AlarmRecord], arrival: Whereabouts.Arrival?, isTold: Bool) {
        let rules = rules
        let isCommon = login.asNumbers.contains { number in
            rules.commonAS > 0 && (memory.asNumbers[number]?.users.count ?? 0) >= rules.commonAS
        }
        let account = Digest.of(login.account)
        let explanation =
            memory.users[account]?.whereabouts.explanation(of: visit, after: memory.passwords[id]?.visits ?? [])
            ?? .unknown
        let look = memory.passwords.use(id, new: PasswordHistory()) { history in
            history.look(login, visit, isCommonAS: isCommon, explanation, rules)
        }
        if look.isSettled, let number = login.asNumbers.first {
            memory.asNumbers.use(number, new: AlarmMemory.ASHistory()) { $0.note(account) }
        }
        let alarms = look.findings.filter { isNews($0.kind, login) }.map {
            alarm($0.kind, login, before: $0.before, $0.reason)
        }
        let arrival =
            look.isArrival ? Whereabouts.Arrival(visit: visit, passwordID: id, service: login.service) : nil
        // Of two places the one that it is used in for days is the user's.
        let isTold = look.findings.contains { $0.kind != .passwordInTwoPlaces || !look.isSettled }
        return (alarms, arrival, isTold)
    }

    /// Notes where an account is, and says if an AS that was taken for the end of a journey was none.
    private mutating func moved(
        _ login: ObservedLogin, _ visit: PasswordHistory.Visit, _ arrival: Whereabouts.Arrival?, isTold: Bool
    ) -> [AlarmRecord] {
        let found = memory.users.use(Digest.of(login.account), new: AlarmMemory.UserHistory()) { history in
            let found = history.whereabouts.note(visit, of: login.passwordID, isTold: isTold)
            if let arrival { history.whereabouts.arrive(arrival) }
            return found
        }
        guard rules.action(.newAS) != .none else { return [] }
        return found.compactMap { arrival, distance in
            let there = arrival.visit
            var earlier = ObservedLogin(
                time: there.time, user: login.user, passwordID: arrival.passwordID, service: arrival.service,
                address: there.address, end: .allowed)
            (earlier.country, earlier.placeName) = (there.country, there.name)
            earlier.asNumbers = [there.asNumber].compactMap(\.self)
            earlier.asName = there.asNumber.flatMap { memory.asNumbers[$0]?.name }
            guard isNews(.newAS, earlier) else { return nil }
            var alarm = alarm(
                .newAS, earlier, before: visit,
                "the account is used at least \(Int(distance)) km away as well, which is no journey")
            if alarm.action == .suspend {
                alarm.action = .notify
                alarm.reason += "; not suspended, as either place may be the user's"
            }
            return alarm
        }
    }

    /// Whether the user has not been told of the same country or AS for another password: a journey with two devices is one.
    private mutating func isNews(_ kind: AlarmKind, _ login: ObservedLogin) -> Bool {
        let value: String? =
            switch kind {
            case .newCountry: login.country
            case .newAS: login.asNumbers.first.map { "\($0)" }
            case .revokedTried, .passwordInTwoPlaces, .accountFromMany: nil
            }
        // Each password has to be suspended.
        guard let value, rules.action(kind) == .notify else { return true }
        return memory.users.use(Digest.of(login.account), new: AlarmMemory.UserHistory()) {
            !$0.hasHeard(kind, value, at: login.time)
        }
    }

    // MARK: - One account

    private mutating func spread(_ login: ObservedLogin, _ network: IPPrefix) -> AlarmRecord? {
        guard rules.action(.accountFromMany) != .none else { return nil }
        let digest = Digest.of(network)
        let count = memory.users.use(Digest.of(login.account), new: AlarmMemory.UserHistory()) { history -> Int? in
            history.networks.removeAll { $0.network == digest || !login.time.isWithin(AlarmRules.atOnce, of: $0.time) }
            if history.networks.count >= AlarmRules.mostNetworks { history.networks.removeFirst() }
            history.networks.append(AlarmMemory.UserHistory.Use(network: digest, time: login.time))
            guard history.networks.count >= AlarmRules.mostNetworks else { return nil }
            if let said = history.saidMany, login.time.isWithin(AlarmRules.day, of: said) { return nil }
            history.saidMany = login.time
            return history.networks.count
        }
        guard let count else { return nil }
        let visits = login.passwordID.flatMap { memory.passwords[$0]?.visits } ?? []
        var alarm = alarm(
            .accountFromMany, login, before: visits.dropLast().last, "\(count) networks within an hour")
        // Whose password came last need not be whose password was stolen.
        let own = visits.count { login.time.isWithin(AlarmRules.atOnce, of: $0.time) }
        if alarm.action == .suspend, own < AlarmRules.ownNetworks {
            alarm.action = .notify
            alarm.reason += "; not suspended, as this password was used from \(own) of them"
        }
        return alarm
    }

    // MARK: - Words

    private func alarm(
        _ kind: AlarmKind, _ login: ObservedLogin, before: PasswordHistory.Visit?, _ reason: String
    ) -> AlarmRecord {
        var place = AlarmRecord.Place(time: login.time, address: login.address)
        (place.country, place.asNumber) = (login.country, login.asNumbers.first)
        (place.asName, place.name) = (login.asName, login.placeName)
        let earlier = before.map { visit in
            var place = AlarmRecord.Place(time: visit.time, address: visit.address)
            (place.country, place.asNumber, place.name) = (visit.country, visit.asNumber, visit.name)
            place.asName = visit.asNumber.flatMap { memory.asNumbers[$0]?.name }
            return place
        }
        var digest = Digest()
        digest.add(kind.rawValue)
        digest.add(login.user)
        digest.add(login.passwordID ?? -1)
        digest.add(login.time.milliseconds)
        digest.add(login.address?.description ?? "")
        var action = rules.action(kind)
        if action == .suspend, login.passwordID == nil { action = .notify }
        return AlarmRecord(
            kind, id: Self.id(digest.value), user: login.user.prefix(256).description, passwordID: login.passwordID,
            service: login.service.prefix(64).description, isAllowed: login.end == .allowed, place: place,
            before: earlier, reason: reason, action: action)
    }

    /// Ten letters and digits without those that look alike (Crockford's alphabet, in lower case): the 50 upper bits.
    private static func id(_ number: UInt64) -> String {
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
        return String((0..<10).map { alphabet[Int(number >> UInt64(59 - 5 * $0) & 31)] })
    }

    /// Of too many logins within an hour whose alarms would suspend, those of the rest only notify.
    private mutating func braked(_ alarms: [AlarmRecord], at time: Timestamp) -> [AlarmRecord] {
        guard alarms.contains(where: { $0.action == .suspend }) else { return alarms }
        memory.suspensions.removeAll { !time.isWithin(AlarmRules.atOnce, of: $0) }
        guard memory.suspensions.count >= AlarmRules.mostSuspensions else {
            memory.suspensions.append(time)
            return alarms
        }
        return alarms.map { alarm in
            guard alarm.action == .suspend else { return alarm }
            var alarm = alarm
            alarm.action = .notify
            alarm.reason += "; not suspended, as \(AlarmRules.mostSuspensions) passwords were within an hour"
            return alarm
        }
    }
}

extension AlarmMemory.ASHistory {
    /// Counts a user among those who come through it.
    mutating func note(_ user: UInt64) {
        guard users.count < AlarmMemory.mostUsersOfAS, !users.contains(user) else { return }
        users.append(user)
    }
}

extension Timestamp {
    /// Whether this is less than so long after another time, or up to an hour before it; a clock that was set back by more has
    /// everything forgotten that seems to come.
    func isWithin(_ duration: Duration, of other: Timestamp) -> Bool {
        let age = milliseconds.subtractingReportingOverflow(other.milliseconds)
        guard !age.overflow else { return false }
        return age.partialValue < duration.components.seconds * 1000 && age.partialValue > -3_600_000
    }
}

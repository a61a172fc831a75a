import AuditCore

extension PasswordHistory {
    /// What is odd about a login.
    struct Finding {
        var kind: AlarmKind
        var before: Visit?
        var reason: String
    }

    /// What a login says.
    struct Look {
        var findings: [Finding] = []
        /// Whether its AS is one that the user comes through for some time.
        var isSettled = false
        /// Whether its AS is new, and taken for the end of a journey.
        var isArrival = false
    }

    /// Looks at a login that was let in, and learns from it.
    mutating func look(
        _ login: ObservedLogin, _ visit: Visit, isCommonAS: Bool, _ explanation: Whereabouts.Explanation,
        _ rules: AlarmRules
    ) -> Look {
        let time = login.time
        var look = Look()
        let last = visits.last
        let hadHistory = hasHistory(at: time)
        if first == nil { first = time }

        var isAbroad = false
        if let country = login.country {
            let isNew = hadHistory && countries.areOld(at: time) && !countries.contains { $0.value == country }
            if isNew, rules.action(.newCountry) != .none {
                let known = countries.map(\.value).sorted().joined(separator: ", ")
                look.findings.append(Finding(kind: .newCountry, before: last, reason: "known countries: \(known)"))
                journey = Habit(value: country, first: time, last: time)
            }
            countries.note(country, at: time, most: Self.mostCountries)
            if let journey, journey.value == country {
                isAbroad = time.isWithin(AlarmRules.history, of: journey.first)
                if !isAbroad { self.journey = nil }
            }
        }
        if rules.action(.passwordInTwoPlaces) != .none, let finding = apart(visit, rules) {
            look.findings.append(finding)
        }
        if !login.asNumbers.isEmpty {
            let isNew =
                hadHistory && asNumbers.areOld(at: time)
                && !asNumbers.contains { login.asNumbers.contains($0.value) }
            if isNew, !isAbroad, !isCommonAS, explanation != .near, rules.action(.newAS) != .none {
                look.isArrival = explanation == .journey && roams(at: time)
                if !look.isArrival {
                    let known = asNumbers.suffix(6).map { "AS\($0.value)" }.joined(separator: ", ")
                    look.findings.append(Finding(kind: .newAS, before: last, reason: "known: \(known)"))
                }
            }
            // Of several who announce one prefix it came through one.
            let known = asNumbers.filter { login.asNumbers.contains($0.value) }.max { $0.last < $1.last }
            let counted = known?.value ?? login.asNumbers[0]
            for number in login.asNumbers {
                asNumbers.note(
                    number, at: time, most: Self.mostASNumbers, point: login.point, isUse: number == counted)
            }
            look.isSettled = hasUsed(login.asNumbers[0], for: AlarmRules.settling, at: time)
        }
        if rules.action(.passwordInTwoPlaces) != .none,
            !look.findings.contains(where: { $0.kind == .passwordInTwoPlaces }),
            let finding = scattered(login, last)
        {
            look.findings.append(finding)
        }
        visits.removeAll { $0.network == visit.network }
        if visits.count >= Self.mostVisits { visits.removeFirst() }
        visits.append(visit)
        return look
    }

    /// Whether it is used in two places that nobody gets from one to the other of within an hour.
    ///
    /// What both were used for two weeks already is a habit: a telephone whose operator has its gateway far away.
    private mutating func apart(_ visit: Visit, _ rules: AlarmRules) -> Finding? {
        guard let point = visit.point else { return nil }
        for other in visits.reversed() {
            guard other.network != visit.network, let there = other.point,
                visit.time.isWithin(AlarmRules.atOnce, of: other.time)
            else { continue }
            let distance = point.leastDistance(to: there)
            guard distance > AlarmRules.distance, !isHabit(visit, other), !isThroughGateway(visit, other),
                !isTold(visit, other, rules)
            else { continue }
            let pair = Self.pair(visit, other)
            said.removeAll { !visit.time.isWithin(AlarmRules.history, of: $0.time) }
            guard !said.contains(where: { $0.pair == pair }) else { continue }
            if said.count >= Self.mostSaid { said.removeFirst() }
            said.append(Said(pair: pair, time: visit.time))
            if let country = newerCountry(visit, other), !isKnown(country, at: visit.time) {
                journey = Habit(value: country, first: visit.time, last: visit.time)
            }
            let minutes = max(0, (visit.time.milliseconds - other.time.milliseconds) / 60_000)
            return Finding(
                kind: .passwordInTwoPlaces, before: other,
                reason: "at least \(Int(distance)) km apart within \(minutes + 1) min")
        }
        return nil
    }

    /// Whether both places are in one country, and one is the gateway of an operator that it has been used through for days: a
    /// telephone comes through it from wherever in the country it is. Another country's network is not excused by it: a thief's is
    /// one as well.
    private func isThroughGateway(_ one: Visit, _ other: Visit) -> Bool {
        guard let country = one.country, country == other.country else { return false }
        return [one, other].contains { visit in
            guard let point = visit.point, point.radius >= AlarmRules.gatewayRadius else { return false }
            return hasUsed(visit.asNumber, for: AlarmRules.settling, at: one.time)
        }
    }

    /// The country that is the newer one of both, so that it is known from now on to be told of.
    private func newerCountry(_ one: Visit, _ other: Visit) -> String? {
        let both = [one, other].compactMap { visit in countries.first { $0.value == visit.country } }
        guard both.count == 2, both[0].first != both[1].first else { return nil }
        return both[0].first > both[1].first ? both[0].value : both[1].value
    }

    /// Whether one of both is in a country that an alarm told of lately: a telephone on a journey comes through the hotel and
    /// through its operator at home, and people know already. What is to be suspended is, all the same.
    private func isTold(_ visit: Visit, _ other: Visit, _ rules: AlarmRules) -> Bool {
        guard let journey, visit.time.isWithin(AlarmRules.history, of: journey.first) else { return false }
        return rules.action(.passwordInTwoPlaces) == .notify
            && (visit.country == journey.value || other.country == journey.value)
    }

    private func isHabit(_ one: Visit, _ other: Visit) -> Bool {
        hasUsed(one.asNumber, for: AlarmRules.history, at: one.time, near: one.point)
            && hasUsed(other.asNumber, for: AlarmRules.history, at: one.time, near: other.point)
            && isKnown(one.country, at: one.time) && isKnown(other.country, at: one.time)
    }

    private func isKnown(_ country: String?, at time: Timestamp) -> Bool {
        guard let country else { return true }
        return countries.contains { $0.value == country && $0.first.advanced(by: AlarmRules.history) <= time }
    }

    /// What two places have in common for good: AS and country, or the network where the AS is not known; in any order.
    private static func pair(_ one: Visit, _ other: Visit) -> UInt64 {
        func digest(_ visit: Visit) -> UInt64 {
            guard let number = visit.asNumber else { return Digest.of(visit.network) }
            return Digest.of("AS\(number) \(visit.country ?? "")")
        }
        return digest(one) &+ digest(other)
    }

    /// Whether it is used through too many ASs in a day, beside those that are habits.
    private mutating func scattered(_ login: ObservedLogin, _ last: Visit?) -> Finding? {
        let today = asNumbers.filter { habit in
            login.time.isWithin(AlarmRules.day, of: habit.last)
                && habit.first.advanced(by: AlarmRules.history) > login.time
        }
        guard today.count >= AlarmRules.mostASNumbers else { return nil }
        if let saidMany, login.time.isWithin(AlarmRules.day, of: saidMany) { return nil }
        saidMany = login.time
        let names = today.suffix(8).map { "AS\($0.value)" }.joined(separator: ", ")
        return Finding(kind: .passwordInTwoPlaces, before: last, reason: "\(today.count) ASs within a day: \(names)")
    }
}

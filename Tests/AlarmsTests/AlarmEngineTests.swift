import AuditCore
import Locks
import Testing

@testable import Alarms

struct AlarmEngineTests {
    private func kinds(_ engine: inout AlarmEngine, _ logins: [ObservedLogin]) -> [AlarmKind] {
        logins.flatMap { engine.note($0).map(\.kind) }
    }

    // MARK: - New country, new AS

    @Test(arguments: [(13, false), (14, false), (15, true)])
    func `a country is new after two weeks of history`(days: Int, isAlarm: Bool) {
        var engine = engine(daysAtHome: days)
        let found = engine.note(
            .make("198.51.100.1", at: .at(day: days - 1, hour: 23, minute: 59), country: "FR", asn: 3320, point: nil))
        #expect(found.map(\.kind) == (isAlarm ? [.newCountry] : []))
        guard let alarm = found.first else { return }
        #expect(alarm.reason == "known countries: DE" && alarm.place.country == "FR" && alarm.before?.country == "DE")
        #expect(alarm.before?.asName == "Operator 3320" && alarm.isAllowed && alarm.action == .notify)
        #expect(alarm.id.count == 10)
        // It is known from now on.
        #expect(engine.note(.make("198.51.100.2", at: .at(day: days), country: "FR", asn: 3320, point: nil)).isEmpty)
    }

    @Test func `an AS is new after two weeks, but not where the country was said to be`() {
        var home = engine(daysAtHome: 15)
        #expect(kinds(&home, [.make("198.51.100.1", at: .at(day: 15), asn: 64496, point: nil)]) == [.newAS])
        var abroad = engine(daysAtHome: 15)
        let journey: [ObservedLogin] = [
            .make("198.51.100.1", at: .at(day: 15), country: "FR", asn: 64496, point: nil),
            .make("198.51.101.1", at: .at(day: 16), country: "FR", asn: 64497, point: nil),
            .make("198.51.102.1", at: .at(day: 18), country: "ES", asn: 64498, point: nil),
            .make("198.51.103.1", at: .at(day: 40), country: "ES", asn: 64499, point: nil),
        ]
        #expect(kinds(&abroad, journey) == [.newCountry, .newCountry, .newAS])
    }

    @Test func `an AS that is not new need not be the first of several, and one that is not known is nothing`() {
        var engine = engine(daysAtHome: 15)
        var login = ObservedLogin.make("198.51.100.1", at: .at(day: 15), asn: 64496)
        login.asNumbers = [64496, 3320]
        #expect(engine.note(login).isEmpty)
        #expect(engine.note(.make("198.51.101.1", at: .at(day: 15), country: nil, asn: nil, point: nil)).isEmpty)
    }

    @Test func `an AS that others come through is no news, unless thieves alone do`() {
        var engine = engine(daysAtHome: 15, AlarmRules(commonAS: 3))
        for (index, user) in ["bob", "carol", "dora"].enumerated() {
            for day in 0..<5 {
                _ = engine.note(
                    .make("198.51.100.7", at: .at(day: day), user: user, password: Int64(100 + index), asn: 64500))
            }
            // Once is no habit.
            _ = engine.note(
                .make("198.51.100.8", at: .at(day: 6), user: user, password: Int64(100 + index), asn: 64501))
        }
        #expect(engine.note(.make("198.51.100.9", at: .at(day: 15), asn: 64500, point: nil)).isEmpty)
        #expect(kinds(&engine, [.make("198.51.100.9", at: .at(day: 15), asn: 64501, point: nil)]) == [.newAS])
    }

    @Test func `an AS is no news in the town where the user was within a day`() {
        var near = engine(daysAtHome: 15)
        var town = Spot.dresden
        town.longitude += 0.5
        #expect(kinds(&near, [.make("198.51.100.1", at: .at(day: 15), asn: 64496, point: town)]).isEmpty)
        town.longitude += 5
        #expect(kinds(&near, [.make("198.51.101.1", at: .at(day: 15, hour: 5), asn: 64497, point: town)]) == [.newAS])
        var vague = engine(daysAtHome: 15)
        town = Spot.dresden
        town.radius = 101
        #expect(kinds(&vague, [.make("198.51.100.1", at: .at(day: 15), asn: 64496, point: town)]) == [.newAS])
        var late = engine(daysAtHome: 15)
        #expect(kinds(&late, [.make("198.51.100.1", at: .at(day: 17), asn: 64496)]) == [.newAS])
    }

    @Test(arguments: [(AlarmAction.notify, 2), (.suspend, 4)])
    func `two passwords on one journey are one, but both are suspended`(action: AlarmAction, count: Int) {
        var engine = AlarmEngine(AlarmRules(action, commonAS: 0))
        for day in 0..<15 {
            for id in [17, 18] { _ = engine.note(.make(at: .at(day: day), password: Int64(id))) }
        }
        let journeys = ["FR", "ES"].enumerated().flatMap { index, country in
            [17, 18].map { id in
                ObservedLogin.make(
                    "198.51.\(100 + index).1", at: .at(day: 15 + index), password: Int64(id), country: country,
                    asn: 64496,
                    point: nil)
            }
        }
        #expect(kinds(&engine, journeys) == Array(repeating: .newCountry, count: count))
    }

    // MARK: - Two places

    @Test(
        arguments: [
            (Spot.paris, 59, true, "Paris is 800 km off"),
            (Spot.paris, 60, false, "an hour is enough for nobody, but ends it"),
            (Spot.berlin, 1, false, "Berlin is 160 km off"), (Spot.munich, 1, true, "Munich is 358 km off, less 40"),
            (nil, 1, false, "nobody knows where"),
        ] as [(ObservedLogin.Point?, Int, Bool, String)])
    func `two places within an hour must be near`(point: ObservedLogin.Point?, minutes: Int, isAlarm: Bool, why: String)
    {
        var engine = AlarmEngine(AlarmRules())
        let logins: [ObservedLogin] = [
            .make(at: .at()), .make("198.51.100.1", at: .at(minute: minutes), asn: 64496, point: point),
        ]
        #expect(kinds(&engine, logins) == (isAlarm ? [.passwordInTwoPlaces] : []), "\(why)")
    }

    @Test func `radii count`() {
        var engine = AlarmEngine(AlarmRules())
        var vague = Spot.paris
        vague.radius = 600
        #expect(
            kinds(&engine, [.make(at: .at()), .make("198.51.100.1", at: .at(minute: 1), asn: 64496, point: vague)])
                .isEmpty)
    }

    @Test func `two places are said once`() {
        var engine = AlarmEngine(AlarmRules())
        #expect(engine.note(.make(at: .at())).isEmpty)
        let found = engine.note(.make("203.0.113.1", at: .at(minute: 2), country: "NG", asn: 64497, point: Spot.lagos))
        #expect(found.map(\.kind) == [.passwordInTwoPlaces] && found[0].before?.address == IPAddress("192.0.2.1"))
        #expect(found[0].reason.hasPrefix("at least 4") && found[0].reason.hasSuffix(" km apart within 3 min"))
        // The same two again and again are no news, a third one is.
        let more: [ObservedLogin] = [
            .make(at: .at(minute: 3)),
            .make("203.0.113.9", at: .at(minute: 4), country: "NG", asn: 64497, point: Spot.lagos),
            .make("203.0.114.1", at: .at(minute: 70), country: "FR", asn: 64499, point: Spot.paris),
            .make(at: .at(minute: 71)),
        ]
        #expect(kinds(&engine, more) == [.passwordInTwoPlaces])
    }

    @Test(arguments: [(AlarmAction.notify, [AlarmKind.newCountry]), (.suspend, [.newCountry, .passwordInTwoPlaces])])
    func `a telephone that roams on a journey is told of once`(action: AlarmAction, found: [AlarmKind]) {
        var engine = engine(daysAtHome: 15, AlarmRules(action, commonAS: 0))
        let journey: [ObservedLogin] = [
            .make("198.51.100.1", at: .at(day: 15, hour: 8), country: "FR", asn: 64496, point: Spot.paris),
            .make(at: .at(day: 15, hour: 8, minute: 10)),
            .make("198.51.100.1", at: .at(day: 15, hour: 8, minute: 20), country: "FR", asn: 64496, point: Spot.paris),
        ]
        #expect(kinds(&engine, journey) == found)
    }

    @Test func `two places of old are a habit`() {
        var engine = AlarmEngine(AlarmRules(commonAS: 0))
        var alarms: [Int: Int] = [:]
        for day in 0..<60 {
            for hour in 0..<24 {
                let isFar = hour % 2 == 1
                let found = engine.note(
                    .make(
                        isFar ? "198.51.100.1" : "192.0.2.1", at: .at(day: day, hour: hour, minute: isFar ? 0 : 30),
                        asn: isFar ? 64496 : 3320, point: isFar ? Spot.paris : Spot.dresden))
                alarms[day, default: 0] += found.count
            }
        }
        #expect(alarms.filter { $0.value > 0 } == [0: 1])
    }

    @Test func `five ASs in a day are too many for a password, said once a day`() {
        var engine = AlarmEngine(AlarmRules())
        func login(_ index: Int, day: Int) -> ObservedLogin {
            .make("198.51.\(100 + index).1", at: .at(day: day, hour: index * 4), asn: 64496 + UInt32(index))
        }
        #expect(kinds(&engine, (0..<4).map { login($0, day: 0) }).isEmpty)
        let found = engine.note(login(4, day: 0))
        #expect(found.map(\.kind) == [.passwordInTwoPlaces])
        #expect(found.first?.reason == "5 ASs within a day: AS64496, AS64497, AS64498, AS64499, AS64500")
        #expect(kinds(&engine, [login(5, day: 0)]).isEmpty)
        #expect(kinds(&engine, (0..<6).map { login($0, day: 3) }) == [.passwordInTwoPlaces])
    }

    // MARK: - Revoked passwords

    @Test func `a revoked password that is tried is said once a day`() {
        var engine = engine(daysAtHome: 1)
        func tried(_ day: Int, _ hour: Int) -> [AlarmRecord] {
            engine.note(.make("198.51.100.1", at: .at(day: day, hour: hour), end: .revoked))
        }
        let first = tried(2, 0)
        #expect(first.map(\.kind) == [.revokedTried] && first[0].reason == "the first try" && !first[0].isAllowed)
        #expect(first[0].before?.address == IPAddress("192.0.2.1"))
        for hour in 1..<24 { #expect(tried(2, hour).isEmpty) }
        #expect(tried(3, 0).map(\.reason) == ["tried again, 23 times more since \(Timestamp.at(day: 2))"])
        #expect(tried(3, 1).isEmpty)
        // Another one of the same account is another.
        #expect(engine.note(.make(at: .at(day: 3), password: 18, end: .revoked)).count == 1)
        #expect(engine.note(.make(at: .at(day: 3), password: 19, end: .refused)).isEmpty)
    }

    @Test func `a revoked password in the house is one, too`() {
        var engine = AlarmEngine(AlarmRules())
        var login = ObservedLogin.make("10.0.0.7", at: .at(), country: nil, asn: nil, point: nil, end: .revoked)
        login.isLocal = true
        #expect(engine.note(login).map(\.kind) == [.revokedTried])
        login.end = .allowed
        #expect(engine.note(login).isEmpty)
    }

    // MARK: - Accounts

    @Test(arguments: [(9, 1, 0), (10, 1, 1), (10, 7, 0), (30, 1, 1)])
    func `an account from ten networks in an hour`(networks: Int, minutes: Int, alarms: Int) {
        var engine = AlarmEngine(AlarmRules())
        let logins = (0..<networks).map { index in
            ObservedLogin.make(
                "198.51.\(100 + index).1", at: .at(minute: index * minutes), password: Int64(index % 3), asn: nil,
                point: nil)
        }
        let found = kinds(&engine, logins)
        #expect(found == Array(repeating: .accountFromMany, count: alarms))
        // Addresses of one network are one.
        let same = (0..<100).map { ObservedLogin.make("192.0.2.\($0)", at: .at(day: 3, minute: $0 / 2), user: "bob") }
        #expect(kinds(&engine, same).isEmpty)
    }

    @Test func `an account without an app password has alarms of its own only`() {
        var engine = AlarmEngine(AlarmRules(.suspend))
        let found = (0..<10).flatMap { index in
            engine.note(.make("198.51.\(100 + index).1", at: .at(minute: index), password: nil, asn: UInt32(index)))
        }
        #expect(found.map(\.kind) == [.accountFromMany] && found[0].action == .notify)
    }

    // MARK: - What is quiet

    @Test func `quiet networks raise nothing and teach nothing`() throws {
        let webmail = try #require(IPPrefix("203.0.113.0/24"))
        var engine = engine(daysAtHome: 15, AlarmRules(quietNetworks: PrefixSet([webmail]), commonAS: 0))
        let quiet = "203.0.113.4"
        let logins: [ObservedLogin] = [
            .make(quiet, at: .at(day: 15), country: "FR", asn: 64496, point: Spot.paris),
            .make(quiet, at: .at(day: 15), end: .revoked),
        ]
        #expect(kinds(&engine, logins).isEmpty)
        let same = ObservedLogin.make("198.51.100.1", at: .at(day: 15), country: "FR", asn: 64496, point: nil)
        #expect(kinds(&engine, [same]) == [.newCountry])
    }

    @Test(arguments: AlarmKind.allCases)
    func `a kind that is none is none`(kind: AlarmKind) {
        var rules = AlarmRules(commonAS: 0)
        rules.actions[kind] = AlarmAction.none
        var engine = engine(daysAtHome: 15, rules)
        var logins = (0..<12).map { index in
            ObservedLogin.make(
                "198.51.\(100 + index).1", at: .at(day: 15, minute: index), country: "FR", asn: 64496 + UInt32(index),
                point: Spot.paris)
        }
        logins.append(.make("198.51.100.1", at: .at(day: 15, minute: 30), end: .revoked))
        let found = Set(kinds(&engine, logins))
        #expect(!found.contains(kind))
        // In a new country no AS is new; where that is none it is.
        #expect(found == Set(AlarmKind.allCases).subtracting([kind, kind == .newCountry ? kind : .newAS]))
    }

    // MARK: - Suspending

    @Test func `no more than ten passwords are suspended within an hour`() {
        var rules = AlarmRules(.notify, commonAS: 0)
        rules.actions[.newCountry] = .suspend
        var engine = AlarmEngine(rules)
        for id in 0..<30 {
            for day in 0..<15 { _ = engine.note(.make(at: .at(day: day), user: "user\(id)", password: Int64(id))) }
        }
        var actions: [AlarmAction] = []
        for id in 0..<20 {
            let login = ObservedLogin.make(
                "198.51.100.1", at: .at(day: 15, minute: id), user: "user\(id)", password: Int64(id), country: "FR",
                point: nil)
            actions += engine.note(login).map(\.action)
        }
        #expect(actions == Array(repeating: .suspend, count: 10) + Array(repeating: .notify, count: 10))
        let later = ObservedLogin.make(
            "198.51.100.1", at: .at(day: 15, hour: 2), user: "user20", password: 20, country: "FR", point: nil)
        #expect(engine.note(later).map(\.action) == [.suspend])
    }

    // MARK: - Memory

    @Test func `memory is bounded, and what was used longest ago goes`() {
        var bounds = AlarmMemory.Bounds()
        (bounds.passwords, bounds.users, bounds.asNumbers) = (100, 50, 10)
        var engine = AlarmEngine(AlarmRules(), memory: AlarmMemory(bounds))
        for id in 0..<10_000 {
            _ = engine.note(
                .make(
                    "198.51.\(id % 250).1", at: .at(minute: id), user: "user\(id)", password: Int64(id), asn: UInt32(id)
                ))
            // One is used again and again.
            _ = engine.note(.make(at: .at(minute: id)))
        }
        #expect(engine.memory.counts == (100, 50, 10))
        #expect(engine.memory.passwords[17]?.first == .at())
        #expect(engine.memory.passwords[9999] != nil && engine.memory.passwords[5000] == nil)
    }

    @Test func `a password is remembered within bounds, whatever is done with it`() {
        var engine = AlarmEngine(AlarmRules())
        for index in 0..<5000 {
            let letters = [UInt8(65 + index % 26), UInt8(65 + index / 26 % 26)]
            _ = engine.note(
                .make(
                    "\(1 + index % 200).\(index % 256).1.1", at: .at(minute: index),
                    country: String(decoding: letters, as: UTF8.self),
                    asn: UInt32(index), point: index % 2 == 0 ? Spot.paris : Spot.lagos))
        }
        let history = engine.memory.passwords[17]
        #expect(history?.countries.count == PasswordHistory.mostCountries)
        #expect(history?.asNumbers.count == PasswordHistory.mostASNumbers)
        #expect(
            history?.visits.count == PasswordHistory.mostVisits
                && (history?.said.count ?? 99) <= PasswordHistory.mostSaid)
    }

    @Test func `a clock that was set back raises no storm`() {
        func elsewhere(_ time: Timestamp, _ index: Int) -> ObservedLogin {
            .make(
                "198.51.\(100 + index).1", at: time, asn: 64496 + UInt32(index),
                point: index % 2 == 0 ? Spot.paris : Spot.lagos)
        }
        var right = engine(daysAtHome: 15)
        #expect(
            kinds(&right, [elsewhere(.at(day: 14, hour: 23, minute: 30), 0)]) == [.passwordInTwoPlaces, .newAS])
        // By two days, and by two hours more each time: nothing is known to be earlier.
        var engine = engine(daysAtHome: 15)
        #expect(kinds(&engine, (0..<50).map { elsewhere(.at(day: 13, hour: -2 * $0), $0) }).isEmpty)
        #expect(engine.note(.make(at: Timestamp(milliseconds: .min))).isEmpty)
        #expect(engine.note(.make(at: Timestamp(milliseconds: .max))).isEmpty)
    }
}

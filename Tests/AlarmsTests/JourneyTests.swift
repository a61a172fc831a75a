import AuditCore
import Testing

@testable import Alarms

/// What is a journey, and what only looks like one.
struct JourneyTests {
    private static let gateway = ObservedLogin.Point(latitude: 51, longitude: 10, radius: 300)
    private static let operatorNumber: UInt32 = 64_500
    private static let hotelNumber: UInt32 = 64_496

    /// Alice's telephone, password 17, which comes from home and through its operator each hour of so many days, until 23:30.
    private func telephone(days: Int = 15, _ rules: AlarmRules = AlarmRules(commonAS: 0)) -> AlarmEngine {
        var engine = AlarmEngine(rules)
        for day in 0..<days {
            for hour in 0..<24 {
                _ = engine.note(.make(at: .at(day: day, hour: hour)))
                _ = engine.note(gateway(.at(day: day, hour: hour, minute: 30)))
            }
        }
        return engine
    }

    private func gateway(_ time: Timestamp) -> ObservedLogin {
        .make("203.0.113.1", at: time, asn: Self.operatorNumber, point: Self.gateway)
    }

    /// Through a small operator in Munich, 358 km from home.
    private func hotel(_ time: Timestamp, password: Int64 = 17, point: ObservedLogin.Point? = Spot.munich)
        -> ObservedLogin
    {
        .make("198.51.100.1", at: time, password: password, asn: Self.hotelNumber, point: point)
    }

    private func home(_ time: Timestamp, password: Int64 = 17) -> ObservedLogin { .make(at: time, password: password) }

    private func kinds(_ engine: inout AlarmEngine, _ logins: [ObservedLogin]) -> [AlarmKind] {
        logins.flatMap { engine.note($0).map(\.kind) }
    }

    @Test func `a telephone in a hotel is on a journey, and so is what comes after it, and its way home`() {
        var engine = telephone()
        for day in 0..<15 { _ = engine.note(home(.at(day: day, hour: 12, minute: 1), password: 18)) }
        let journey = [
            hotel(.at(day: 15, hour: 7)), gateway(.at(day: 15, hour: 8)), hotel(.at(day: 15, hour: 9)),
            hotel(.at(day: 15, hour: 20), password: 18), hotel(.at(day: 16, hour: 7)), home(.at(day: 16, hour: 10)),
            home(.at(day: 16, hour: 11), password: 18),
        ]
        #expect(kinds(&engine, journey).isEmpty)
    }

    @Test(
        arguments: [
            (3, Spot.munich, true, "three hours after it was at home"),
            (5, Spot.munich, false, "five hours are enough for 320 km"),
            (7, ObservedLogin.Point(latitude: 40.4, longitude: -3.7, radius: 20), true, "Madrid is too far"),
            (7, ObservedLogin.Point(latitude: 48.1, longitude: 11.6, radius: 101), true, "no town"),
            (7, nil, true, "nobody knows where"),
        ] as [(Int, ObservedLogin.Point?, Bool, String)])
    func `what cannot be a journey is told at once`(hour: Int, point: ObservedLogin.Point?, isAlarm: Bool, why: String)
    {
        var engine = telephone()
        // The last login from home was at 23:00.
        #expect(
            kinds(&engine, [hotel(.at(day: 15, hour: hour - 1), point: point)]) == (isAlarm ? [.newAS] : []), "\(why)")
    }

    @Test func `a password that never roams is on no journey`() {
        var engine = engine(daysAtHome: 15)
        #expect(kinds(&engine, [hotel(.at(day: 15, hour: 7))]) == [.newAS])
    }

    @Test func `what was taken for a journey is told when the account is used at home meanwhile`() throws {
        var engine = telephone()
        // At night, by a thief; in the morning the user is at home, with another password.
        #expect(kinds(&engine, [hotel(.at(day: 15, hour: 6))]).isEmpty)
        let found = engine.note(home(.at(day: 15, hour: 7), password: 18))
        #expect(found.map(\.kind) == [.newAS])
        let alarm = try #require(found.first)
        #expect(alarm.place.address == IPAddress("198.51.100.1") && alarm.passwordID == 17)
        #expect(alarm.place.asNumber == Self.hotelNumber && alarm.place.time == .at(day: 15, hour: 6))
        #expect(alarm.before?.address == IPAddress("192.0.2.1"))
        #expect(
            alarm.reason.hasPrefix("the account is used at least 3") && alarm.reason.hasSuffix("which is no journey"))
        // Once.
        #expect(kinds(&engine, [hotel(.at(day: 15, hour: 9)), home(.at(day: 15, hour: 11))]).isEmpty)
    }

    @Test func `a thief who comes again while the user is at home is told of`() {
        var engine = telephone()
        #expect(kinds(&engine, [hotel(.at(day: 15, hour: 4)), home(.at(day: 15, hour: 8))]).isEmpty, "four hours each")
        #expect(kinds(&engine, [hotel(.at(day: 15, hour: 9, minute: 1))]) == [.newAS])
    }

    @Test func `a journey that was none is told to nobody who does not want to hear of ASs`() {
        var silent = AlarmRules(commonAS: 0)
        silent.actions[.newAS] = AlarmAction.none
        var engine = telephone(days: 15, silent)
        #expect(kinds(&engine, [hotel(.at(day: 15, hour: 6)), home(.at(day: 15, hour: 7), password: 18)]).isEmpty)
    }

    @Test func `a thief who comes again from another prefix is told of, in another town he has another journey`() {
        var engine = telephone()
        #expect(kinds(&engine, [hotel(.at(day: 15, hour: 4)), home(.at(day: 15, hour: 8))]).isEmpty)
        var other = hotel(.at(day: 15, hour: 9, minute: 1))
        other.address = IPAddress("2001:db8:77::1")
        other.network = IPPrefix("2001:db8:77::/48")
        var elsewhere = other
        elsewhere.point = ObservedLogin.Point(latitude: 47.7, longitude: 10.3, radius: 5)
        var second = engine
        #expect(kinds(&second, [elsewhere]).isEmpty)
        let found = engine.note(other)
        #expect(found.map(\.kind) == [.newAS] && found.first?.place.address == other.address)
    }

    @Test func `what is known no closer than 120 km shows as well that there was no journey`() {
        let around = ObservedLogin.Point(latitude: 51.05, longitude: 13.74, radius: 120)
        var engine = telephone()
        let logins = [
            hotel(.at(day: 15, hour: 6)), .make(at: .at(day: 15, hour: 6, minute: 30), password: 18, point: around),
        ]
        #expect(kinds(&engine, logins) == [.newAS])
    }

    @Test(arguments: [("DE", [AlarmKind]()), ("SE", [.newAS])])
    func `a gateway of the same country shows nothing`(country: String, alarms: [AlarmKind]) {
        var engine = telephone()
        _ = engine.note(hotel(.at(day: 15, hour: 6)))
        let far = ObservedLogin.make(
            "203.0.115.1", at: .at(day: 15, hour: 6, minute: 10), password: nil, country: country, asn: 64_501,
            point: Self.farGateway)
        #expect(kinds(&engine, [far]) == alarms)
    }

    @Test func `who was in no town for a day is on no journey`() {
        var engine = telephone()
        for hour in 0..<30 { _ = engine.note(gateway(.at(day: 15, hour: hour))) }
        #expect(kinds(&engine, [hotel(.at(day: 16, hour: 7))]) == [.newAS])
    }

    @Test func `a second journey does not hide the first, and there is no third`() {
        let hamburg = ObservedLogin.Point(latitude: 53.55, longitude: 10, radius: 20)
        func later(_ hour: Int, _ minute: Int, _ number: UInt32) -> ObservedLogin {
            .make(
                "198.51.\(number - 64_400).1", at: .at(day: 15, hour: hour, minute: minute), asn: number,
                point: hamburg)
        }
        var engine = telephone()
        #expect(kinds(&engine, [hotel(.at(day: 15, hour: 4)), later(10, 0, 64_498)]).isEmpty)
        var third = engine
        var dresden = later(20, 0, 64_499)
        dresden.point = ObservedLogin.Point(latitude: 50.1, longitude: 8.7, radius: 20)
        #expect(kinds(&third, [dresden]) == [.newAS])
        let shown = engine.note(home(.at(day: 15, hour: 10, minute: 30), password: 18))
        #expect(shown.map(\.place.asNumber) == [64_498])
        #expect(engine.note(hotel(.at(day: 15, hour: 11))).map(\.place.asNumber) == [Self.hotelNumber])
    }

    // MARK: - Suspending

    private static let suspending: AlarmRules = {
        var rules = AlarmRules(commonAS: 0)
        rules.actions[.newAS] = .suspend
        return rules
    }()

    /// Passwords 17 and 18, both of which roam.
    private func telephones(_ rules: AlarmRules) -> AlarmEngine {
        var engine = telephone(days: 15, rules)
        for day in 0..<15 {
            for var login in [home(.at(day: day, hour: 23, minute: 1)), gateway(.at(day: day, hour: 23, minute: 31))] {
                login.passwordID = 18
                _ = engine.note(login)
            }
        }
        return engine
    }

    @Test func `a thief's second password is suspended as well, and a user's on a journey is not`() {
        var engine = telephones(Self.suspending)
        // Three hours after the user was at home, and ten.
        let (first, second) = (hotel(.at(day: 15, hour: 2)), hotel(.at(day: 15, hour: 2, minute: 5), password: 18))
        var honest = engine
        #expect(engine.note(first).map(\.action) == [.suspend])
        #expect(engine.note(first).isEmpty)
        var late = engine
        #expect(engine.note(second).map(\.action) == [.suspend])
        var patient = second
        patient.time = .at(day: 15, hour: 20)
        #expect(late.note(patient).map(\.action) == [.suspend])

        let journey = [hotel(.at(day: 15, hour: 9)), hotel(.at(day: 15, hour: 20), password: 18)]
        #expect(kinds(&honest, journey).isEmpty)
    }

    @Test func `where an alarm was raised another AS is as new as anywhere`() {
        var engine = telephones(AlarmRules(commonAS: 0))
        let first = hotel(.at(day: 15, hour: 2))
        let other = ObservedLogin.make(
            "198.51.101.1", at: .at(day: 15, hour: 2, minute: 5), password: 18, asn: 64_502, point: Spot.munich)
        #expect(kinds(&engine, [first, hotel(.at(day: 15, hour: 2, minute: 1), password: 18)]) == [.newAS])
        var next = telephones(AlarmRules(commonAS: 0))
        #expect(kinds(&next, [first, other]) == [.newAS, .newAS])
    }

    @Test func `what is found out later is told of, and nothing is suspended`() {
        var engine = telephones(Self.suspending)
        #expect(kinds(&engine, [hotel(.at(day: 15, hour: 6))]).isEmpty)
        let found = engine.note(home(.at(day: 15, hour: 7), password: 18))
        #expect(found.map(\.action) == [.notify] && found.first?.reason.contains("; not suspended") == true)
    }

    // MARK: - Gateways

    /// As far from home as a large country reaches.
    private static let farGateway = ObservedLogin.Point(latitude: 57, longitude: 10, radius: 300)

    @Test(arguments: [(4, [AlarmKind]()), (1, [.passwordInTwoPlaces])])
    func `one's own operator's gateway is nowhere in its country, after three days`(days: Int, alarms: [AlarmKind]) {
        var engine = telephone(days: days)
        let south = ObservedLogin.make(
            "203.0.114.1", at: .at(day: days, hour: 0, minute: 20), asn: 64_497,
            point: ObservedLogin.Point(latitude: 43, longitude: 10, radius: 20))
        let through = gateway(.at(day: days, hour: 0, minute: 10))
        // Home is 900 km away as well: an hour later nobody is there.
        var quiet = south
        quiet.time = .at(day: days, hour: 1, minute: 5)
        #expect(kinds(&engine, [through, quiet, gateway(.at(day: days, hour: 1, minute: 10))]) == alarms)
    }

    @Test func `a thief abroad is told of while the user's telephone comes through its operator`() {
        let lagos = ObservedLogin.make(
            "203.0.114.1", at: .at(day: 4, hour: 8), country: "NG", asn: 64_497, point: Spot.lagos)
        var own = telephone(days: 4)
        #expect(kinds(&own, [gateway(.at(day: 4, hour: 7, minute: 30)), lagos]) == [.passwordInTwoPlaces])
        // Once, through whatever AS of that country: a user on a journey knows of it now.
        var second = lagos
        (second.time, second.asNumbers) = (.at(day: 4, hour: 8, minute: 10), [64_498])
        (second.address, second.network) = (IPAddress("203.0.116.1"), IPPrefix("203.0.116.0/24"))
        #expect(kinds(&own, [gateway(.at(day: 4, hour: 8, minute: 5)), second]).isEmpty)
        // The other way round.
        var after = telephone(days: 4)
        #expect(kinds(&after, [lagos, gateway(.at(day: 4, hour: 8, minute: 5))]) == [.passwordInTwoPlaces])
        // While it is at home, too.
        var atHome = telephone(days: 4)
        #expect(kinds(&atHome, [home(.at(day: 4, hour: 7, minute: 50)), lagos]) == [.passwordInTwoPlaces])
    }

    @Test func `where a user is outlives the process`() throws {
        var engine = telephone()
        #expect(kinds(&engine, [hotel(.at(day: 15, hour: 6))]).isEmpty)
        let memory = try AlarmMemory(reading: engine.memory.text, now: .at(day: 15, hour: 6))
        var next = AlarmEngine(engine.rules, memory: memory)
        #expect(kinds(&next, [home(.at(day: 15, hour: 7), password: 18)]) == [.newAS])
    }
}

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

    @Test func `one's own operator's gateway is nowhere, and that of another is`() {
        // Abroad, through the hotel and through the operator at home.
        let hotel = ObservedLogin.make(
            "203.0.114.1", at: .at(day: 4, hour: 8), country: "NG", asn: 64_497, point: Spot.lagos)
        var own = telephone(days: 4)
        #expect(
            kinds(&own, [gateway(.at(day: 4, hour: 7, minute: 30)), hotel, gateway(.at(day: 4, hour: 8, minute: 5))])
                .isEmpty)
        // Used for a day only.
        var fresh = telephone(days: 1)
        var early = hotel
        early.time = .at(day: 1, hour: 0)
        #expect(kinds(&fresh, [early]) == [.passwordInTwoPlaces])
        // While it is at home, too.
        var atHome = telephone(days: 4)
        #expect(kinds(&atHome, [home(.at(day: 4, hour: 7, minute: 50)), hotel]) == [.passwordInTwoPlaces])
    }

    @Test func `where a user is outlives the process`() throws {
        var engine = telephone()
        #expect(kinds(&engine, [hotel(.at(day: 15, hour: 6))]).isEmpty)
        let memory = try AlarmMemory(reading: engine.memory.text, now: .at(day: 15, hour: 6))
        var next = AlarmEngine(engine.rules, memory: memory)
        #expect(kinds(&next, [home(.at(day: 15, hour: 7), password: 18)]) == [.newAS])
    }
}

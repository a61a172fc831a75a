import AuditCore

@testable import Alarms

/// Places for tests.
enum Spot {
    static let dresden = ObservedLogin.Point(latitude: 51.05, longitude: 13.74, radius: 20)
    static let berlin = ObservedLogin.Point(latitude: 52.52, longitude: 13.40, radius: 20)
    static let munich = ObservedLogin.Point(latitude: 48.14, longitude: 11.58, radius: 20)
    static let paris = ObservedLogin.Point(latitude: 48.86, longitude: 2.35, radius: 50)
    static let lagos = ObservedLogin.Point(latitude: 6.45, longitude: 3.39, radius: 100)
}

extension ObservedLogin {
    /// A login of alice with password 17, let in.
    static func make(
        _ address: String = "192.0.2.1", at time: Timestamp, user: String = "alice", password: Int64? = 17,
        country: String? = "DE", asn: UInt32? = 3320, point: Point? = Spot.dresden, end: LoginEnd = .allowed
    ) -> ObservedLogin {
        var login = ObservedLogin(
            time: time, user: user, passwordID: password, service: "imap", address: IPAddress(address), end: end)
        login.country = country
        login.asNumbers = asn.map { [$0] } ?? []
        login.asName = asn.map { "Operator \($0)" }
        login.point = point
        return login
    }
}

extension Timestamp {
    /// A day, an hour, a minute after the beginning of the tests.
    static func at(day: Int = 0, hour: Int = 0, minute: Int = 0) -> Timestamp {
        Timestamp(milliseconds: 1_796_000_000_000 + Int64((day * 24 + hour) * 60 + minute) * 60_000)
    }
}

/// An engine that has seen alice at home, each hour of so many days.
func engine(daysAtHome days: Int, _ rules: AlarmRules = AlarmRules(commonAS: 0)) -> AlarmEngine {
    var engine = AlarmEngine(rules)
    for day in 0..<days {
        for hour in 0..<24 { _ = engine.note(.make(at: .at(day: day, hour: hour))) }
    }
    return engine
}

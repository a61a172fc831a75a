import AuditCore
import Locks
import Testing

@testable import Alarms

/// What is usual for a password, and since when that is known; and what counts as one.
struct HistoryTests {
    private func kinds(_ engine: inout AlarmEngine, _ logins: [ObservedLogin]) -> [AlarmKind] {
        logins.flatMap { engine.note($0).map(\.kind) }
    }

    @Test func `nothing is new before it has been known for two weeks what is usual`() {
        var engine = AlarmEngine(AlarmRules(commonAS: 0))
        // MaxMind's files come after twenty days.
        for day in 0..<20 { _ = engine.note(.make(at: .at(day: day), country: nil, asn: nil, point: nil)) }
        for day in 20..<34 { _ = engine.note(.make(at: .at(day: day))) }
        func elsewhere(_ day: Int) -> [ObservedLogin] {
            [
                .make("198.51.100.\(day)", at: .at(day: day), asn: 64496 + UInt32(day), point: nil),
                .make("198.51.101.\(day)", at: .at(day: day), country: day == 33 ? "FR" : "ES", point: nil),
            ]
        }
        #expect(kinds(&engine, elsewhere(33)).isEmpty)
        #expect(kinds(&engine, elsewhere(34)) == [.newAS, .newCountry])
    }

    @Test func `of too many ASs the oldest stays, so that there is still something new`() {
        var engine = engine(daysAtHome: 15)
        for index in 0..<40 {
            let login = ObservedLogin.make(
                "198.51.\(index).1", at: .at(day: 15 + index / 3), asn: 64496 + UInt32(index), point: nil)
            #expect(kinds(&engine, [login]) == [.newAS])
        }
        let numbers = engine.memory.passwords[17]?.asNumbers.map(\.value) ?? []
        #expect(numbers == [3320] + (17..<40).map { 64496 + $0 })
    }

    @Test func `of several ASs that announce a prefix a login counts one`() {
        var engine = AlarmEngine(AlarmRules())
        func login(_ index: Int, _ minute: Int, isTurned: Bool = false) -> ObservedLogin {
            var login = ObservedLogin.make("198.51.\(100 + index).1", at: .at(hour: index, minute: minute))
            let first = 64496 + 2 * UInt32(index)
            login.asNumbers = isTurned ? [first + 1, first] : [first, first + 1]
            return login
        }
        let logins = (0..<4).flatMap { [login($0, 0), login($0, 1, isTurned: true)] }
        #expect(kinds(&engine, logins).isEmpty)
        #expect(kinds(&engine, [login(4, 0)]) == [.passwordInTwoPlaces])
    }

    @Test func `ASs that are habits are not too many`() {
        var engine = AlarmEngine(AlarmRules())
        var days: [Int] = []
        for day in 0..<30 {
            let logins = (0..<6).map { index in
                ObservedLogin.make(
                    "198.51.\(100 + index).1", at: .at(day: day, hour: index), asn: 64496 + UInt32(index))
            }
            days += kinds(&engine, logins).map { _ in day }
        }
        #expect(days == Array(0..<14))
    }

    @Test(arguments: [(5, AlarmAction.notify), (6, .suspend)])
    func `of an account from many networks the password is suspended that came from most`(
        own: Int, action: AlarmAction
    ) {
        var rules = AlarmRules()
        rules.actions[.accountFromMany] = .suspend
        var engine = AlarmEngine(rules)
        let found = (0..<10).flatMap { index in
            engine.note(
                .make(
                    "198.51.\(100 + index).1", at: .at(minute: index), password: index < 10 - own ? 18 : 17, asn: nil,
                    point: nil))
        }
        #expect(found.map(\.kind) == [.accountFromMany] && found.map(\.action) == [action])
        #expect(found.first?.passwordID == 17)
    }

    @Test func `a login whose two alarms suspend counts once among ten`() {
        var engine = AlarmEngine(AlarmRules(.suspend, commonAS: 0))
        var actions: [AlarmAction] = []
        for id in 0..<12 {
            let (user, password) = ("user\(id)", Int64(id))
            for day in 0..<16 { _ = engine.note(.make(at: .at(day: day), user: user, password: password)) }
            let abroad = ObservedLogin.make(
                "198.51.100.1", at: .at(day: 15, minute: 5), user: user, password: password, country: "FR",
                point: Spot.paris)
            actions += engine.note(abroad).map(\.action)
        }
        #expect(actions == Array(repeating: .suspend, count: 20) + Array(repeating: .notify, count: 4))
    }

    @Test(arguments: ["64:ff9b::cb00:7101", "2002:cb00:7101::1"])
    func `an address that wraps another is of the other's network`(text: String) throws {
        let inner = try #require(IPPrefix("203.0.113.0/24"))
        let login = ObservedLogin.make(text, at: .at(day: 15), country: "FR", asn: 64496, point: nil)
        #expect(login.network == inner && login.address == IPAddress(text))
        var quiet = engine(daysAtHome: 15, AlarmRules(quietNetworks: PrefixSet([inner]), commonAS: 0))
        #expect(kinds(&quiet, [login]).isEmpty)
        var loud = engine(daysAtHome: 15)
        #expect(kinds(&loud, [login]) == [.newCountry])
    }

    @Test func `a name in other letters is the same user, and is written as it was typed`() {
        var engine = AlarmEngine(AlarmRules())
        let found = (0..<10).flatMap { index in
            engine.note(
                .make(
                    "198.51.\(100 + index).1", at: .at(minute: index), user: index % 2 == 0 ? "alice" : "Alice",
                    asn: nil, point: nil))
        }
        #expect(found.map(\.kind) == [.accountFromMany] && found.first?.user == "Alice")
        #expect(engine.memory.counts.users == 1)
    }
}

import AuditCore
import Foundation
import Testing

@testable import Alarms

/// How often people are told, and of what.
@Suite(.timeLimit(.minutes(10)))
struct PopulationTests {
    private struct Theft {
        var logins: [Population.Event]
        var end = LoginEnd.allowed
        var address: IPAddress?
        var isFound = false
    }

    /// One in CI; others by hand, as `ALARM_SEEDS=1,2,3`: other towns, people and days.
    private static let seeds =
        ProcessInfo.processInfo.environment["ALARM_SEEDS"]?.split(separator: ",").compactMap { UInt64($0) } ?? [20]

    @Test(arguments: seeds)
    func `5000 users for 30 days: few alarms, and every theft`(seed: UInt64) throws {
        let (userCount, days) = (5000, 30)
        var people = Population(users: userCount, seed: seed)
        let webmail = try #require(people.webmailNetwork)
        var engine = AlarmEngine(AlarmRules(quietNetworks: PrefixSet([webmail])))
        var thefts: [Theft] = []
        var (count, late): ([AlarmKind: Int], [AlarmKind: Int]) = ([:], [:])
        var logins = 0
        for day in 0..<days {
            var events = people.events(day: day)
            // Twenty thieves, on the days from the 16th on.
            if day >= 16, thefts.count < 20 {
                for _ in 0..<2 { steal(thefts.count, day, &people, events, &thefts) }
            }
            let today = thefts.indices.filter {
                thefts[$0].logins[0].time >= Population.start + Int64(day) * Population.day
            }
            for index in today { events += thefts[index].logins.map { mark($0, index) } }
            if !today.isEmpty { events.sort { $0.time < $1.time } }
            for event in events {
                logins += 1
                let theft = event.user < 0 ? Int(-event.user - 1) : nil
                var own = event
                if let theft { own.user = thefts[theft].logins[0].user }
                let login = people.login(own, end: theft.map { thefts[$0].end } ?? .allowed)
                for alarm in engine.note(login) {
                    // An alarm of either of two places that a theft is one of is the theft's.
                    let found = thefts.firstIndex {
                        alarm.place.address == $0.address
                            || alarm.before?.address == $0.address && alarm.passwordID == $0.logins[0].password
                    }
                    if let found {
                        let second = thefts[found].logins[1].time
                        if event.time <= second + 60_000 { thefts[found].isFound = true }
                    } else {
                        count[alarm.kind, default: 0] += 1
                        if day >= 14 { late[alarm.kind, default: 0] += 1 }
                    }
                }
            }
        }
        func rate(_ count: [AlarmKind: Int], _ days: Int) -> Double {
            Double(count.values.reduce(0, +)) / Double(days) / (Double(userCount) / 1000)
        }
        func words(_ count: [AlarmKind: Int]) -> String {
            count.map { "\($0.key.rawValue) \($0.value)" }.sorted().joined(separator: ", ")
        }
        // Nothing is new for anybody before.
        let (all, settled) = (rate(count, days), rate(late, days - 14))
        print(
            "seed \(seed): \(logins) logins; false alarms a day for 1000 users: \(all) (\(words(count))),",
            "from day 14 on \(settled) (\(words(late)))")
        let missed = thefts.indices.filter { !thefts[$0].isFound }
        #expect(thefts.count == 20 && missed.isEmpty, "missed: \(missed)")
        #expect(all < 1 && settled < 1)
        #expect(logins > 2_000_000)
    }

    /// So that it is known whose it is when all are sorted.
    private func mark(_ event: Population.Event, _ theft: Int) -> Population.Event {
        var event = event
        event.user = Int32(-theft - 1)
        return event
    }

    /// Two logins of a thief, five minutes apart, in one of four ways.
    private func steal(
        _ index: Int, _ day: Int, _ people: inout Population, _ events: [Population.Event], _ thefts: inout [Theft]
    ) {
        var victim = people.pick(people.users.count)
        // Who is not on a journey, has a home far from somewhere, and has used the telephone today.
        while people.users[victim].journey != nil || people.farPoint(from: victim) == nil {
            victim = (victim + 1) % people.users.count
        }
        let user = people.users[victim]
        let own = events.filter { $0.user == Int32(victim) && $0.place == user.home }
        let base = Population.start + Int64(day) * Population.day
        var (time, password) = (base + 12 * 3_600_000 + Int64(index) * 60_000, user.passwords[0])
        let place: Int32
        var end = LoginEnd.allowed
        switch index % 4 {
        case 0: place = people.place("ZW", 69_000 + UInt32(index), nil)
        case 1 where index % 8 == 5 && !own.isEmpty:
            // In a town of the same country, while the user is at home.
            place = people.place("DE", 69_000 + UInt32(index), people.farPoint(from: victim))
            (time, password) = (own[0].time + 20 * 60_000, own[0].password)
        case 1: place = people.place("DE", 69_000 + UInt32(index), nil)
        case 2 where !own.isEmpty:
            // Through a well-known provider, far away, while the user is at home.
            place = people.place("DE", 65_000, people.farPoint(from: victim))
            (time, password) = (own[0].time + 20 * 60_000, own[0].password)
        case 2: place = people.place("ZW", 69_000 + UInt32(index), nil)
        default:
            place = people.place("DE", 65_001, nil)
            end = .revoked
        }
        let first = Population.Event(time: time, user: Int32(victim), password: password, place: place, host: 99)
        var second = first
        second.time += 300_000
        thefts.append(Theft(logins: [first, second], end: end, address: people.login(first).address))
    }
}

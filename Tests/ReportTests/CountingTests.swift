import AuditCore
import Testing
@testable import Report

struct CountingTests {
    @Test func `counts are exact up to the bound`() {
        var table = TopTable<String, Void>(bound: 100)
        for round in 0..<100 { for key in round..<100 { table.add("key\(key)", isDenied: key.isMultiple(of: 2)) } }
        let sorted = table.sorted
        #expect(sorted.count == 100 && table.omitted == (0, 0))
        #expect(sorted.first.map { "\($0.key) \($0.count) \($0.denied)" } == "key99 100 0")
        #expect(sorted.allSatisfy { $0.key == "key\($0.count - 1)" })
    }

    @Test func `beyond it what is frequent stays, and nothing is lost from the sum`() {
        var table = TopTable<Int, Void>(bound: 100)
        for number in 0..<100_000 {
            table.add(number)
            if number.isMultiple(of: 10) { table.add(-1 - number / 10 % 2) }
        }
        let sorted = table.sorted
        #expect(sorted.count <= 100)
        #expect(sorted.prefix(2).map(\.key) == [-2, -1])
        #expect(sorted.prefix(2).allSatisfy { $0.count == 5000 })
        #expect(sorted.reduce(0) { $0 + $1.count } + table.omitted.logins == 110_000)
        #expect(table.omitted.keys > 99_000)
    }

    @Test func `equal counts are sorted by key`() {
        var table = TopTable<String, Void>(bound: 10)
        for key in ["b", "c", "a"] { table.add(key) }
        #expect(table.sorted.map(\.key) == ["a", "b", "c"])
    }

    @Test func `bars cover the time without gaps`() {
        var timeline = Timeline()
        let start = Timestamp(milliseconds: 1_714_521_600_000)  // a midnight
        for hour in [0, 0, 5, 23] { timeline.add(start.advanced(by: .seconds(hour * 3600 + 60))) { $0.allowed += 1 } }
        let (width, bars) = timeline.bars(from: start, to: start.advanced(by: .seconds(86_399)), limit: 24)
        #expect(width == .seconds(3600) && bars.count == 24)
        #expect(
            bars.map(\.counts.allowed) == [2] + Array(repeating: 0, count: 4) + [1] + Array(repeating: 0, count: 17) + [
                1
            ])
        #expect(bars.first?.start == start)
    }

    @Test func `times of all millennia cost bounded memory, and keep their counts`() {
        var timeline = Timeline()
        for number in 0..<50_000 {
            timeline.add(Timestamp(milliseconds: Int64(number) * 6_000_000_000 - 62_000_000_000_000)) { $0.failed += 1 }
        }
        let first = Timestamp(milliseconds: -62_000_000_000_000)
        let last = Timestamp(milliseconds: 250_000_000_000_000)
        #expect(timeline.bars(from: first, to: last, limit: 100_000).bars.reduce(0) { $0 + $1.counts.failed } == 50_000)
        #expect(timeline.bars(from: first, to: last, limit: 100).bars.isEmpty)  // no chart of ten thousand years
    }

    @Test func `times before 1970 and outside the chart do no harm`() {
        var timeline = Timeline()
        timeline.add(Timestamp(milliseconds: -1)) { $0.denied += 1 }
        timeline.add(Timestamp(milliseconds: 10_000_000_000)) { $0.denied += 1 }
        let bars = timeline.bars(
            from: Timestamp(milliseconds: -60_000), to: Timestamp(milliseconds: 59_999), limit: 100
        ).bars
        #expect(bars.map(\.counts.denied) == [1, 0])
        #expect(timeline.bars(from: Timestamp(milliseconds: 5), to: Timestamp(milliseconds: 4), limit: 9).bars.isEmpty)
    }

    private func place(
        _ value: String, _ user: String, at second: Int64, isRefused: Bool = false, _ kind: Habits.Kind = .country
    ) -> NewPlace {
        NewPlace(
            kind: kind, user: user, value: value, time: Timestamp(milliseconds: second * 1000), isBlocked: isRefused)
    }

    private func news(_ habits: Habits) -> [String] { habits.newPlaces.map { "\($0.user) \($0.value)" } }

    @Test(arguments: 0..<20)
    func `what is new for a user is what others were before, in whatever order they come`(seed: Int) {
        var places = [
            place("DE", "alice", at: 1), place("DE", "alice", at: 2),
            place("RU", "alice", at: 3, isRefused: true), place("RU", "alice", at: 4),  // said once
            place("RU", "bob", at: 5, isRefused: true),  // nobody knows where bob is from
            place("DE", "bob", at: 6), place("FR", "bob", at: 7), place("AS1", "bob", at: 8, .asNumber),
            place("JP", "carol", at: 9), place("", "carol", at: 10),
        ]
        if seed > 0 { places.shuffle() }
        var habits = Habits()
        for place in places { habits.learn(place, isHistory: false) }
        #expect(news(habits) == ["alice RU", "bob FR", "carol "] && !habits.isIncomplete)
        #expect(habits.newPlaces.first?.isBlocked == true)
    }

    @Test func `what was there before the period is not new in it`() {
        var habits = Habits()
        habits.learn(place("DE", "alice", at: 1), isHistory: true)
        habits.learn(place("FR", "alice", at: 20), isHistory: false)
        habits.learn(place("RU", "alice", at: 21), isHistory: false)
        habits.learn(place("FR", "alice", at: 2), isHistory: true)
        #expect(news(habits) == ["alice RU"])
    }

    @Test func `when no more can be learnt nothing is called new, and that is said`() {
        var habits = Habits(bound: 4)
        habits.learn(place("DE", "a", at: 1), isHistory: false)
        habits.learn(place("DE", "b", at: 2), isHistory: false)
        #expect(!habits.isIncomplete)
        habits.learn(place("FR", "a", at: 3), isHistory: false)
        #expect(news(habits) == [] && habits.isIncomplete)
    }

    @Test func `places that are no news displace none that are`() {
        var habits = Habits(bound: 1000)
        habits.learn(place("DE", "a", at: 1), isHistory: false)
        habits.learn(place("FR", "a", at: 2), isHistory: false)
        for number in 0..<300 { habits.learn(place("DE", "user\(number)", at: 3), isHistory: false) }
        habits.learn(place("JP", "a", at: 4), isHistory: false)
        #expect(news(habits) == ["a FR", "a JP"] && !habits.isIncomplete)
        habits.learn(place("DE", "user1", at: 0), isHistory: false)
        #expect(habits.isIncomplete)  // what user1 did at first had been put aside
    }

    @Test func `the newest note is kept, whatever comes last`() {
        var table = TopTable<String, String>(bound: 4)
        for second: Int64 in [2, 3, 1] {
            table.add("key", at: Timestamp(milliseconds: second), note: "\(second)")
        }
        #expect(table.sorted.map(\.note) == ["3"] && table.sorted.map(\.count) == [3])
    }
}

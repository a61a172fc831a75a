import AuditCore
import AuditCoreTesting
import Testing

@testable import LookupAnswers

struct AnswersInUseTests {
    private static let start = Timestamp(milliseconds: 1_763_918_141_000)
    private let client = IPAddress(v4: 0xC612_0507)  // 198.18.5.7
    private let table = AnswersInUse<Int>(capacity: 100_000)

    private func at(_ passed: Duration) -> Timestamp { Self.start.advanced(by: passed) }

    private func answer(
        _ value: Int, fetched: Duration = .zero, lifetime: Duration = .seconds(86_400)
    ) -> SettledAnswer<Int> {
        SettledAnswer(.known(value), fetched: at(fetched), lifetime: lifetime)
    }

    private func found(_ address: IPAddress, at passed: Duration = .zero) -> Sourced<Int>? {
        if case .answer(let answer, _) = table.reading(for: address, at: at(passed)) { answer } else { nil }
    }

    private func keep(_ answer: SettledAnswer<Int>, _ address: IPAddress, size: Int = 0, readAt: Duration = .zero) {
        guard case .nothing(let drops) = table.reading(for: address, at: at(readAt)) else { return }
        table.keep(answer, for: address, size: size, readAt: at(readAt), drops: drops)
    }

    @Test(arguments: ["198.18.5.6", "198.18.5.8", "::c612:507", "2001:db9::c612:507", "0.0.0.0", "::"])
    func `an answer is given for its address alone`(other: String) throws {
        keep(answer(1), client)
        #expect(found(client) == Sourced(.known(1), source: .cache))
        #expect(found(try #require(IPAddress(other))) == nil)
        // The same address in its other spelling.
        #expect(found(try #require(IPAddress("::ffff:198.18.5.7"))) != nil)
    }

    @Test func `its age is the time since it was fetched, also by a clock that is ahead`() throws {
        let ahead = try #require(IPAddress("198.18.5.8"))
        keep(answer(1, fetched: .seconds(-10)), client)
        keep(answer(2, fetched: .seconds(10)), ahead)
        for (passed, age, ageAhead) in [(0, 10, 0), (4, 14, 0), (10, 20, 0), (25, 35, 15)] {
            #expect(found(client, at: .seconds(passed))?.age == .seconds(age))
            #expect(found(ahead, at: .seconds(passed))?.age == .seconds(ageAhead))
        }
    }

    @Test func `an answer is given while it is settled, and for a quarter of an hour after it was read`() {
        keep(answer(1, fetched: .seconds(-50), lifetime: .seconds(60)), client)
        #expect(found(client, at: .milliseconds(9_999)) != nil)
        #expect(found(client, at: .seconds(10)) == nil)
        keep(answer(2), client, readAt: .seconds(100))
        #expect(found(client, at: .milliseconds(999_999))?.value == 2)
        #expect(found(client, at: .seconds(1000)) == nil)
        // A clock that was set back says nothing about ages.
        #expect(found(client, at: .milliseconds(99_999)) == nil)
    }

    @Test func `dropping a block drops its addresses and no others, in both generations`() throws {
        let texts = ["198.18.5.0", "198.18.5.63", "198.18.5.64", "198.18.4.255", "::c612:500"]
        for (number, text) in texts.enumerated() {
            keep(answer(number), try #require(IPAddress(text)), size: 20_000)  // four fill a generation
        }
        table.drop(try #require(IPPrefix("198.18.5.0/26")))
        #expect(try texts.map { found(try #require(IPAddress($0)))?.value } == [nil, nil, 2, 3, 4])
    }

    @Test func `what was read before something was dropped is not kept after it`() throws {
        guard case .nothing(let drops) = table.reading(for: client, at: Self.start) else { return }
        table.drop(try #require(IPPrefix("198.18.0.0/16")))
        table.keep(answer(1), for: client, size: 0, readAt: Self.start, drops: drops)
        #expect(found(client) == nil)
        keep(answer(2), client)
        #expect(found(client)?.value == 2)
    }

    @Test func `twenty thousand addresses stay within the bound, and who comes often stays`() {
        let most = 2 * 100_000 / AnswersInUse<Int>.overhead
        keep(answer(-1), client)
        for number in 0..<20_000 {
            keep(answer(number), IPAddress(v4: 0x2D00_0000 + UInt32(number)))
            if number % 100 == 0 { #expect(found(client)?.value == -1) }
        }
        #expect(table.count <= most && table.count > most / 4)
        #expect(found(IPAddress(v4: 0x2D00_0000)) == nil)
        #expect(found(IPAddress(v4: 0x2D00_0000 + 19_999))?.value == 19_999)
    }

    @Test func `what is large takes the room of many, or is not kept`() {
        for number in 0..<100 { keep(answer(number), IPAddress(v4: UInt32(number)), size: 24_000) }
        #expect((4...8).contains(table.count))
        keep(answer(1), client, size: 25_000)
        #expect(found(client) == nil)
    }
}

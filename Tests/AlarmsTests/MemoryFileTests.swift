import AuditCore
import AuditCoreTesting
import Locks
import Testing

@testable import Alarms

struct MemoryFileTests {
    private static let now = Timestamp.at(day: 100)

    /// A memory with something of everything.
    private func filled() -> AlarmMemory {
        var engine = engine(daysAtHome: 16, AlarmRules(.suspend, commonAS: 0))
        for index in 0..<12 {
            var login = ObservedLogin.make(
                index % 2 == 0 ? "198.51.\(100 + index).1" : "2001:db8:\(index)::1", at: .at(day: 16, minute: index),
                country: "FR", asn: 64496 + UInt32(index), point: index % 3 == 0 ? nil : Spot.paris)
            login.placeName = index == 3 ? "" : "Saint-Étienne, \(index) %, -"
            login.asName = index == 2 ? nil : "Opérateur \(index) \n%"
            _ = engine.note(login)
        }
        _ = engine.note(.make(at: .at(day: 16), password: -4, end: .revoked))
        _ = engine.note(.make(at: .at(day: 16), user: "Ünï cödé", password: nil, country: nil, asn: nil, point: nil))
        return engine.memory
    }

    private func isEqual(_ one: AlarmMemory, _ other: AlarmMemory) -> Bool { one.text == other.text }

    @Test func `what is written is read`() throws {
        let memory = filled()
        let read = try AlarmMemory(reading: memory.text, now: Self.now)
        #expect(read.counts == memory.counts && isEqual(read, memory))
        var ids: [Int64] = []
        memory.passwords.forEach { id, history in
            ids.append(id)
            #expect(
                read.passwords[id]?.countries == history.countries && read.passwords[id]?.asNumbers == history.asNumbers
            )
            #expect(read.passwords[id]?.visits.map(\.name) == history.visits.map(\.name))
            #expect(read.passwords[id]?.journey == history.journey && read.passwords[id]?.said == history.said)
        }
        var readIDs: [Int64] = []
        read.passwords.forEach { id, _ in readIDs.append(id) }
        #expect(ids == readIDs && !memory.suspensions.isEmpty && read.suspensions == memory.suspensions)
        #expect(try AlarmMemory(reading: AlarmMemory().text, now: Self.now).counts == (0, 0, 0))
    }

    @Test func `an engine goes on from where another ended`() throws {
        let engine = engine(daysAtHome: 16)
        var next = AlarmEngine(engine.rules, memory: try AlarmMemory(reading: engine.memory.text, now: Self.now))
        let found = next.note(.make("198.51.100.1", at: .at(day: 16), country: "FR", asn: 64496, point: Spot.paris))
        #expect(found.map(\.kind) == [.newCountry])
    }

    @Test func `a service of any length is remembered, as much of it as is needed`() throws {
        var engine = AlarmEngine(AlarmRules())
        var login = ObservedLogin.make(at: .at())
        login.service = String(repeating: "e\u{301}", count: 3000)
        _ = engine.note(login)
        let visit = PasswordHistory.Visit(
            network: try #require(login.network), address: try #require(login.address), time: login.time)
        var memory = engine.memory
        memory.users.use(Digest.of("alice"), new: AlarmMemory.UserHistory()) {
            $0.whereabouts.arrive(Whereabouts.Arrival(visit: visit, passwordID: 17, service: login.service))
        }
        let read = try AlarmMemory(reading: memory.text, now: Self.now)
        let service = read.users[Digest.of("alice")]?.whereabouts.arrivals.first?.service
        #expect((1...70).contains(service?.utf8.count ?? 0) && isEqual(read, memory))
    }

    @Test func `a smaller memory keeps what was used last, and times ahead are now`() throws {
        var engine = AlarmEngine(AlarmRules())
        for id in 0..<100 { _ = engine.note(.make(at: .at(minute: id), user: "user\(id)", password: Int64(id))) }
        var bounds = AlarmMemory.Bounds()
        (bounds.passwords, bounds.users) = (10, 5)
        let read = try AlarmMemory(reading: engine.memory.text, bounds: bounds, now: .at(minute: 50))
        #expect(read.counts == (10, 5, 1))
        #expect(read.passwords[99]?.first == .at(minute: 50) && read.passwords[89] == nil)
    }

    @Test func `whatever is cut off or changed is refused as a whole`() {
        let bytes = filled().text
        #expect(throws: Never.self) { try AlarmMemory(reading: bytes, now: Self.now) }
        for end in stride(from: 0, to: bytes.count, by: 7) {
            #expect(throws: AlarmMemoryError.self) { try AlarmMemory(reading: Array(bytes[..<end]), now: Self.now) }
        }
        var numbers = SeededLogins.Numbers(15)
        for _ in 0..<3000 {
            var broken = bytes
            let place = Int.random(in: 0..<broken.count, using: &numbers)
            broken[place] ^= UInt8.random(in: 1...255, using: &numbers)
            #expect(throws: AlarmMemoryError.self) { try AlarmMemory(reading: broken, now: Self.now) }
        }
        #expect(throws: AlarmMemoryError.self) { try AlarmMemory(reading: bytes + bytes, now: Self.now) }
    }

    /// With a right sum, as somebody who wants to do harm would write it.
    private func file(_ lines: [String]) -> [UInt8] {
        let body = Array(lines.map { $0 + "\n" }.joined().utf8)
        let sum = String(MemoryWriter.sum(body[...]), radix: 16)
        return Array("\(AlarmMemory.title)\n".utf8) + body + Array("Z \(lines.count) \(sum)\n".utf8)
    }

    @Test func `lines that would be right are read`() throws {
        let lines = [
            "O 3320 Telekom ab 12", "U ab -", "U ac 1796000000000 1 1796000000000", "N ab 17 5", "T ab 17 5 5 5",
            "T ab 18 -5 5 5 19", "E ab 17 imap 192.0.2.0/24 192.0.2.1 5 DE 7 Mainz 500000 80000 20",
            "P 17 1796000000000 - - 0",
            "C DE 1 2", "A 3320 1 2 - - -", "A 3321 1 2 5 5 5", "V 192.0.2.0/24 192.0.2.1 5 - - - - - -",
            "V 192.0.3.0/24 192.0.3.1 5 DE 7 % -900000 5 5",
            "S ffffffffffffffff 1", "J FR 1", "P 18 - - - 4", "B 1",
        ]
        #expect(try AlarmMemory(reading: file(lines), now: Self.now).counts == (2, 2, 1))
    }

    @Test(arguments: [
        "", "X", "P", "P 17", "P 17 1 - - 0 9", "P x - - - 0", "P 99999999999999999999 - - - 0", "P 17 -5 - - 0",
        "P 17 99999999999999999 - - 0", "P 17 - - - -1", "P  17 - - - 0", "P 17 - - - 0 ", "C DE 1 2", "A 1 1 1",
        "V a b c",
        "S 1 1", "J DE 1", "U", "U xyz -", "U ab - 1", "N ab 1 1", "U ab -\nN ab 1",
        "T ab 1 5 5 5", "U ab -\nT ab - 5 5 5", "U ab -\nT ab 1 - - -", "U ab -\nT ab 1 5 5 5 x",
        "U ab -\nT ab 1 5 5 5 5 5",
        "U ab -" + String(repeating: "\nT ab 1 5 5 5", count: 5), "E ab 1 x 192.0.2.0/24 192.0.2.1 5 - - - - - -",
        "U ab -\nE ab 1 - 192.0.2.0/24 192.0.2.1 5 - - - - - -", "U ab -\nE ab 1 x 192.0.2.0/24 192.0.2.1 5",
        "U ab -" + String(repeating: "\nE ab 1 x 192.0.2.0/24 192.0.2.1 5 - - - - - -", count: 3),
        "U ab -" + String(repeating: "\nN ab 1 1", count: 5), "P 17 - - - 0\nA 1 1 2", "O -1 x", "O 4294967296 x",
        "O 1 x 1 2 3 4 5 6 7 8 9 a b c d e f 10 11",
        "O 1 \u{e9}", "O 1 %f", "O 1 %ff", "B -", "Z 0 0", "P 17 - - - 0\nC D 1 2", "P 17 - - - 0\nC DEU 1 2",
        "P 17 - - - 0\nV 192.0.2.0/99 192.0.2.1 5 - - - - - -", "P 17 - - - 0\nV 192.0.2.0/24 x 5 - - - - - -",
        "P 17 - - - 0\nV 192.0.2.0/24 192.0.2.1 5 - - - 900001 0 0",
        "P 17 - - - 0\nV 192.0.2.0/24 192.0.2.1 5 - - - 0 0 nan",
        "P 17 - - - 0\nJ DE 1\nJ DE 1", "P 17 - - - 0\nU ab -",
        "P 17 - - - 0" + String(repeating: "\nC DE 1 2", count: 33),
        "P 17 - - - 0" + String(repeating: "\nA 1 1 2 - - -", count: 25),
        "P 17 - - - 0" + String(repeating: "\nS 1 2", count: 9), "U ab -" + String(repeating: " 1 1", count: 11),
        String(repeating: "B 1\n", count: 10) + "B 1", "O 1 " + String(repeating: "x", count: 4000),
    ])
    func `a line that nobody wrote is refused`(line: String) {
        #expect(throws: AlarmMemoryError.self) {
            try AlarmMemory(
                reading: file(line.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)),
                now: Self.now)
        }
    }
}

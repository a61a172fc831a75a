import AuditCore
import AuditCoreTesting
import Foundation
import Locks
@testable import Replay
import Testing

struct GuardTests {
    /// A login as a row keeps it.
    private struct Login {
        var attempt: LoginAttempt
        var facts: Facts
    }

    private func ring(_ logins: [Login], capacity: Int = 65_536) -> RecentLoginRing {
        var ring = RecentLoginRing(capacity: capacity)
        for (number, login) in logins.enumerated() {
            _ = ring.note(
                user: login.attempt.login, password: Int64(number), address: login.attempt.address,
                minute: RecentLogins.minute(login.attempt.time)
            ) { FactParts(login.facts) }
        }
        return ring
    }

    /// Takes lines of a file.
    private func take(_ lines: String, _ ring: inout RecentLoginRing, at minute: UInt32) {
        var texts: [UInt32: String] = [:]
        for line in lines.utf8.split(separator: 10) { ring.take(Substring(line), &texts, at: minute) }
    }

    private func login(_ user: String, from address: String, at minute: Int = 0) -> Login {
        let facts = Facts(address: IPAddress(address), localNetworks: LocalNetworks(), localLocationName: "house")
        let time = Logins.start.advanced(by: .seconds(60 * minute))
        return Login(
            attempt: LoginAttempt(login: user, service: "imap", address: facts.address, time: time), facts: facts)
    }

    private func blast(
        _ ring: RecentLoginRing, _ candidate: Policy, _ inForce: Policy = Policy(), honeypots: [NamePattern] = [],
        at minute: Int = 0
    ) -> Blast {
        Blast(
            ring, candidate: candidate, inForce: inForce, honeypots: honeypots,
            at: Logins.start.advanced(by: .seconds(60 * minute)))
    }

    @Test(arguments: [UnknownFactAction.allow, .deny, .tempfail])
    func `rows are judged as the logins themselves would be, over a file as well`(onUnknown: UnknownFactAction) throws {
        var (newly, rules) = (0, 0)
        for seed in 1...12 {
            var logins = SeededLogins(seed: UInt64(seed), users: 80)
            let inForce = Logins.policy(Logins.lists(&logins.numbers), onUnknown: onUnknown)
            let candidate = Logins.policy(Logins.lists(&logins.numbers), onUnknown: onUnknown)
            let all = (0..<400).map { _ in
                let attempt = logins.attempt()
                return Login(attempt: attempt, facts: logins.facts(of: attempt.address))
            }
            let now = try #require(all.last).attempt.time
            var expected: [String: Set<String>] = [:]
            for login in all {
                var attempt = login.attempt
                attempt.time = now
                let verdict = candidate.judge(attempt, facts: login.facts).verdict
                guard !verdict.isAllowed, inForce.judge(attempt, facts: login.facts).verdict.isAllowed else { continue }
                expected[login.attempt.login, default: []].insert(verdict.denial?.rule?.description ?? "unknown")
            }
            let ring = ring(all)
            #expect(ring.count == all.count)
            var copy = RecentLoginRing(capacity: 65_536)
            take(ring.lines.map(\.text).joined(), &copy, at: RecentLogins.minute(now))
            for ring in [ring, copy] {
                let blast = Blast(ring, candidate: candidate, inForce: inForce, honeypots: [], at: now)
                #expect(blast.knownUsers == Set(all.map(\.attempt.login)).count)
                #expect(blast.users == expected.count)
                #expect(blast.lines.map(\.users).reduce(0, +) == expected.values.map(\.count).reduce(0, +))
                #expect(Set(blast.lines.map(\.rule)) == expected.values.reduce(into: []) { $0.formUnion($1) })
                #expect(blast.lines.map(\.users) == blast.lines.map(\.users).sorted(by: >))
                (newly, rules) = (newly + blast.users, rules + blast.lines.count)
            }
        }
        #expect(newly > 100 && rules > 50, "the lists refuse somebody")
    }

    @Test func `users are counted, not places, and neither those refused already, nor exceptions, nor honeypots`() {
        let ring = ring([
            login("alice", from: "45.1.0.1"), login("alice", from: "45.1.0.2"), login("bob", from: "45.2.0.1"),
            login("carol", from: "46.1.0.1"), login("honey-1", from: "45.1.0.1"), login("dora", from: "10.0.0.1"),
        ])
        let wide = Logins.policy([.ipNetworks: "45.1.0.0/16\n45.0.0.0/8\n10.0.0.0/8"])
        let all = blast(ring, wide, honeypots: [NamePattern("honey-*")])
        #expect(all.knownUsers == 4 && all.users == 2)
        #expect(
            all.lines == [
                .init(list: ListKey(.ipNetworks), rule: "ip_networks.lst:1", users: 1),
                .init(list: ListKey(.ipNetworks), rule: "ip_networks.lst:2", users: 1),
            ])
        #expect(
            blast(ring, wide, Logins.policy([.ipNetworks: "45.1.0.0/16"]), honeypots: [NamePattern("honey-*")]).users
                == 1)
        var lenient = wide
        let exceptions = DenyListFile(name: "users.lst", text: "alice\nbob\n")
        lenient.allowLists = DenyLists.build([.users: exceptions], effect: .allow, engine: LiteralPatternEngine()).lists
        #expect(blast(ring, lenient, honeypots: [NamePattern("honey-*")]).users == 0)
        var watching = wide
        watching.mode = .watch
        #expect(blast(ring, watching).users == 0 && blast(ring, wide, watching).users == 3)
    }

    @Test func `seven days count, and lines that have ended meet nobody`() {
        let day = 24 * 60
        let ring = ring([login("old", from: "45.1.0.1", at: 0), login("young", from: "45.1.0.1", at: day)])
        let policy = Logins.policy([.ipNetworks: "45.0.0.0/8"])
        #expect(blast(ring, policy, at: 7 * day).knownUsers == 2)
        let later = blast(ring, policy, at: 7 * day + 1)
        #expect(later.knownUsers == 1 && later.users == 1)
        #expect(blast(ring, policy, at: 8 * day + 1).knownUsers == 0)
        #expect(blast(ring, Logins.policy([.ipNetworks: "45.0.0.0/8 # until 2024-04-29"]), at: day).users == 0)
    }

    @Test func `a login again is no new row, and worth a line in the file only once an hour`() {
        var ring = RecentLoginRing(capacity: 100)
        func note(_ address: String, _ minute: UInt32, _ password: Int64? = 7) -> Int {
            let facts = Facts(address: IPAddress(address), localNetworks: LocalNetworks(), localLocationName: "")
            return ring.note(user: "alice", password: password, address: IPAddress(address), minute: minute) {
                FactParts(facts)
            }
            .count
        }
        #expect(note("45.1.0.1", 100) > 1)
        #expect(note("45.1.0.1", 159) == 0)
        #expect(note("45.1.0.1", 160) == 1, "its texts are there")
        #expect(ring.count == 1)
        #expect(note("45.1.0.2", 161) == 1 && note("45.1.0.2", 161, nil) == 1)
        #expect(note("2a02::1", 161) >= 1 && ring.count == 4)
        #expect(note("2a02::2", 161) == 1 && ring.count == 4, "addresses of one /64 change daily")
    }

    @Test(arguments: [40, 1000]) func `it is bounded, whatever logins there are`(capacity: Int) throws {
        var logins = SeededLogins(seed: 5, users: 5000)
        var ring = RecentLoginRing(capacity: capacity)
        for number in 0..<5000 {
            let attempt = logins.attempt()
            var facts = logins.facts(of: attempt.address)
            if number.isMultiple(of: 3) {
                let entities = (0..<30).map { "LONG-HANDLE-\(number)-\($0)" }
                facts.network = Sourced(.known(NetworkFacts(name: "N\(number)", entities: entities)), source: .rdap)
            }
            _ = ring.note(
                user: attempt.login + String(repeating: "x", count: number % 300), password: nil,
                address: attempt.address,
                minute: UInt32(number / 50)
            ) { FactParts(facts) }
            #expect(ring.count <= capacity && ring.cost <= capacity * RecentLoginRing.bytesPerRow)
        }
        let file = RecentLoginLine.title + "\n" + ring.lines.map(\.text).joined()
        #expect(file.utf8.count <= capacity * RecentLoginRing.bytesPerRow, "as many bytes as there may be")
        #expect(ring.count > capacity / 20, "\(ring.count)")
        var minutes: [UInt32] = []
        for case .login(_, _, _, let minute, _) in ring.lines { minutes.append(minute) }
        #expect(minutes.max() == 99, "the latest stay")
        ring.drop(before: .max)
        #expect(ring.count == 0 && ring.cost == 0 && ring.lines.isEmpty, "nothing is left behind")
    }

    @Test func `of one user the latest places are held, and nobody else goes for them`() {
        var ring = ring([login("bob", from: "45.2.0.1")])
        for number in 0..<1000 {
            let address = IPAddress("46.0.\(number / 250).\(number % 250)")
            _ = ring.note(user: "alice", password: nil, address: address, minute: UInt32(30_000_000 + number)) {
                FactParts(Facts(address: address, localNetworks: LocalNetworks(), localLocationName: ""))
            }
        }
        #expect(ring.count == 1 + RecentLoginRing.perUser && ring.userCount == 2)
    }

    @Test func `a row of everyday facts takes 200 bytes of the file at most`() throws {
        // Everybody at home with one of many providers, in a network with a name of its own.
        var ring = RecentLoginRing(capacity: 65_536)
        for number in 0..<3000 {
            let address = IPAddress("91.\(number % 200).\(number / 200).\(number % 250)")
            var facts = SampleRecords.vk().facts
            facts.reverseHost = Sourced(.known(PTRNames("p5b\(number).dip0.t-ipconnect.de")), source: .dns)
            facts.network.fact = .known(
                NetworkFacts(name: "DTAG-\(number % 300)", country: "DE", entities: ["DTAG-NIC", "DTAG-RR"]))
            _ = ring.note(user: "user\(number % 1500)", password: Int64(number), address: address, minute: 29_000_000) {
                FactParts(facts)
            }
        }
        let bytes = ring.lines.map(\.text.utf8.count).reduce(0, +)
        #expect(ring.count == 3000 && bytes <= 3000 * 200, "\(bytes / 3000) bytes a row")
    }

    // MARK: The file

    private func directory() throws -> String {
        let path = NSTemporaryDirectory() + "guard-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    @Test func `what was taken down outlives the process, and what is damaged is passed by`() async throws {
        let directory = try directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = directory + "/recent-logins"
        let troubles = Mutex<[String]>([])
        func open() -> RecentLogins {
            RecentLogins(file: path, now: { Logins.start }) { reason in troubles.withLock { $0.append(reason) } }
        }
        func judge(_ logins: RecentLogins) -> Blast {
            logins.judge(
                candidate: Logins.policy([.ipNetworks: "45.1.0.0/16"]), inForce: Policy(), honeypots: [],
                at: Logins.start)
        }
        let first = open()
        let names = ["alice", "b\tb\\t\nb", "cärol\r", ""]
        for (number, name) in names.enumerated() {
            let login = login(name, from: "45.\(number).0.1")
            first.note(login.attempt, nil, login.facts)
        }
        #expect(judge(first) == judge(open()) && judge(first).knownUsers == 4 && judge(first).users == 1)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        // A process that was killed in the middle of a line.
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try (text + "l\t1\t2\t45.1").write(toFile: path, atomically: true, encoding: .utf8)
        let second = open()
        #expect(judge(second).knownUsers == 4)
        let late = login("dora", from: "45.1.9.9")
        second.note(late.attempt, 7, late.facts)
        #expect(judge(second).users == 2 && judge(open()).users == 2)
        #expect(troubles.withLock { $0 }.isEmpty)
        try "something else".write(toFile: path, atomically: true, encoding: .utf8)
        let third = open()
        #expect(judge(third).knownUsers == 0)
        #expect(troubles.withLock { $0 }.count == 1)
        third.note(late.attempt, 7, late.facts)
        #expect(judge(third).knownUsers == 1 && judge(open()).knownUsers == 1)
        third.forget()
        #expect(judge(third).knownUsers == 0 && !FileManager.default.fileExists(atPath: path))
    }

    @Test func `a file that cannot be written costs nothing but a word`() async throws {
        let troubles = Mutex(0)
        let logins = RecentLogins(file: "/dev/null/recent-logins", now: { Logins.start }) { _ in
            troubles.withLock { $0 += 1 }
        }
        for number in 0..<50 {
            let login = login("user\(number)", from: "45.1.0.1")
            logins.note(login.attempt, nil, login.facts)
        }
        let blast = logins.judge(candidate: Policy(), inForce: Policy(), honeypots: [], at: Logins.start)
        #expect(blast.knownUsers == 50 && troubles.withLock { $0 } == 1)
    }

    @Test func `what is under way when everything is forgotten is not taken down`() throws {
        let directory = try directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = directory + "/recent-logins"
        let logins = RecentLogins(file: path, now: { Logins.start }) { _ in }
        func known() -> Int {
            logins.judge(candidate: Policy(), inForce: Policy(), honeypots: [], at: Logins.start).knownUsers
        }
        let (early, late) = (login("alice", from: "45.1.0.1"), login("bob", from: "45.2.0.1"))
        logins.note(early.attempt, nil, early.facts)
        #expect(known() == 1)
        logins.forget()
        logins.note(late.attempt, nil, late.facts)
        #expect(known() == 0 && logins.held == (0, 0) && !FileManager.default.fileExists(atPath: path))
        logins.open()
        logins.note(late.attempt, nil, late.facts)
        #expect(known() == 1 && FileManager.default.fileExists(atPath: path))
    }

    @Test func `a large file is read in pieces, with lines across their ends`() throws {
        let directory = try directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        func open() -> RecentLogins {
            RecentLogins(file: directory + "/recent-logins", now: { Logins.start }) { Issue.record("\($0)") }
        }
        func judge(_ logins: RecentLogins) -> Blast {
            logins.judge(candidate: Policy(), inForce: Policy(), honeypots: [], at: Logins.start)
        }
        let first = open()
        for number in 0..<4000 {
            let login = login(
                "user\(number)" + String(repeating: "é", count: number % 90),
                from: "45.1.\(number / 200).\(number % 200)")
            first.note(login.attempt, 7, login.facts)
        }
        let known = judge(first).knownUsers
        let size = try FileManager.default.attributesOfItem(atPath: directory + "/recent-logins")[.size] as? Int
        #expect(known == 4000 && size ?? 0 > 300_000)
        #expect(judge(open()) == judge(first))
    }

    // MARK: A clock that was ahead

    @Test func `a row of a clock that was ahead is replaced, and is of now for who looks`() {
        let now: UInt32 = 29_000_000
        var ring = RecentLoginRing(capacity: 100)
        func note(_ user: String, _ minute: UInt32) -> Int {
            let address = IPAddress("45.1.0.1")
            let facts = Facts(address: address, localNetworks: LocalNetworks(), localLocationName: "")
            return ring.note(user: user, password: nil, address: address, minute: minute) { FactParts(facts) }.count
        }
        var minutes: [UInt32] {
            ring.lines.compactMap { if case .login(_, _, _, let minute, _) = $0 { minute } else { nil } }.sorted()
        }
        _ = note("alice", now + 500_000)
        _ = note("bob", now + 500_000)
        #expect(note("alice", now) == 1 && minutes == [now, now + 500_000])
        ring.settle(at: now + 1)
        #expect(minutes == [now, now + 1])
        ring.drop(before: now + 1)
        #expect(minutes == [now + 1], "and grows old like any other")
    }

    @Test func `a file's rows of a clock that was ahead are of the time when it is read`() {
        let ahead = ring([login("alice", from: "45.1.0.1", at: 900_000), login("bob", from: "45.1.0.1")])
        var copy = RecentLoginRing(capacity: 100)
        let now = RecentLogins.minute(Logins.start)
        take(ahead.lines.map(\.text).joined(), &copy, at: now)
        copy.drop(before: now + 1)
        #expect(copy.count == 0 && ahead.count == 2)
    }

    @Test func `one login of a clock that was ahead throws nobody out`() throws {
        let directory = try directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let logins = RecentLogins(file: directory + "/recent-logins", now: { Logins.start }) { _ in }
        for (user, minute) in [("alice", 0), ("bob", 900_000), ("carol", 1)] {
            let login = login(user, from: "45.1.0.1", at: minute)
            logins.note(login.attempt, nil, login.facts)
        }
        func known(_ minute: Int) -> Int {
            logins.judge(
                candidate: Policy(), inForce: Policy(), honeypots: [],
                at: Logins.start.advanced(by: .seconds(60 * minute))
            ).knownUsers
        }
        #expect(known(1) == 3 && known(8 * 24 * 60) == 0, "and he is forgotten like all others")
    }

    // MARK: Names

    @Test func `names are what their bytes are, whatever they begin with`() throws {
        // A mark that joins what stands before it, and two ways to write one letter.
        let names = ["\u{301}x", "\u{e9}", "e\u{301}", "@", "@@", "\u{200D}a"]
        let all = names.map { login($0, from: "45.1.0.1") }
        var copy = RecentLoginRing(capacity: 100)
        take(ring(all).lines.map(\.text).joined(), &copy, at: RecentLogins.minute(Logins.start))
        for ring in [ring(all), copy] {
            #expect(ring.userCount == names.count && blast(ring, Policy()).knownUsers == names.count)
            var seen: [String] = []
            ring.forEach(since: 0) { user, _, _ in seen.append(user) }
            #expect(Set(seen.map { Array($0.utf8) }) == Set(names.map { Array($0.utf8) }))
            for (number, name) in names.enumerated() {
                var lenient = Logins.policy([.ipNetworks: "45.0.0.0/8"])
                let exceptions = DenyListFile(name: "users.lst", text: name)
                lenient.allowLists =
                    DenyLists.build([.users: exceptions], effect: .allow, engine: LiteralPatternEngine()).lists
                #expect(blast(ring, lenient).users == names.count - 1, "\(number)")
            }
        }
    }

    @Test func `lists that share a file are told apart`() {
        let ring = ring([login("alice", from: "45.1.0.1")])
        let file = DenyListFile(name: "cc.lst", text: "# both\nDE")
        let policy = Policy(
            lists: DenyLists.build([.networkCountry: file, .asCountry: file], engine: LiteralPatternEngine()).lists)
        var both = ring
        for (user, change) in [
            (
                "bob",
                { (facts: inout Facts) in facts.network = Sourced(.known(NetworkFacts(country: "DE")), source: .rdap) }
            ),
            ("carol", { $0.origin = Sourced(.known(OriginFacts(asNumbers: [1], country: "DE")), source: .cymruDNS) }),
            ("dora", { $0.origin = Sourced(.known(OriginFacts(asNumbers: [1], country: "DE")), source: .cymruDNS) }),
        ] {
            var login = login(user, from: "45.1.0.1")
            login.facts.network = Sourced(.absent, source: .rdap)
            login.facts.origin = Sourced(.absent, source: .cymruDNS)
            change(&login.facts)
            _ = both.note(
                user: user, password: nil, address: login.attempt.address,
                minute: RecentLogins.minute(login.attempt.time)
            ) { FactParts(login.facts) }
        }
        #expect(
            blast(both, policy).lines == [
                .init(list: ListKey(.asCountry), rule: "cc.lst:2", users: 2),
                .init(list: ListKey(.networkCountry), rule: "cc.lst:2", users: 1),
            ])
    }

    // MARK: The radius

    @Test(arguments: [
        ("2%", 2, 100, false), ("2%", 3, 100, true), ("2%", 1, 49, true), ("2%", 0, 0, false), ("0%", 1, 1000, true),
        ("0.5%", 5, 1000, false), ("0.5 %", 6, 1000, true), ("100%", 7, 7, false), ("40", 40, 41, false),
        ("40", 41, 100_000, true),
        ("0", 1, 100, true), ("0", 0, 100, false),
    ])
    func `a radius is a share or a number`(text: String, refused: Int, known: Int, isExceeded: Bool) throws {
        let radius = try #require(BlastRadius(text))
        #expect(radius.isExceeded(by: refused, of: known) == isExceeded)
        #expect(BlastRadius(radius.description) == radius)
    }

    @Test(arguments: ["", "%", "-1%", "101%", "2%%", "two", "-3", "1e2%", "nan%", "2 users", ".", ".%", "+2", "٢%"])
    func `anything else is none`(text: String) { #expect(BlastRadius(text) == nil) }
}

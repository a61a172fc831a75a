import AppPasswordCore
import AuditCore
import Locks
import Testing

/// What has ended, whom that concerns, and how long it is tried to end the sessions.
struct RevocationTests {
    private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1000) }
    private func ended(_ id: Int64, _ seconds: Int64, _ reason: EndReason = .revoked) -> EndedPassword {
        EndedPassword(id: id, user: "alice", reason: reason, time: at(seconds))
    }
    private func answer(_ now: Int64, _ ended: [EndedPassword] = [], present: Set<Int64> = []) -> EndedAnswer {
        EndedAnswer(now: at(now), ended: ended, present: present)
    }

    @Test func `what has ended is told once, however often it is answered`() {
        var tracker = EndTracker()
        #expect(tracker.since == nil)
        #expect(tracker.take(answer(100, [ended(1, 50)]), asked: []).new == [ended(1, 50)])
        #expect(tracker.since == at(85), "a little overlap: transactions end later than they begin")
        #expect(
            tracker.take(answer(105, [ended(1, 95), ended(2, 96)]), asked: []).new == [ended(1, 95), ended(2, 96)])
        for now in stride(from: Int64(110), to: 120, by: 5) {
            #expect(tracker.take(answer(now, [ended(2, 96), ended(1, 95)]), asked: []).new.isEmpty)
        }
        // Suspended, released and suspended again.
        #expect(tracker.take(answer(200, [ended(3, 199, .suspended)]), asked: []).new.count == 1)
        #expect(tracker.take(answer(205, [ended(3, 204, .suspended)]), asked: []).new.count == 1)
        // A time that is yet to come stays known as long as it is answered.
        #expect(tracker.take(answer(300, [ended(4, 9999)]), asked: []).new.count == 1)
        #expect(tracker.take(answer(400, [ended(4, 9999)]), asked: []).new.isEmpty)
    }

    @Test func `of those in use what is not there has ended, too`() {
        var tracker = EndTracker()
        let taken = tracker.take(answer(100, [ended(2, 90)], present: [1]), asked: [1, 2, 3])
        #expect(
            taken.new == [ended(2, 90), EndedPassword(id: 3, user: nil, reason: .removed, time: at(100))])
        // It is revoked a little before what is asked for, and in use.
        #expect(tracker.take(answer(101, present: [1]), asked: [1, 2]).new.isEmpty)
    }

    @Test func `in force is what is there and has not ended`() {
        let answer = answer(100, [ended(1, 50), ended(2, 50, .suspended), ended(3, 50, .expired)], present: [2, 3, 4])
        #expect((1...5 as ClosedRange<Int64>).filter(answer.isInForce) == [4])
    }

    @Test func `full pages are followed by the next, also within one second`() {
        var tracker = EndTracker()
        let page = (0..<Int64(EndedAnswer.mostOfAKind)).map { ended($0, 10 + $0 / 500) }
        let first = tracker.take(answer(100, page), asked: [])
        #expect(first.isPartial && first.new.count == page.count && tracker.since == at(11))
        let same = (0..<Int64(EndedAnswer.mostOfAKind)).map { ended(5000 + $0, 11) }
        #expect(tracker.take(answer(100, same), asked: []).isPartial)
        #expect(tracker.since == at(12), "never asked the same for ever")
        #expect(!tracker.take(answer(100, [ended(9999, 13)]), asked: []).isPartial)
        #expect(tracker.since == at(85))
    }

    @Test func `recent uses are bounded, take turns, and know who it was from where`() {
        let uses = RecentUses(limit: 3)
        for id in 1...3 as ClosedRange<Int64> { uses.note(id, login: "alice", address: "192.0.2.\(id)") }
        #expect(
            uses.nextPasswords(2) == [1, 2] && uses.nextPasswords(2) == [3, 1] && uses.nextPasswords(9).count == 3)
        uses.note(4, login: "bob", address: nil)
        #expect(uses.count == 3 && uses.use(of: 1) == nil && uses.use(of: 4)?.logins == ["bob"])
        #expect(Set(uses.nextAccounts(3)) == ["alice", "bob"])
        #expect(uses.passwords(of: "alice").sorted() == [2, 3])
        for number in 0..<40 { uses.note(2, login: "alice\(number % 6)", address: "198.51.100.\(number)") }
        #expect(uses.use(of: 2)?.logins.count == 4 && uses.use(of: 2)?.addresses.count == 16)
        #expect(uses.use(of: 2)?.addresses.first == "198.51.100.39")
        uses.forget(2)
        uses.forget(2)
        #expect(uses.count == 2 && Set(uses.nextPasswords(5)) == [3, 4])
        uses.forget(3)
        uses.forget(4)
        #expect(uses.nextPasswords(5).isEmpty && uses.nextAccounts(5).isEmpty)
        uses.note(5, login: "eve", address: nil)
        #expect(uses.nextPasswords(5) == [5])
    }

    @Test func `a random run of recent uses keeps its places`() {
        var generator = SystemRandomNumberGenerator()
        let uses = RecentUses(limit: 8)
        for _ in 0..<20_000 {
            let id = Int64.random(in: 0..<20, using: &generator)
            if Bool.random(using: &generator) {
                uses.note(id, login: "u\(id)", address: nil)
                #expect(uses.use(of: id)?.logins == ["u\(id)"])
            } else {
                uses.forget(id)
                #expect(uses.use(of: id) == nil)
            }
            let all = uses.nextPasswords(8)
            #expect(Set(all).count == all.count && all.count == uses.count && uses.count <= 8)
        }
    }

    @Test func `a server that fails is tried for an hour, ever more slowly, and then given up`() {
        var schedule = RetrySchedule<Int>(limit: 3)
        #expect(schedule.due == nil && schedule.next(at: .zero) == nil)
        #expect(schedule.add(1, at: .zero) == nil && schedule.add(2, at: .zero) == nil)
        #expect(schedule.add(1, at: .zero) == nil && schedule.count == 2, "once")
        #expect(schedule.next(at: .zero) == 1)
        schedule.finish(1)
        #expect(schedule.next(at: .zero) == 2)
        var (now, tries): (Int64, Int) = (0, 0)
        var given: [Int] = []
        while given.isEmpty {
            #expect(schedule.next(at: .seconds(now)) == 2)
            given = schedule.fail(2, at: .seconds(now))
            tries += 1
            guard let due = schedule.due else { break }
            #expect(schedule.next(at: due - .milliseconds(1)) == nil)
            #expect((1...60).contains(due.components.seconds - now))
            now = due.components.seconds
        }
        #expect(given == [2] && (60...70).contains(tries) && now >= 3590, "\(tries) \(now)")
        for task in 3...5 { #expect(schedule.add(task, at: .seconds(now)) == nil) }
        #expect(schedule.add(6, at: .seconds(now)) == 3, "the oldest makes room")
        schedule.finish(4)
        #expect(schedule.next(at: .seconds(now)) == 5, "whoever answers is asked at once")
    }

    @Test func `a task that fails for ever stops no other`() {
        var schedule = RetrySchedule<Int>(limit: 3)
        for task in 1...3 { #expect(schedule.add(task, at: .seconds(task)) == nil) }
        #expect(schedule.next(at: .seconds(10)) == 1)
        #expect(schedule.fail(1, at: .seconds(10)).isEmpty)
        #expect(
            schedule.next(at: .seconds(10)) == nil && schedule.next(at: .seconds(11)) == 2,
            "after the pause the next one")
        schedule.finish(2)
        #expect(schedule.next(at: .seconds(11)) == 3)
        #expect(schedule.add(4, at: .seconds(11)) == nil)
        #expect(schedule.add(5, at: .seconds(11)) == 1, "the oldest makes room, wherever it stands")
        #expect(schedule.fail(3, at: .seconds(3604)) == [3], "its hour goes on")
    }

    @Test func `what was asked about makes no page full, and is told once`() {
        var tracker = EndTracker()
        _ = tracker.take(answer(10_000), asked: [])
        #expect(tracker.since == at(9985))
        let most = Int64(EndedAnswer.mostOfAKind)
        let (old, twice) = (ended(7, 100, .suspended), ended(8, 9990, .suspended))
        let window = (0..<(most - 2)).map { ended(100 + $0, 9990, .suspended) }
        let taken = tracker.take(answer(10_001, window + [twice, old, twice], present: [7, 8]), asked: [7, 8])
        #expect(!taken.isPartial && taken.new == window + [twice, old])
        #expect(tracker.since == at(9986))
        // Beyond the page: what is asked about does not move its end.
        let page = (0..<most).map { ended(5000 + $0, 9990 + $0 / 500, .suspended) }
        let later = ended(9, 10_001, .suspended)
        #expect(tracker.take(answer(10_002, page + [later], present: [9]), asked: [9]).isPartial)
        #expect(tracker.since == at(9991))
        // Expired and suspended is one end.
        var other = EndTracker()
        let both = [ended(1, 90, .expired), ended(1, 95, .suspended)]
        #expect(other.take(answer(100, both, present: [1]), asked: [1]).new == [both[0]])
        #expect(other.take(answer(101, both, present: [1]), asked: []).new.isEmpty)
    }

    @Test func `recent uses of another database are forgotten`() {
        let uses = RecentUses(limit: 2)
        for id in 1...3 as ClosedRange<Int64> { uses.note(id, login: "alice", address: nil) }
        uses.removeAll()
        #expect(uses.count == 0 && uses.nextPasswords(5).isEmpty && uses.use(of: 3) == nil)
        uses.note(4, login: "bob", address: nil)
        #expect(uses.nextPasswords(5) == [4])
    }

    @Test func `a password's sessions are ended again a while later, an account's are not`() {
        func task(_ id: Int64?, isSecond: Bool = false) -> SessionEnder.Task {
            SessionEnder.Task(passwordID: id, logins: ["alice"], addresses: [], reason: .revoked, isSecond: isSecond)
        }
        var tries = SecondTries(limit: 2)
        tries.add([task(1), task(nil), task(5, isSecond: true)], at: .zero)
        #expect(tries.takeDue(at: .seconds(29)).isEmpty)
        tries.add([task(2), task(3)], at: .seconds(1))
        #expect(tries.takeDue(at: .seconds(30)) == [task(1, isSecond: true)])
        #expect(tries.takeDue(at: .seconds(90)) == [task(2, isSecond: true)], "bounded")
        #expect(tries.takeDue(at: .seconds(90)).isEmpty)
    }

    /// A server that has sessions, of one version or the other.
    private final class Server: SessionServer {
        let name = "test"
        let knowsPasswords: Bool
        let asked = Mutex<[SessionMask]>([])
        init(knowsPasswords: Bool) { self.knowsPasswords = knowsPasswords }
        func end(_ sessions: SessionMask) async throws(SessionServerError) -> Int {
            asked.withLock { $0.append(sessions) }
            if case .password = sessions, !knowsPasswords { throw SessionServerError(.notSupported) }
            if case .user("*") = sessions { throw SessionServerError(.cannotBeMasked) }
            return 1
        }
        func forgetPasswords(of user: String) async throws(SessionServerError) {}
    }

    @Test(
        arguments: [
            (true, KickWithoutAlias.user, "password", ["password 7"]),
            (false, .none, nil, ["password 7"]), (false, .user, "user", ["password 7", "user alice", "user a"]),
            (
                false, .userAndAddress, "user_and_address",
                [
                    "password 7", "user alice from 192.0.2.1", "user alice from ::1", "user a from 192.0.2.1",
                    "user a from ::1",
                ]
            ),
        ] as [(Bool, KickWithoutAlias, String?, [String])])
    func `without session aliases the settings say what stands for a password`(
        knows: Bool, without: KickWithoutAlias, way: String?, asked: [String]
    ) async throws {
        let server = Server(knowsPasswords: knows)
        let ender = SessionEnder(server, withoutAlias: without)
        let task = SessionEnder.Task(
            passwordID: 7, logins: ["alice", "a"], addresses: ["192.0.2.1", "::1"], reason: .revoked)
        let result = try await ender.end(task)
        #expect(result.way == way && result.sessions == (knows ? 1 : asked.count - 1))
        #expect((result.trouble == nil) == (way != nil))
        #expect(server.asked.withLock { $0 }.map(\.description) == asked)
        let account = SessionEnder.Task(passwordID: nil, logins: ["alice"], addresses: [], reason: .disabled)
        #expect(try await ender.end(account) == SessionEnder.Result(way: "user", sessions: 1))
        // Again: by the password or not at all.
        var second = task
        second.isSecond = true
        #expect(try await ender.end(second) == SessionEnder.Result(way: "password", sessions: knows ? 1 : 0))
        #expect(server.asked.withLock { $0.last } == .password(7))
    }

    @Test func `what cannot be asked for is trouble`() async throws {
        func end(_ logins: [String], _ without: KickWithoutAlias) async throws -> SessionEnder.Result {
            try await SessionEnder(Server(knowsPasswords: false), withoutAlias: without).end(
                SessionEnder.Task(passwordID: 7, logins: logins, addresses: [], reason: .revoked))
        }
        func nothing(_ trouble: String) -> SessionEnder.Result {
            SessionEnder.Result(way: nil, sessions: 0, trouble: trouble)
        }
        #expect(try await end(["alice"], .userAndAddress) == nothing("nobody knows where it was used from"))
        #expect(try await end([], .user) == nothing("nobody knows whose they are"))
        let name = "the name cannot be told from a pattern or an address"
        #expect(try await end(["*"], .user) == nothing(name))
        #expect(
            try await end(["*", "alice"], .user) == SessionEnder.Result(way: "user", sessions: 1, trouble: name))
    }
}

import AppPasswordCore
import AppPasswordCoreTesting
import AuditCore
import Settings
import TestKit
import Testing

@testable import WebAuth

/// How sessions are ended as time goes by: a database in memory, mail servers that do as they are told, a clock moved by hand.
@Suite(.timeLimit(.minutes(2)))
struct RevocationWatchTests {
    @Test func `sessions end on every server at once, and of what was logging in half a minute later`() async throws {
        try await RevocationWorld.with(servers: ["one", "two"]) { world in
            world.sessions.set([.password(7): 3], on: "one")
            try await world.revoke(7)
            await world.pass(.seconds(5))
            await world.until { world.sessions.asked.count == 2 }
            #expect(world.sessions.masks == [.password(7), .password(7)])
            #expect(Set(world.sessions.asked.map { $0.server }) == ["one", "two"])
            await world.pass(.seconds(25))
            #expect(world.sessions.asked.count == 2)
            await world.pass(.seconds(10))
            await world.until { world.sessions.asked.count == 4 }
            await world.pass(.seconds(300))
            #expect(world.sessions.asked.count == 4, "and never again")
            #expect(world.records.map(\.event) == ["sessions_ended"], "where there was none nothing is written down")
            let record = try #require(world.records.first)
            #expect(
                record.sessions == 3 && record.passwordID == 7 && record.way == "password" && record.server == "one")
            #expect(world.counted("ended") == 3 && world.counted("failed") == 0)
        }
    }

    @Test func `what was released meanwhile is left alone`() async throws {
        try await RevocationWorld.with { world in
            _ = try await world.store.suspend(id: 7)
            await world.pass(.seconds(5))
            await world.until { world.sessions.asked.count == 1 }
            _ = try await world.store.release(id: 7)
            await world.pass(.seconds(120))
            #expect(world.sessions.asked.count == 1)
        }
    }

    @Test func `a server that is away is tried for an hour, ever more slowly, and stops no other`() async throws {
        try await RevocationWorld.with(servers: ["away", "there"]) { world in
            world.sessions.fail("away", with: SessionServerError(.unreachable, detail: "refused"))
            try await world.revoke(7)
            await world.passUntilFailure()
            await world.pass(.seconds(60), sleepers: 3)
            await world.until { world.sessions.asked.count { $0.server == "there" } == 2 }
            let early = world.sessions.asked.count { $0.server == "away" }
            #expect((5...8).contains(early), "\(early)")
            await world.pass(.seconds(3500), sleepers: 3)
            #expect(world.records.isEmpty)
            await world.pass(.seconds(300))
            await world.until { world.records.count == 2 }
            // The second try of half a minute later has its own hour.
            #expect(world.records.allSatisfy { $0.event == "sessions_not_ended" && $0.server == "away" })
            #expect(world.records.allSatisfy { $0.trouble?.contains("unreachable") == true && $0.way == nil })
            let tries = world.sessions.asked.count { $0.server == "away" }
            #expect((60...75).contains(tries), "\(tries)")
            #expect(world.counted("gave_up") == 2 && world.counted("failed") == tries)
            #expect(world.log.messages.count { $0.contains("sessions cannot be ended") } == 1, "it is said once")
            await world.pass(.seconds(600))
            #expect(world.sessions.asked.count { $0.server == "away" } == tries, "then it is over")
        }
    }

    @Test func `one that is back does all that waited for it`() async throws {
        try await RevocationWorld.with { world in
            world.sessions.fail("one", with: SessionServerError(.failed))
            try await world.revoke(7)
            await world.passUntilFailure()
            await world.pass(.seconds(200), sleepers: 3)
            try await world.revoke(8)
            await world.pass(.seconds(200), sleepers: 3)
            world.sessions.set([.password(7): 1, .password(8): 2], on: "one")
            world.sessions.fail("one", with: nil)
            await world.pass(.seconds(70))
            await world.until { world.records.count == 2 }
            #expect(Set(world.records.map(\.passwordID)) == [7, 8] && world.records.map(\.sessions).reduce(0, +) == 3)
            #expect(world.counted("ended") == 3 && world.counted("gave_up") == 0)
        }
    }

    @Test func `a server that leaves the settings is tried no longer`() async throws {
        try await RevocationWorld.with { world in
            world.sessions.fail("one", with: SessionServerError(.unauthorized))
            try await world.revoke(7)
            await world.passUntilFailure()
            await world.pass(.seconds(20), sleepers: 3)
            world.change { $0.settings.doveadm = ["other"] }
            await world.pass(.seconds(70))
            let tries = world.sessions.asked.count { $0.server == "one" }
            #expect(tries > 1)
            await world.pass(.seconds(300))
            #expect(world.sessions.asked.count { $0.server == "one" } == tries && world.records.isEmpty)
        }
    }

    @Test func `the auth cache is flushed after the kick, and what becomes of that takes nothing with it`() async throws
    {
        try await RevocationWorld.with { world in
            world.change { $0.settings.flushesAuthCache = true }
            world.sessions.set([.password(7): 1], on: "one")
            world.sessions.failFlushes(with: SessionServerError(.failed, detail: "Panic"))
            try await world.revoke(7)
            await world.pass(.seconds(5))
            await world.until { world.sessions.flushed == ["alice"] }
            #expect(world.records.map(\.event) == ["sessions_ended"])
            await world.until {
                world.log.messages.contains { $0.contains("the auth cache may not have been flushed") }
            }
            #expect(world.counted("failed") == 0)
        }
    }

    @Test func `a database that is away is said once, and what ended meanwhile is found`() async throws {
        try await RevocationWorld.with { world in
            world.database.fail(with: BackendError("database", .unreachable))
            try await world.revoke(7)
            await world.pass(.seconds(60))
            #expect(world.sessions.asked.isEmpty)
            #expect(
                world.log.messages.count { $0.contains("sessions of revoked app passwords are not looked for") } == 1)
            world.database.fail(with: nil)
            await world.pass(.seconds(5))
            await world.until { world.sessions.masks == [.password(7)] }
        }
    }

    @Test func `a database that takes long is asked less often`() async throws {
        try await RevocationWorld.with { world in
            await world.pass(.seconds(60))
            let quick = world.database.questions
            #expect((11...14).contains(quick), "every five seconds: \(quick)")
            // A poll of 400 ms: no more than a hundredth of the time.
            world.database.take(.milliseconds(400))
            await world.pass(.seconds(120))
            #expect((2...5).contains(world.database.questions - quick), "\(world.database.questions - quick)")
        }
    }

    @Test func `rows that are gone end what was in use, and another database's are others`() async throws {
        try await RevocationWorld.with { world in
            _ = try await world.store.revoke(id: 7, hard: true, at: nil)
            await world.pass(.seconds(5))
            await world.until { world.sessions.masks == [.password(7)] }
            await world.pass(.seconds(60))
            world.sessions.forget()
            // There 8 is another one's, or nobody's.
            let other = InMemoryAppPasswordStore()
            world.change { means in
                means.database = .sqlite(path: "/other", timeout: .seconds(1))
                means.ended = other
            }
            await world.pass(.seconds(60))
            #expect(world.sessions.asked.isEmpty && world.uses.use(of: 8) == nil)
        }
    }

    @Test func `an account that the directory disables loses all its sessions`() async throws {
        let directory = FixedAccountDirectory([
            Account(uid: "alice", isDisabled: true), Account(uid: "bob"),
        ])
        try await RevocationWorld.with { world in
            world.change { $0.directory = directory }
            world.sessions.set([.user("alice"): 4], on: "one")
            await world.pass(.seconds(5))
            await world.until { world.sessions.masks == [.user("alice")] }
            await world.until { world.records.map(\.reason) == ["disabled"] }
            await world.pass(.seconds(60))
            #expect(world.sessions.asked.count == 1)
        }
    }

    @Test func `what one finds the others are told, and who is told looks at once and tells nobody`() async throws {
        let others = OtherServers()
        try await RevocationWorld.with(signal: others) { world in
            await world.until { others.areHeard }
            try await world.revoke(7)
            await world.pass(.seconds(6))
            await world.until { world.sessions.masks == [.password(7)] && others.timesTold == 1 }
            // Not the pause of five seconds is awaited.
            try await world.revoke(8)
            await world.pass(.seconds(1))
            others.say()
            await world.until { world.sessions.masks == [.password(7), .password(8)] }
            #expect(others.timesTold == 1)
        }
    }

    @Test func `who is told without end asks the database no more than a fifth of the time`() async throws {
        let others = OtherServers()
        try await RevocationWorld.with(signal: others) { world in
            await world.until { others.areHeard }
            world.database.take(.milliseconds(400))
            let first = world.database.questions
            for _ in 0..<5 {
                let before = world.database.questions
                others.say()
                await world.pass(.seconds(1))
                others.say()
                await world.pass(.seconds(2))
                await world.until { world.database.questions > before }
            }
            let moments = world.database.moments[first...]
            // A look of 0.4 s is followed by a rest of 2 s at least.
            for (one, next) in zip(moments, moments.dropFirst()) {
                #expect(next - one >= .milliseconds(2400), "\(moments)")
            }
        }
    }

    @Test func `its end waits for no server, and gives nothing up`() async throws {
        let world = RevocationWorld(["one"])
        world.sessions.fail("one", with: SessionServerError(.unreachable))
        let task = Task { await world.watch.run() }
        await world.clock.waitForSleepers(2)
        try await world.revoke(7)
        await world.passUntilFailure()
        task.cancel()
        await task.value
        #expect(world.records.isEmpty && world.counted("gave_up") == 0 && world.counted("failed") > 0)
    }
}

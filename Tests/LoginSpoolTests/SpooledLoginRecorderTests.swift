import AppPasswordCore
import AuditCore
import LoginSpool
import Locks
import Testing

struct SpooledLoginRecorderTests {
    @Test func `a row waits for its facts, but not for ever`() async throws {
        let world = try World()
        let ticket = await world.recorder.record(world.row(1))
        _ = await world.recorder.record(world.row(2))
        #expect(await world.recorder.step() == .idle(until: world.now.timestamp.advanced(by: .seconds(12))))
        world.recorder.complete(ticket, name: "a.example.org", location: nil, isp: "DFN")
        world.recorder.complete(ticket, name: "second", location: "second", isp: nil)
        #expect(await world.recorder.step() == .wrote(1))
        world.advance(milliseconds: 11_999)
        guard case .idle = await world.recorder.step() else { Issue.record("too early"); return }
        world.advance(milliseconds: 1)
        #expect(await world.recorder.step() == .wrote(1))
        #expect(world.database.rows.map(\.sourceName) == ["a.example.org", nil])
        #expect(world.database.rows.map(\.sourceISP) == ["DFN", nil])
    }

    @Test func `late facts do not change what is coalesced`() async throws {
        let world = try World()
        var tickets: [LoginTicket] = []
        for _ in 0..<4 {
            tickets.append(await world.recorder.record(world.row()))
            world.advance(milliseconds: 1000)
        }
        world.advance(milliseconds: 7000)
        for ticket in tickets { world.recorder.complete(ticket, name: "a", location: nil, isp: nil) }
        #expect(await world.recorder.step() == .wrote(2))
        #expect(world.recorder.statistics.coalesced == 2)
        #expect(world.recorder.statistics.waiting == 0)
    }

    @Test func `rows left by a killed process are looked for, new ones are not`() async throws {
        let world = try World()
        _ = await world.recorder.record(world.row(1))
        try world.restart()
        #expect(world.recorder.statistics.recovered == 1)
        #expect(await world.recorder.step() == .wrote(1))
        let ticket = await world.recorder.record(world.row(2))
        world.recorder.complete(ticket, name: nil, location: nil, isp: nil)
        #expect(await world.recorder.step() == .wrote(1))
        #expect(world.database.state.withLock { $0.calls.map(\.mayBeThere) } == [true, false])
        try world.restart()
        #expect(world.recorder.statistics.recovered == 0)
    }

    @Test func `coalescing goes on across a restart`() async throws {
        let world = try World()
        _ = await world.recorder.record(world.row())
        for _ in 0..<5 {
            try world.restart()
            _ = await world.recorder.step()
            world.advance(milliseconds: 4000)
            _ = await world.recorder.record(world.row())
        }
        await world.drain()
        #expect(world.database.rows.count == 2)
    }

    @Test func `a full spool drops and counts, and recovers with the database`() async throws {
        var configuration = SpoolConfiguration()
        configuration.maxBytes = 2000
        configuration.segmentBytes = 500
        let world = try World(configuration)
        world.database.answer(.refuses(.unreachable))
        for password in 1...100 as ClosedRange<Int64> {
            _ = await world.recorder.record(world.row(password))
            _ = await world.recorder.step()
        }
        let full = world.recorder.statistics
        #expect(full.droppedFull > 50 && full.droppedFull < 100)
        #expect(full.bytes < 2200)
        #expect(full.recorded + full.droppedFull == 100)
        #expect(full.waiting == Int(full.recorded))
        world.advance(milliseconds: 60_000)
        #expect(await world.recorder.step() == .failed)
        #expect(world.recorder.statistics.databaseTrouble == "database unreachable")
        await world.drain()
        #expect(world.database.rows.count == Int(full.recorded))
        #expect(world.recorder.statistics.databaseTrouble == nil)
        // One pass later the files are gone, and there is room again.
        world.advance(milliseconds: 60_000)
        let ticket = await world.recorder.record(world.row(1000))
        #expect(ticket.number > 0)
        await world.drain()
        #expect(world.recorder.statistics.segments == 1)
        #expect(world.database.rows.last?.passwordID == 1000)
    }

    @Test func `a full disk costs the rows that do not fit, and mends`() async throws {
        let world = try World()
        _ = await world.recorder.record(world.row(1))
        world.disk.state.withLock { $0.freeBytes = 30 }
        _ = await world.recorder.record(world.row(2))
        #expect(world.recorder.statistics.droppedStorage == 1)
        #expect(world.recorder.statistics.storageTrouble != nil)
        world.disk.state.withLock { $0.freeBytes = .max }
        _ = await world.recorder.record(world.row(3))
        #expect(world.recorder.statistics.storageTrouble == nil)
        try world.restart()
        #expect(world.recorder.statistics.damaged == 0)
        await world.drain()
        #expect(world.database.rows.map(\.passwordID) == [1, 3])
    }

    @Test func `a row that the database refuses stops no other and is kept`() async throws {
        var configuration = SpoolConfiguration()
        configuration.segmentBytes = 300
        let world = try World(configuration)
        world.database.state.withLock { $0.refusedPasswords = [3] }
        for password in 1...50 as ClosedRange<Int64> { _ = await world.recorder.record(world.row(password)) }
        world.advance(milliseconds: 60_000)
        for _ in 0..<200 { _ = await world.recorder.step() }
        #expect(Set(world.database.rows.map(\.passwordID)) == Set(1...50).subtracting([3]))
        #expect(world.database.rows.count == 49)
        // It has moved on, so that the files behind it are gone.
        #expect(world.recorder.statistics.segments <= 3)
        try world.restart()
        #expect(world.recorder.statistics.recovered == 1)
        world.database.state.withLock { $0.refusedPasswords = [] }
        await world.drain()
        #expect(world.database.rows.count == 50)
    }

    @Test func `clients that never pause do not fill the spool while the database is away`() async throws {
        var configuration = SpoolConfiguration()
        configuration.maxBytes = 30_000
        configuration.segmentBytes = 1000
        let world = try World(configuration)
        world.database.answer(.refuses(.unreachable))
        for second in 0..<1500 {
            world.advance(milliseconds: 1000)
            _ = await world.recorder.record(world.row(1))
            if second % 10 == 0 { #expect(await world.recorder.step() == .failed || second < 20) }
        }
        #expect(world.recorder.statistics.lost == 0)
        #expect(world.recorder.statistics.bytes < 30_000)
        try world.restart()
        await world.drain()
        let times = (1...1500 as ClosedRange<Int64>).map { 1_700_000_000_000 + $0 * 1000 }
        #expect(world.database.rows.map(\.time.milliseconds).sorted() == expectedTimes(times))
    }

    @Test func `batches are bounded`() async throws {
        let world = try World()
        for password in 1...500 as ClosedRange<Int64> { _ = await world.recorder.record(world.row(password)) }
        await world.drain()
        #expect(world.database.state.withLock { $0.calls.map(\.count) } == [200, 200, 100])
    }

    @Test func `a flush writes what is pending and what waits for facts`() async throws {
        let world = try World()
        for _ in 0..<3 {
            _ = await world.recorder.record(world.row())
            world.advance(milliseconds: 10)
        }
        #expect(await world.recorder.flush(within: .seconds(60)) == 0)
        #expect(world.database.rows.count == 2)
        world.database.answer(.refuses(.unreachable))
        _ = await world.recorder.record(world.row(2))
        #expect(await world.recorder.flush(within: .milliseconds(20)) == 1)
        try world.restart()
        await world.drain()
        #expect(world.database.rows.count == 3)
    }

    @Test func `the clock set back keeps nothing waiting`() async throws {
        let world = try World()
        _ = await world.recorder.record(world.row())
        world.advance(milliseconds: 1000)
        _ = await world.recorder.record(world.row())
        guard case .idle = await world.recorder.step() else { Issue.record("too early"); return }
        world.advance(milliseconds: -86_400_000)
        #expect(await world.recorder.step() == .wrote(2))
    }

    @Test func `texts of any length and content come back, cut where they must be`() async throws {
        let world = try World()
        let texts = ["", "\0", "ü\u{301}📮", String(repeating: "€", count: 5000), "a\nR\n\r"]
        for (index, text) in texts.enumerated() {
            var row = world.row(Int64(index), service: text, from: text)
            row.sourceISP = text
            let ticket = await world.recorder.record(row)
            world.recorder.complete(ticket, name: text, location: text, isp: nil)
        }
        try world.restart()
        await world.drain()
        for (row, text) in zip(world.database.rows, texts) {
            #expect(text.hasPrefix(row.service) && row.service.utf8.count <= 255)
            for stored in [row.sourceAddress, row.sourceName, row.sourceLocation, row.sourceISP] {
                #expect(text.utf8.count > 2048 ? stored?.utf8.count == 2046 : stored == text)
            }
        }
        #expect(world.database.rows.count == texts.count)
    }

    @Test func `the writer runs by itself: a complete row is written at once, the rest when it is due`() async throws {
        var configuration = SpoolConfiguration()
        configuration.quiet = .milliseconds(20)
        configuration.backoff = .milliseconds(1)
        let world = try World(configuration)
        let recorder = world.recorder
        let database = world.database
        let writer = Task { await recorder.run() }
        let ticket = await recorder.record(world.row(1))
        recorder.complete(ticket, name: nil, location: nil, isp: nil)
        while database.rows.isEmpty { await Task.yield() }
        database.answer(.refuses(.unreachable))
        let second = await recorder.record(world.row(2))
        recorder.complete(second, name: nil, location: nil, isp: nil)
        while recorder.statistics.databaseFailures < 3 { await Task.yield() }
        database.answer(.takes)
        while database.rows.count < 2 { await Task.yield() }
        writer.cancel()
        await writer.value
    }

    @Test func `many tasks at once lose nothing while the writer runs`() async throws {
        let world = try World()
        let (recorder, start) = (world.recorder, world.now.timestamp)
        let writer = Task { await recorder.run() }
        await withTaskGroup { group in
            for password in 0..<8 as Range<Int64> {
                group.addTask {
                    for number in 0..<250 as Range<Int64> {
                        let ticket = await recorder.record(
                            LoginLogRow(
                                passwordID: password * 1000 + number, service: "imap", sourceAddress: nil, time: start))
                        recorder.complete(ticket, name: "n", location: "l", isp: "i")
                    }
                }
            }
        }
        #expect(await recorder.flush(within: .seconds(60)) == 0)
        writer.cancel()
        await writer.value
        #expect(world.database.rows.count == 2000)
        #expect(Set(world.database.rows).count == 2000)
    }

    @Test func `with fsync a login waits for the disk`() async throws {
        var configuration = SpoolConfiguration()
        configuration.fsync = true
        let world = try World(configuration)
        _ = await world.recorder.record(world.row(1))
        #expect(world.disk.state.withLock { $0.syncs } == 1)
        world.disk.state.withLock { $0.broken = ["sync"] }
        #expect(await world.recorder.record(world.row(2)).number == 2)
        await world.drain()
        #expect(world.database.rows.count == 2)
    }
}

import AppPasswordCore
import AuditCore
import Foundation
import LoginSpool
import Locks
import Testing

struct SpooledLoginRecorderTests {
    @Test func `a row waits for its facts, but not for ever`() async throws {
        let world = try World()
        let ticket = await world.recorder.record(world.row(1))
        _ = await world.recorder.record(world.row(2))
        #expect(await world.recorder.step() == .idle(until: world.now.timestamp.advanced(by: .seconds(12))))
        await world.complete(ticket, name: "a.example.org", location: nil, isp: "DFN")
        await world.complete(ticket, name: "second", location: "second", isp: nil)
        #expect(await world.recorder.step() == .wrote(1))
        world.advance(milliseconds: 11_999)
        guard case .idle = await world.recorder.step() else { Issue.record("too early"); return }
        world.advance(milliseconds: 1)
        #expect(await world.recorder.step() == .wrote(1))
        #expect(world.database.rows.map(\.sourceName) == ["a.example.org", nil])
        #expect(world.database.rows.map(\.sourceISP) == ["DFN", nil])
    }

    @Test func `the last use is known before the database has it, and after a restart, but no refused one`()
        async throws
    {
        let world = try World()
        world.database.answer(.refuses(.unreachable))
        #expect(world.recorder.lastUse(of: 1) == nil)
        _ = await world.recorder.record(world.row(1))
        let used = world.now.timestamp
        world.advance(milliseconds: 100_000)
        var refused = world.row(1)
        refused.refusal = "denied"
        _ = await world.recorder.record(refused)
        _ = await world.recorder.record(world.row(2))
        #expect(world.recorder.lastUse(of: 1) == used && world.recorder.lastUse(of: 2) == world.now.timestamp)
        for _ in 0..<3 { _ = await world.recorder.step() }
        let last = world.now.timestamp
        world.advance(milliseconds: 86_400_000)
        try await world.restart()
        #expect(world.recorder.lastUse(of: 1) == used && world.recorder.lastUse(of: 2) == last)
        #expect(world.recorder.lastUse(of: 3) == nil)
        var earlier = world.row(2)
        earlier.time = used
        _ = await world.recorder.record(earlier)
        #expect(world.recorder.lastUse(of: 2) == last)
    }

    @Test func `late facts do not change what is coalesced`() async throws {
        let world = try World()
        var tickets: [LoginTicket] = []
        for _ in 0..<4 {
            tickets.append(await world.recorder.record(world.row()))
            world.advance(milliseconds: 1000)
        }
        world.advance(milliseconds: 7000)
        for ticket in tickets { await world.complete(ticket, name: "a", location: nil, isp: nil) }
        #expect(await world.recorder.step() == .wrote(2))
        #expect(world.recorder.statistics.coalesced == 2)
        #expect(world.recorder.statistics.waiting == 0)
    }

    /// What the database was told of each batch: how many rows, and whether they may be there.
    private func calls(_ world: World) -> [String] {
        world.database.state.withLock { $0.calls.map { "\($0.count) \($0.mayBeThere ? "in doubt" : "new")" } }
    }

    private func recordRows(_ passwords: ClosedRange<Int64>, in world: World) async {
        for password in passwords { _ = await world.recorder.record(world.row(password)) }
        world.advance(milliseconds: 60_000)
    }

    @Test func `of the rows that a killed process left, only the batch that it had handed over is looked for`()
        async throws
    {
        var configuration = SpoolConfiguration()
        configuration.batchSize = 10
        configuration.segmentBytes = 400
        let world = try World(configuration)
        await recordRows(1...35, in: world)
        #expect(await world.recorder.step() == .wrote(10))
        let disk = world.disk
        let left = Mutex<[String: [UInt8]]>([:])
        world.database.state.withLock { $0.onInsert = { if $0 { left.withLock { $0 = disk.contents() } } } }
        #expect(await world.recorder.step() == .wrote(10))
        world.database.state.withLock { $0.onInsert = nil }
        try await world.restart(on: left.withLock { $0 })
        #expect(world.recorder.statistics.recovered == 25)
        // Killed once more before anything is handed over: it is the same batch.
        try await world.restart()
        await world.drain()
        #expect(calls(world) == ["10 new", "10 new", "10 in doubt", "10 new", "5 new"])
        #expect(world.database.rows.map(\.passwordID) == Array(1...35))
    }

    @Test func `rows that are written while the disk takes no marks are all looked for after a kill`() async throws {
        var configuration = SpoolConfiguration()
        configuration.batchSize = 10
        let world = try World(configuration)
        await recordRows(1...40, in: world)
        // The note's room is reserved.
        world.disk.state.withLock { $0.freeBytes = 0 }
        for _ in 0..<3 { #expect(await world.recorder.step() == .wrote(10)) }
        try await world.restart()
        await world.drain()
        #expect(calls(world).suffix(4) == ["10 in doubt", "10 in doubt", "10 in doubt", "10 new"])
        #expect(world.database.rows.map(\.passwordID) == Array(1...40))
    }

    @Test func `rows that were never handed over are new, however often the process dies`() async throws {
        let world = try World()
        world.database.state.withLock { $0.isAway = true }
        for start in [1, 11, 21] as [Int64] {
            await recordRows(start...(start + 9), in: world)
            #expect(await world.recorder.step() == .failed)
            #expect(world.recorder.statistics.databaseTrouble == "database unreachable")
            try await world.restart()
        }
        world.database.state.withLock { $0.isAway = false }
        await world.drain()
        #expect(calls(world) == ["30 new"])
        #expect(world.database.rows.map(\.passwordID) == Array(1...30))
    }

    @Test(arguments: ["no note", "a torn note", "the note of another boot", "files that end before it"])
    func `without a note that can be trusted all rows are in doubt, also after another kill`(kind: String) async throws
    {
        var configuration = SpoolConfiguration()
        configuration.batchSize = 10
        let world = try World(configuration)
        await recordRows(1...30, in: world)
        #expect(await world.recorder.step() == .wrote(10))
        world.database.answer(.refuses(.refused))
        _ = await world.recorder.step()
        var left = world.disk.contents()
        let (name, bytes) = try #require(world.disk.onlyFile())
        switch kind {
        case "no note": left["lock"] = nil
        case "a torn note": left["lock"]?[70] ^= 1
        case "the note of another boot":
            var note = try #require(left["lock"].flatMap { Handover($0) })
            note.boot[0] ^= 1
            left["lock"] = note.bytes
        default: left[name] = Array(bytes.dropLast(200))
        }
        world.database.answer(.takes)
        world.database.state.withLock { $0.calls = [] }
        try await world.restart(on: left)
        try await world.restart()
        await world.drain()
        #expect(!calls(world).isEmpty)
        #expect(calls(world).allSatisfy { $0.hasSuffix("in doubt") })
        #expect(Set(world.database.rows).count == world.database.rows.count)
        #expect(Set(world.database.rows.map(\.passwordID)).isSuperset(of: 1...25))
    }

    @Test(arguments: [BackendError.Code.timedOut, .unreachable, .refused])
    func `of a batch that fails less goes next, until the row that cannot be written goes alone`(
        code: BackendError.Code
    ) async throws {
        let world = try World()
        world.database.state.withLock { $0.refusals = [77: code] }
        await recordRows(1...200, in: world)
        for _ in 0..<60 { _ = await world.recorder.step() }
        #expect(Set(world.database.rows.map(\.passwordID)) == Set(1...200).subtracting([77]))
        #expect(world.database.rows.count == 199)
        #expect(world.recorder.statistics.waiting == 1)
        // It is kept, also across restarts, and written when it can be, once.
        try await world.restart()
        world.database.state.withLock { $0.refusals = [:] }
        await world.drain()
        #expect(world.database.rows.count == 200)
    }

    @Test func `a database that is away makes no batch smaller`() async throws {
        let world = try World()
        world.database.state.withLock { $0.isAway = true }
        await recordRows(1...200, in: world)
        for _ in 0..<20 { #expect(await world.recorder.step() == .failed) }
        world.database.state.withLock { $0.isAway = false }
        #expect(await world.recorder.step() == .wrote(200))
        #expect(calls(world) == ["200 new"])
    }

    @Test func `coalescing goes on across a restart`() async throws {
        let world = try World()
        _ = await world.recorder.record(world.row())
        for _ in 0..<5 {
            try await world.restart()
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

    @Test func `what a full disk does not take goes to the database from memory`() async throws {
        let world = try World()
        _ = await world.recorder.record(world.row(1))
        world.disk.state.withLock { $0.freeBytes = 30 }
        let ticket = await world.recorder.record(world.row(2))
        await world.complete(ticket, name: "a.example.org", location: nil, isp: nil)
        #expect(world.recorder.statistics.held == 1)
        #expect(world.recorder.statistics.storageTrouble != nil)
        #expect(await world.recorder.step() == .wrote(1))
        #expect(world.database.rows.map(\.sourceName) == ["a.example.org"])
        #expect(world.recorder.statistics.lost == 0)
        await world.drain()
        try await world.restart()
        #expect(world.recorder.statistics.damaged == 0)
        await world.drain()
        #expect(world.database.rows.map(\.passwordID) == [2, 1])
    }

    @Test func `what a full disk did not take goes into the spool when it can, in order`() async throws {
        let world = try World()
        world.database.state.withLock { $0.isAway = true }
        world.disk.state.withLock { $0.freeBytes = 100 }
        for password in 1...5 as ClosedRange<Int64> { _ = await world.recorder.record(world.row(password)) }
        #expect(world.recorder.statistics.held == 4)
        world.disk.state.withLock { $0.freeBytes = .max }
        _ = await world.recorder.record(world.row(6))
        #expect(world.recorder.statistics.held == 0)
        #expect(world.recorder.statistics.storageTrouble == nil)
        try await world.restart()
        world.database.state.withLock { $0.isAway = false }
        await world.drain()
        #expect(world.database.rows.map(\.passwordID) == Array(1...6))
        #expect(calls(world) == ["6 new"])
    }

    @Test func `only so many uses are kept in memory, and what is lost is counted`() async throws {
        var configuration = SpoolConfiguration()
        configuration.maxHeld = 10
        let world = try World(configuration)
        world.database.state.withLock { $0.isAway = true }
        world.disk.state.withLock { $0.broken = ["create", "write"] }
        for password in 1...25 as ClosedRange<Int64> { _ = await world.recorder.record(world.row(password)) }
        #expect(world.recorder.statistics.held == 10)
        #expect(world.recorder.statistics.droppedStorage == 15)
        world.database.state.withLock { $0.isAway = false }
        await world.drain()
        #expect(world.database.rows.map(\.passwordID) == Array(1...10))
    }

    @Test func `a disk that hangs holds a login for a moment, and the next ones not at all`() async throws {
        var configuration = SpoolConfiguration()
        configuration.patience = .milliseconds(50)
        let world = try World(configuration)
        _ = await world.recorder.record(world.row(1))
        let gate = DispatchSemaphore(value: 0)
        world.disk.state.withLock { $0.gate = gate }
        _ = await world.recorder.record(world.row(2))
        // Without the rule that those who come later do not wait this takes an hour.
        for password in 0..<72_000 as Range<Int64> { _ = await world.recorder.record(world.row(1000 + password)) }
        #expect(world.recorder.statistics.droppedStorage > 60_000)
        world.disk.state.withLock { $0.gate = nil }
        gate.signal()
        await world.drain()
        #expect(world.database.rows.prefix(2).map(\.passwordID) == [1, 2])
        #expect(world.database.rows.count + Int(world.recorder.statistics.droppedStorage) == 72_002)
    }

    @Test(arguments: [2, 3, 5, 7, 11])
    func `turns that outlast everybody's patience double no row and lose none`(batchSize: Int) async throws {
        var configuration = SpoolConfiguration()
        configuration.patience = .milliseconds(1)
        configuration.segmentBytes = 400
        configuration.maxReady = 7
        configuration.batchSize = batchSize
        let world = try World(configuration)
        world.disk.state.withLock { $0.slowness = 3000 }
        world.database.state.withLock { $0.isAway = true }
        await recordRows(1...60, in: world)
        _ = await world.recorder.step()
        while await !world.recorder.turn() { await Task.yield() }
        try await world.restart()
        // What is left is surveyed and loaded while logins go on.
        world.disk.state.withLock { $0.slowness = 3000 }
        world.database.state.withLock { $0.isAway = false }
        for password in 61...90 as ClosedRange<Int64> {
            _ = await world.recorder.record(world.row(password))
            _ = await world.recorder.step()
        }
        await world.drain()
        #expect(world.database.rows.map(\.passwordID).sorted() == Array(1...90))
        #expect(world.recorder.statistics.unreadable == 0 && world.recorder.statistics.waiting == 0)
    }

    @Test func `records that a broken disk has taken and did not cut off are no second uses`() async throws {
        let world = try World()
        _ = await world.recorder.record(world.row(1))
        world.disk.state.withLock { $0.broken = ["answer", "truncate", "create"] }
        for password in 2...5 as ClosedRange<Int64> { _ = await world.recorder.record(world.row(password)) }
        world.advance(milliseconds: 60_000)
        // Some go to the database from memory, and are marked when the disk goes on; the others go into a file again.
        #expect(await world.recorder.step() == .wrote(4))
        _ = await world.recorder.record(world.row(6))
        world.disk.state.withLock { $0.broken = [] }
        _ = await world.recorder.record(world.row(7))
        try await world.restart()
        await world.drain()
        #expect(world.database.rows.map(\.passwordID).sorted() == Array(1...7))
    }

    @Test func `uses of logins that come together are appended with one write`() async throws {
        let world = try World()
        _ = await world.recorder.record(world.row(1))
        let gate = DispatchSemaphore(value: 0)
        world.disk.state.withLock { $0.gate = gate }
        let before = world.disk.state.withLock { $0.appends }
        let (recorder, disk, start) = (world.recorder, world.disk, world.now.timestamp)
        await withTaskGroup { group in
            for password in 2...101 as ClosedRange<Int64> {
                // The first is being written when the others come.
                if password == 3 {
                    while !disk.state.withLock({ $0.isWaiting }) { await Task.yield() }
                }
                group.addTask {
                    _ = await recorder.record(
                        LoginLogRow(passwordID: password, service: "imap", sourceAddress: nil, time: start))
                }
            }
            while recorder.statistics.held < 99 { await Task.yield() }
            world.disk.state.withLock { $0.gate = nil }
            gate.signal()
        }
        #expect(world.disk.state.withLock { $0.appends } - before <= 3)
        await world.drain()
        #expect(world.database.rows.count == 101)
    }

    @Test func `what waits longest goes first, also what the index forgot, and what came meanwhile last`() async throws
    {
        var configuration = SpoolConfiguration()
        configuration.segmentBytes = 1000
        configuration.maxReady = 7
        configuration.batchSize = 10
        let world = try World(configuration)
        world.database.state.withLock { $0.isAway = true }
        await recordRows(1...100, in: world)
        #expect(await world.recorder.step() == .failed)
        #expect(world.recorder.statistics.waiting == 100)
        try await world.restart()
        await recordRows(101...150, in: world)
        #expect(await world.recorder.step() == .failed)
        #expect(world.recorder.statistics.waiting == 150)
        world.database.state.withLock { $0.isAway = false }
        await world.drain()
        #expect(world.database.rows.map(\.passwordID) == Array(1...150))
        #expect(world.recorder.statistics.unreadable == 0)
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
        try await world.restart()
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
        try await world.restart()
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
        try await world.restart()
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

    @Test func `refused logins come back as such, and records without a refusal are those of older versions`()
        async throws
    {
        let world = try World()
        let refusals = ["denied", nil, "revoked", String(repeating: "x", count: 99), ""]
        for (index, refusal) in refusals.enumerated() {
            var row = world.row(Int64(index))
            row.refusal = refusal
            _ = await world.recorder.record(row)
        }
        try await world.restart()
        await world.drain()
        let expected = refusals.map { $0.map { String($0.prefix(32)) } }
        #expect(world.database.rows.sorted { $0.passwordID < $1.passwordID }.map(\.refusal) == expected)
    }

    @Test func `files of the version before are read to the last record`() async throws {
        let world = try World()
        try await world.restart(on: OldSpool.files)
        await world.drain()
        #expect(world.database.rows.sorted { $0.passwordID < $1.passwordID } == OldSpool.rows)
    }

    @Test func `texts of any length and content come back, cut where they must be`() async throws {
        let world = try World()
        let texts = ["", "\0", "ü\u{301}📮", String(repeating: "€", count: 5000), "a\nR\n\r"]
        for (index, text) in texts.enumerated() {
            var row = world.row(Int64(index), service: text, from: text)
            row.sourceISP = text
            let ticket = await world.recorder.record(row)
            await world.complete(ticket, name: text, location: text, isp: nil)
        }
        try await world.restart()
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
        #expect(await world.recorder.record(world.row(2)).number > 0)
        await world.drain()
        #expect(world.database.rows.count == 2)
    }
}

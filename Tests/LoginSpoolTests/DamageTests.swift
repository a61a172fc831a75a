import TestKit
import AppPasswordCore
import AuditCore
import LoginSpool
import Locks
import Testing

/// What a spool makes of files that are torn or damaged.
struct DamageTests {
    /// A file with uses, facts and marks: rows 1-3 written, 4-6 waiting, of which 6 is a follower that replaced another.
    private func damagedWorld() async throws -> (world: World, name: String, bytes: [UInt8], written: [LoginLogRow]) {
        let world = try World()
        for password in 1...3 as ClosedRange<Int64> {
            let ticket = await world.recorder.record(world.row(password))
            await world.complete(ticket, name: "a.example.org", location: "Dresden", isp: "DFN")
        }
        #expect(await world.recorder.step() == .wrote(3))
        for password in 4...6 as ClosedRange<Int64> { _ = await world.recorder.record(world.row(password)) }
        for _ in 0..<2 {
            world.advance(milliseconds: 1000)
            _ = await world.recorder.record(world.row(6))
        }
        let (name, bytes) = try #require(world.disk.onlyFile())
        return (world, name, bytes, world.database.rows)
    }

    @Test func `cut off at any byte, every whole record before counts, and nothing is written twice`() async throws {
        let (world, name, bytes, written) = try await damagedWorld()
        let now = world.now.timestamp
        var countsSeen: Set<Int> = []
        for size in 0...bytes.count {
            world.now.milliseconds.withLock { $0 = now.milliseconds }
            world.database.state.withLock { $0.rows = written }
            try await world.restart(on: [name: Array(bytes.prefix(size))])
            // It goes on appending.
            _ = await world.recorder.record(world.row(99))
            await world.drain()
            let rows = world.database.rows
            #expect(Set(rows).count == rows.count, "cut at \(size)")
            #expect(rows.contains { $0.passwordID == 99 })
            #expect(rows.starts(with: written))
            #expect(world.recorder.statistics.waiting == 0)
            countsSeen.insert(rows.count)
        }
        #expect(countsSeen == [4, 5, 6, 7, 8])
    }

    @Test func `with any byte changed, at most its own use is lost, and nothing is written twice`() async throws {
        let (world, name, bytes, written) = try await damagedWorld()
        let now = world.now.timestamp
        for index in bytes.indices {
            for change in [0x01, 0x80, 0xFF] as [UInt8] {
                world.now.milliseconds.withLock { $0 = now.milliseconds }
                world.database.state.withLock { $0.rows = written }
                var damaged = bytes
                damaged[index] ^= change
                try await world.restart(on: [name: damaged])
                #expect(world.recorder.statistics.damaged == 1, "byte \(index)")
                await world.drain()
                let rows = world.database.rows
                #expect(Set(rows).count == rows.count, "byte \(index)")
                let lost = (4...6).filter { password in !rows.contains { $0.passwordID == password } }
                #expect(lost.count <= 1, "byte \(index): \(lost)")
                #expect(rows.count <= 8)
            }
        }
    }

    @Test func `what a client chose cannot pass for a record behind damage`() async throws {
        let world = try World()
        _ = await world.recorder.record(world.row(1))
        let (_, forged) = try #require(world.disk.onlyFile())
        let victim = try World()
        // A service that holds a whole record of another file.
        _ = await victim.recorder.record(victim.row(2, service: String(decoding: forged.dropFirst(8), as: UTF8.self)))
        let (name, bytes) = try #require(victim.disk.onlyFile())
        var damaged = bytes
        damaged[12] ^= 1
        try await victim.restart(on: [name: damaged])
        await victim.drain()
        #expect(victim.database.rows.isEmpty)
    }

    @Test func `a file of noise is survived`() async throws {
        var random = SeededNumbers(1)
        let world = try World()
        _ = await world.recorder.record(world.row(1))
        let (name, bytes) = try #require(world.disk.onlyFile())
        let noise = (0..<50_000).map { _ in random.next() as UInt8 }
        try await world.restart(on: [name: Array(bytes.prefix(8)) + noise + bytes.dropFirst(8), "README": noise])
        await world.drain()
        #expect(world.database.rows.map(\.passwordID) == [1])
    }

    @Test func `a row that cannot be read back is counted as lost and stops no other`() async throws {
        let world = try World()
        for password in 1...2 as ClosedRange<Int64> { _ = await world.recorder.record(world.row(password)) }
        world.disk.state.withLock { $0.broken = ["read"] }
        world.advance(milliseconds: 60_000)
        #expect(await world.recorder.step() == .wrote(0))
        world.disk.state.withLock { $0.broken = [] }
        _ = await world.recorder.record(world.row(3))
        await world.drain()
        #expect(world.database.rows.map(\.passwordID) == [3])
        #expect(world.recorder.statistics.unreadable == 2)
        #expect(world.recorder.statistics.waiting == 0)
    }
}

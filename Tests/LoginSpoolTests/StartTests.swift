import AppPasswordCore
import Locks
import LoginSpool
import Testing

/// A start on what an earlier process left, however much that is.
struct StartTests {
    /// Fills a spool with rows of 8 KB; the database is not asked.
    private func fill(_ world: World, _ passwords: ClosedRange<Int64>) async {
        let text = String(repeating: "x", count: 2000)
        for password in passwords {
            var row = world.row(password)
            (row.sourceName, row.sourceLocation, row.sourceISP) = (text, text, text)
            _ = await world.recorder.record(row)
        }
    }

    @Test func `only the youngest files are read before the first login; the rest is written as well, once`()
        async throws
    {
        var configuration = SpoolConfiguration()
        configuration.segmentBytes = 1 << 20
        let world = try World(configuration)
        await fill(world, 1...2500)
        #expect(world.recorder.statistics.bytes > 15_000_000)
        try await world.restart()
        #expect(world.disk.state.withLock { $0.bytesRead } < 9 << 20)
        #expect(world.recorder.statistics.waiting < 1500)
        // A login comes before anything else is read.
        _ = await world.recorder.record(world.row(5000))
        await world.drain()
        #expect(world.recorder.statistics.unreadable == 0)
        #expect(world.database.rows.map(\.passwordID) == Array(1...2500) + [5000])
        #expect(world.database.state.withLock { $0.calls.allSatisfy { !$0.mayBeThere } })
    }

    @Test func `a process that dies again and again before it has read all loses and doubles nothing`() async throws {
        var configuration = SpoolConfiguration()
        configuration.segmentBytes = 1 << 20
        let world = try World(configuration)
        await fill(world, 1...2000)
        world.advance(milliseconds: 60_000)
        for round in 0..<12 {
            for _ in 0..<round { _ = await world.recorder.step() }
            try await world.restart()
            _ = await world.recorder.record(world.row(10_000 + Int64(round)))
        }
        await world.drain()
        #expect(Set(world.database.rows).count == world.database.rows.count)
        #expect(Set(world.database.rows.map(\.passwordID)) == Set(Array(1...2000) + Array(10_000...10_011)))
    }
}

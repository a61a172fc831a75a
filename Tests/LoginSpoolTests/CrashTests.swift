import TestKit
import AppPasswordCore
import AuditCore
import Foundation
import LoginSpool
import Locks
import Testing

/// Random histories of logins, crashes and failures, each on one database and one state directory.
struct CrashTests {
    struct Key: Hashable {
        var password: Int64
        var service: String
        var address: String?
    }

    /// What a history may contain besides logins and crashes.
    struct Trouble: OptionSet {
        let rawValue: Int
        static let disk = Trouble(rawValue: 1)
        static let disorder = Trouble(rawValue: 2)
        static let flush = Trouble(rawValue: 4)
    }

    /// `SPOOL_HISTORIES=1000 swift test --filter CrashTests` plays that many in each of ten blocks of each test.
    static let perBlock = ProcessInfo.processInfo.environment["SPOOL_HISTORIES"].flatMap(UInt64.init) ?? 15
    static let blocks: Range<UInt64> = 0..<10
    static func seeds(of block: UInt64) -> Range<UInt64> { (block * perBlock)..<((block + 1) * perBlock) }

    /// What has happened: the times of all logins that were answered, and of those that a process held in memory when it
    /// died, because the disk did not take them: they may have a row, or none.
    struct History {
        var logins: [Key: [Int64]] = [:]
        var unsure: [Key: Set<Int64>] = [:]
        /// In memory only, as far as can be seen from outside.
        var held: [(key: Key, time: Int64)] = []

        mutating func crash() {
            for (key, time) in held { unsure[key, default: []].insert(time) }
            held = []
        }
    }

    @Test(arguments: Self.blocks)
    func `every login has its row by the rule and none twice, whatever dies when`(block: UInt64) async throws {
        for seed in Self.seeds(of: block) {
            let (world, history) = try await history(seed: seed, trouble: [])
            #expect(history.unsure.isEmpty)
            try checkExactly(world, history, seed: seed)
        }
    }

    @Test(arguments: Self.blocks)
    func `a disk that fills or breaks costs only logins that are counted, or in memory when the process dies`(
        block: UInt64
    ) async throws {
        for seed in Self.seeds(of: block) {
            let (world, history) = try await history(seed: seed, trouble: .disk)
            try checkExactly(world, history, seed: seed)
        }
    }

    @Test(arguments: Self.blocks)
    func `logins out of order and flushes leave last-used right and no row twice`(block: UInt64) async throws {
        for seed in Self.seeds(of: block) {
            let (world, history) = try await history(seed: seed, trouble: [.disk, .disorder, .flush])
            checkNoneTwice(world, history, seed: seed)
            for key in history.logins.keys { checkLastUsed(world, history, key, seed: seed) }
        }
    }

    // MARK: -

    static func key(_ row: LoginLogRow) -> Key {
        Key(password: row.passwordID, service: row.service, address: row.sourceAddress)
    }

    private func checkNoneTwice(_ world: World, _ history: History, seed: UInt64) {
        var seen: Set<LoginLogRow> = []
        for var row in world.database.rows {
            // Facts are those of this very use, or none.
            if let name = row.sourceName { #expect(name == "host-\(row.time.milliseconds)", "seed \(seed)") }
            row.sourceName = nil
            #expect(seen.insert(row).inserted, "seed \(seed): \(row) twice")
            let isLogin = history.logins[Self.key(row)]?.contains(row.time.milliseconds) ?? false
            #expect(isLogin, "seed \(seed): \(row) never happened")
        }
    }

    /// Each login has a row that is no older and hardly younger.
    private func checkLastUsed(_ world: World, _ history: History, _ key: Key, seed: UInt64) {
        let written = world.database.rows.filter { Self.key($0) == key }.map(\.time.milliseconds)
        for time in history.logins[key] ?? [] where history.unsure[key]?.contains(time) != true {
            if !written.contains(where: { $0 >= time && $0 < time + 63_000 }) {
                Issue.record("seed \(seed): \(key) at \(time) has no row")
            }
        }
    }

    private func checkExactly(_ world: World, _ history: History, seed: UInt64) throws {
        checkNoneTwice(world, history, seed: seed)
        for (key, times) in history.logins {
            guard history.unsure[key] == nil else {
                checkLastUsed(world, history, key, seed: seed)
                continue
            }
            let written = world.database.rows.filter { Self.key($0) == key }.map(\.time.milliseconds).sorted()
            #expect(written == expectedTimes(times), "seed \(seed): \(key) \(times)")
        }
        #expect(world.recorder.statistics.waiting == 0)
    }

    /// Plays a history and drains it.
    private func history(seed: UInt64, trouble: Trouble) async throws -> (World, History) {
        var random = SeededNumbers(seed &* 77 &+ 5)
        var configuration = SpoolConfiguration()
        configuration.segmentBytes = .random(in: 100...1500, using: &random)
        configuration.batchSize = .random(in: 1...6, using: &random)
        // Half of this is where compaction begins.
        if Bool.random(using: &random) { configuration.maxBytes = .random(in: 2000...6000, using: &random) }
        // Beyond this the index knows files only.
        if Bool.random(using: &random) { configuration.maxReady = .random(in: 1...5, using: &random) }
        if Bool.random(using: &random) { configuration.maxHeld = .random(in: 1...4, using: &random) }
        let world = try World(configuration)
        var history = History()
        var tickets: [(LoginTicket, Int64)] = []

        for _ in 0..<Int.random(in: 20...120, using: &random) {
            await Task.yield()  // to the other tests
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<50:
                let isLong = Int.random(in: 0..<12, using: &random) == 0
                world.advance(milliseconds: .random(in: 0...(isLong ? 70_000 : 6_500), using: &random))
                var row = world.row(
                    .random(in: 1...2, using: &random), service: Bool.random(using: &random) ? "imap" : "smtp",
                    from: Bool.random(using: &random) ? nil : "2001:db8::1")
                if trouble.contains(.disorder) {
                    let late = Int64.random(in: 0...3_000, using: &random)
                    row.time = Timestamp(milliseconds: row.time.milliseconds - late)
                }
                let before = world.disk.state.withLock { $0.appends }
                let lost = world.recorder.statistics.lost
                let (key, time) = (Self.key(row), row.time.milliseconds)
                let ticket = await world.recorder.record(row)
                let isLost = world.recorder.statistics.lost > lost
                let didAppend = world.disk.state.withLock { $0.appends } > before
                var isTaken = !isLost
                if isTaken { history.held.append((key, time)) }
                if didAppend, !isLost, Int.random(in: 0..<15, using: &random) == 0 {
                    // The process dies while it writes this record: what is torn was never answered. With it may go what
                    // the disk had refused before.
                    let statistics = world.recorder.statistics
                    let isSafe = statistics.held == 0 && statistics.storageTrouble == nil
                    if try await tear(world, using: &random), isSafe {
                        history.held = []
                    } else if trouble.contains(.disk) {
                        history.crash()
                    } else {
                        history.held = []
                        isTaken = false
                    }
                    tickets = []
                } else {
                    tickets.append((ticket, time))
                }
                if isTaken { history.logins[key, default: []].append(time) }
            case 50..<65:
                guard let index = tickets.indices.randomElement(using: &random) else { continue }
                let (ticket, time) = tickets.remove(at: index)
                await world.complete(ticket, name: "host-\(time)", location: nil, isp: nil)
            case 65..<90:
                if try await write(world, using: &random) {
                    history.crash()
                    tickets = []
                }
            case 90..<93 where trouble.contains(.disk):
                world.disk.state.withLock { disk in
                    disk.freeBytes = Bool.random(using: &random) ? .max : .random(in: 0...300, using: &random)
                    disk.broken = Set(
                        ["write", "truncate", "create", "remove"].filter { _ in
                            Int.random(in: 0..<4, using: &random) == 0
                        })
                }
            case 93..<95 where trouble.contains(.flush):
                world.database.answer(.takes)
                // Not for long: the disk may not let it.
                _ = await world.recorder.flush(within: .milliseconds(100))
            default:
                let left = world.disk.contents()
                history.crash()
                tickets = []
                try await world.restart(on: left)
            }
            let statistics = world.recorder.statistics
            if statistics.held == 0, statistics.storageTrouble == nil { history.held = [] }
        }
        await world.drain()
        try await world.restart()
        await world.drain()
        return (world, history)
    }

    /// Kills the process in the middle of the latest append; false if less than the whole of it got there.
    private func tear(_ world: World, using random: inout SeededNumbers) async throws -> Bool {
        var contents = world.disk.contents()
        guard let (name, size) = world.disk.state.withLock({ $0.latest }), let bytes = contents[name] else {
            return true
        }
        let kept = Int.random(in: size...bytes.count, using: &random)
        contents[name] = Array(bytes.prefix(kept))
        try await world.restart(on: contents)
        return kept == bytes.count
    }

    /// Lets the writer do a step while the database does something, and perhaps the process dies in the middle.
    ///
    /// - Returns: Whether it did.
    private func write(_ world: World, using random: inout SeededNumbers) async throws -> Bool {
        let answer: ScriptedLoginLog.Answer =
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<6: .takes
            case 6: .refuses(.unreachable)
            case 7: .refuses(.refused)
            default: .takesAndLies
            }
        world.database.answer(answer)
        let diesAt: Bool? = Int.random(in: 0..<4, using: &random) > 0 ? nil : .random(using: &random)
        let left = Mutex<[String: [UInt8]]?>(nil)
        if let diesAt {
            let disk = world.disk
            world.database.state.withLock { state in
                state.onInsert = { isCommitted in
                    if isCommitted == diesAt { left.withLock { $0 = disk.contents() } }
                }
            }
        }
        // What would have happened after the moment at which it dies did not happen.
        let rowsThen = Mutex<[LoginLogRow]?>(diesAt == false ? world.database.rows : nil)
        if diesAt == nil, Int.random(in: 0..<4, using: &random) == 0 {
            let database = world.database
            let (ahead, bytes) = (Int.random(in: 0...2, using: &random), Int.random(in: 0...120, using: &random))
            world.disk.state.withLock { disk in
                disk.dieAt = (disk.appends + ahead, bytes)
                disk.onDeath = { contents in
                    left.withLock { $0 = contents }
                    rowsThen.withLock { $0 = database.rows }
                }
            }
        }
        _ = await world.recorder.step()
        world.database.state.withLock { $0.onInsert = nil }
        world.disk.state.withLock { ($0.dieAt, $0.onDeath) = (nil, nil) }
        guard let contents = left.withLock({ $0 }) else { return false }
        if let rows = rowsThen.withLock({ $0 }) { world.database.state.withLock { $0.rows = rows } }
        try await world.restart(on: contents)
        return true
    }
}

import AuditCore
import AuditCoreTesting
import Foundation
import GRDB
import Locks
import SQLiteStore
import Testing

struct SQLiteLookupCacheTests {
    private let directory = SQLiteStoreTests.TemporaryFile()

    private final class Shared: Sendable {
        let time = Mutex(Timestamp(milliseconds: 1_763_918_141_123))
        let troubles = Mutex<[String]>([])
        func advance(by duration: Duration) { time.withLock { $0 = $0.advanced(by: duration) } }
        var sentences: [String] { troubles.withLock { $0 } }
    }

    private let shared = Shared()

    private func open(capacity: Int = 100_000, sweepEvery: Int = 500) throws -> SQLiteLookupCache {
        var configuration = SQLiteLookupCache.Configuration()
        configuration.timeout = .seconds(60)
        configuration.capacity = capacity
        configuration.sweepEvery = sweepEvery
        let shared = shared
        return try SQLiteLookupCache(path: directory.path, configuration) {
            shared.time.withLock { $0 }
        } onTrouble: { sentence in
            shared.troubles.withLock { $0.append(sentence) }
        }
    }

    private func entry(_ key: String, _ seconds: Int = 60) -> LookupCacheEntry {
        LookupCacheEntry(key: key, value: Array(key.utf8), lifetime: .seconds(seconds))
    }

    private func rows() throws -> Int {
        try DatabaseQueue(path: directory.path).read { try Int.fetchOne($0, sql: "SELECT count(*) FROM entries") ?? 0 }
    }

    @Test func `SQLite keeps the contract of lookup caches`() async throws {
        let cache = try open()
        let shared = shared
        try await LookupCacheContract(pass: { shared.advance(by: $0) }) { cache }.run()
        #expect(shared.sentences == [])
    }

    @Test func `more keys than a query takes are read`() async throws {
        let cache = try open()
        let keys = (0..<2500).map { "k\($0)" }
        try await cache.store(keys.map { entry($0) })
        #expect(try await cache.values(for: keys).count == 2500)
    }

    @Test func `what was stored survives a restart, and goes on ageing meanwhile`() async throws {
        try await open().store([entry("long", 600), entry("short", 60)])
        shared.advance(by: .seconds(60))
        #expect(try await open().values(for: ["long", "short"]) == ["long": Array("long".utf8)])
        let mode = try FileManager.default.attributesOfItem(atPath: directory.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func `what is dead is swept out, and beyond the bound what would die first`() async throws {
        let cache = try open(capacity: 100, sweepEvery: 50)
        try await cache.store((0..<40).map { entry("dead\($0)", 1) })
        shared.advance(by: .seconds(2))
        for number in 0..<400 { try await cache.store([entry("k\(number)", 1000 + number)]) }
        #expect(try rows() <= 150)
        #expect(try await cache.values(for: ["k399", "k0", "dead1"]).keys.sorted() == ["k399"])
    }

    @Test(arguments: ["no database at all", "truncated", "another version", "another program's"])
    func `a broken file is put aside, said so, and begun anew`(kind: String) async throws {
        try await open().store([entry("a")])
        let path = directory.path
        switch kind {
        case "another version": try directory.change("PRAGMA user_version = 7")
        case "another program's":
            try directory.change("DROP TABLE entries; CREATE TABLE x (y); PRAGMA user_version = 0")
        default:
            for companion in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + companion) }
            let bytes =
                kind == "truncated"
                ? try Data(contentsOf: URL(filePath: path)).prefix(50) : Data(repeating: 65, count: 9000)
            try bytes.write(to: URL(filePath: path))
        }
        let cache = try open()
        #expect(try await cache.values(for: ["a"]) == [:])
        try await cache.store([entry("b")])
        #expect(try await cache.values(for: ["b"]).count == 1)
        #expect(shared.sentences.count == 1)
        #expect(shared.sentences.first?.contains("broken") == true)
        #expect(FileManager.default.fileExists(atPath: path + ".broken"))
    }

    @Test func `a file that breaks under way costs one error, and is begun anew`() async throws {
        let cache = try open()
        try await cache.store((0..<2000).map { entry("k\($0)") })
        try await cache.store([entry("z")])
        // Everything behind the header: also what is not yet in the file itself.
        try await DatabaseQueue(path: directory.path).writeWithoutTransaction { database in
            _ = try database.checkpoint(.truncate)
        }
        let file = try FileHandle(forWritingTo: URL(filePath: directory.path))
        let size = try file.seekToEnd()
        try file.seek(toOffset: 4096)
        try file.write(contentsOf: Data(repeating: 0xFF, count: Int(size) - 4096))
        try file.close()
        var failures = 0
        for number in 0..<10 {
            do { try await cache.store([entry("n\(number)")]) } catch { failures += 1 }
        }
        #expect((1...2).contains(failures))
        #expect(try await cache.values(for: ["n9"]).count == 1)
        #expect(shared.sentences.count == 1)
    }

    @Test func `a place that cannot be written is an error`() throws {
        #expect(throws: LookupError.self) {
            try SQLiteLookupCache(path: "/proc/nowhere/cache.sqlite") {
                Timestamp(milliseconds: 0)
            } onTrouble: { _ in
            }
        }
    }
}

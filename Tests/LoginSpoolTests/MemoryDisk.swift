import Foundation
import LoginSpool
import Locks

/// A disk in memory that can be full, broken, and looked at as a killed process leaves it.
final class MemoryDisk: SpoolDisk {
    struct State {
        var files: [String: MemoryFile] = [:]
        /// What was noted last.
        var note: [UInt8] = []
        /// Appends wait for it.
        var gate: DispatchSemaphore?
        /// Whether one does.
        var isWaiting = false
        /// Every third write takes so long, in microseconds.
        var slowness: UInt32 = 0
        /// Bytes until it is full; what fits of an append is written.
        var freeBytes = Int.max
        /// Operations that fail with EIO; "answer": writes that are done and fail all the same.
        var broken: Set<String> = []
        /// The file and size before the latest append.
        var latest: (name: String, size: Int)?
        var appends = 0
        var syncs = 0
        var bytesRead = 0
        /// The process dies in the middle of the append with this number, so many bytes into it.
        var dieAt: (append: Int, bytes: Int)?
        /// What it leaves then.
        var onDeath: (@Sendable ([String: [UInt8]]) -> Void)?
    }
    let state: Mutex<State>

    /// Under this name a note is found in ``contents()``.
    static let noteName = "lock"

    init(_ files: [String: [UInt8]] = [:]) {
        state = Mutex(State())
        for (name, bytes) in files {
            if name == Self.noteName {
                state.withLock { $0.note = bytes }
                continue
            }
            let file = MemoryFile(name: name, disk: self, bytes: bytes)
            state.withLock { $0.files[name] = file }
        }
    }

    /// What another process would find now.
    func contents() -> [String: [UInt8]] {
        state.withLock { state in
            var contents = state.files.mapValues(\.bytes)
            if !state.note.isEmpty { contents[Self.noteName] = state.note }
            return contents
        }
    }

    /// The only file and what is in it.
    func onlyFile() -> (name: String, bytes: [UInt8])? {
        let files = state.withLock { $0.files.mapValues(\.bytes) }
        return files.count == 1 ? files.first.map { ($0.key, $0.value) } : nil
    }

    func fail(_ operation: String) throws(SpoolError) {
        if state.withLock({ $0.broken.contains(operation) }) {
            throw SpoolError(operation, path: "memory", code: 5, reason: "broken")
        }
    }

    func names() throws(SpoolError) -> [String] { state.withLock { Array($0.files.keys) } }
    func create(_ name: String) throws(SpoolError) -> any SpoolFile {
        try fail("create")
        let file = MemoryFile(name: name, disk: self, bytes: [])
        state.withLock { $0.files[name] = file }
        return file
    }
    func open(_ name: String) throws(SpoolError) -> any SpoolFile {
        guard let file = state.withLock({ $0.files[name] }) else {
            throw SpoolError("open", path: name, code: 2, reason: "gone")
        }
        return file
    }
    func remove(_ name: String) throws(SpoolError) {
        try fail("remove")
        state.withLock { $0.files[name] = nil }
    }
    func rename(_ name: String, to newName: String) throws(SpoolError) {
        state.withLock { $0.files[newName] = $0.files.removeValue(forKey: name) }
    }
    func note() throws(SpoolError) -> [UInt8] {
        try fail("read")
        return state.withLock { $0.note }
    }
    func beSlow() {
        let slowness = state.withLock { $0.appends % 3 == 0 ? $0.slowness : 0 }
        if slowness > 0 { usleep(slowness) }
    }
    func leave(note: [UInt8]) throws(SpoolError) {
        beSlow()
        die(midst: note.count) { left, bytes in
            let before = left[Self.noteName] ?? []
            left[Self.noteName] = Array(note.prefix(bytes)) + before.dropFirst(bytes)
        }
        state.withLock { $0.appends += 1 }
        do throws(SpoolError) {
            try fail("write")
            state.withLock { state in state.note = note + state.note.dropFirst(note.count) }
        } catch {
            try fail("truncate")
            state.withLock { $0.note = [] }
        }
    }

    /// If the process is to die in this append, says what it leaves.
    func die(midst count: Int, _ change: (inout [String: [UInt8]], Int) -> Void) {
        let (dieAt, onDeath) = state.withLock { ($0.dieAt?.append == $0.appends ? $0.dieAt : nil, $0.onDeath) }
        guard let dieAt else { return }
        var left = contents()
        change(&left, min(dieAt.bytes, count))
        onDeath?(left)
    }
}

final class MemoryFile: SpoolFile {
    private let name: String
    private let disk: MemoryDisk
    private let content: Mutex<[UInt8]>

    init(name: String, disk: MemoryDisk, bytes: [UInt8]) {
        self.name = name
        self.disk = disk
        content = Mutex(bytes)
    }

    var bytes: [UInt8] { content.withLock { $0 } }
    var isLinked: Bool { disk.state.withLock { $0.files[name] != nil } }

    func size() throws(SpoolError) -> Int { bytes.count }
    func read(at offset: Int, count: Int) throws(SpoolError) -> [UInt8] {
        try disk.fail("read")
        let bytes = content.withLock { Array($0.dropFirst(offset).prefix(count)) }
        disk.state.withLock { $0.bytesRead += bytes.count }
        return bytes
    }
    func append(_ bytes: [UInt8]) throws(SpoolError) {
        if let gate = disk.state.withLock({ $0.gate }) {
            disk.state.withLock { $0.isWaiting = true }
            gate.wait()
            gate.signal()
            disk.state.withLock { $0.isWaiting = false }
        }
        disk.beSlow()
        if disk.state.withLock({ $0.broken.contains("answer") }) { content.withLock { $0 += bytes } }
        try disk.fail("answer")
        try disk.fail("write")
        disk.die(midst: bytes.count) { left, count in left[name]? += bytes.prefix(count) }
        let fits = disk.state.withLock { state in
            let fits = min(bytes.count, state.freeBytes)
            if state.freeBytes != .max { state.freeBytes -= fits }
            state.appends += 1
            state.latest = (name, content.withLock { $0.count })
            return fits
        }
        content.withLock { $0 += bytes.prefix(fits) }
        if fits < bytes.count { throw SpoolError("write", path: name, code: 28, reason: "full") }
    }
    func truncate(to size: Int) throws(SpoolError) {
        try disk.fail("truncate")
        content.withLock { $0 = Array($0.prefix(size)) }
    }
    func sync() throws(SpoolError) {
        try disk.fail("sync")
        disk.state.withLock { $0.syncs += 1 }
    }
}

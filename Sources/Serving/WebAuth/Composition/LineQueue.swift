import AuditCore
import Dispatch
import Foundation
import Locks

/// Lines on their way to a file descriptor whose reader may be slow, or stand still for ever: who writes one never waits.
///
/// A thread of its own writes them, one `write(2)` each. What finds no room is lost and counted, and a line says so where it
/// is missing.
final class LineQueue: Sendable {
    private struct State {
        var lines: [[UInt8]] = []
        var bytes = 0
        var isStarted = false
        var isWriting = false
        var lost = 0
        /// Lost since the last line that said so.
        var unsaid = 0
        /// Who waits until everything is written.
        var waiting: [DispatchSemaphore] = []
    }

    /// A longer line is cut, in characters.
    private static let longestLine = 8192

    private let descriptor: Int32
    private let limit: Int
    private let state = Mutex(State())
    private let bell = DispatchSemaphore(value: 0)

    /// - Parameters:
    ///   - descriptor: Where to write; nobody closes it.
    ///   - limit: How many bytes may wait.
    init(descriptor: Int32, limit: Int = 512 << 10) { (self.descriptor, self.limit) = (descriptor, limit) }

    /// How many lines were lost so far.
    var lost: Int { state.withLock { $0.lost } }

    /// Queues a line; what is in it cannot end it, nor do anything to a terminal.
    func write(_ line: some StringProtocol) {
        let isPlain = line.utf8.count <= Self.longestLine && line.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
        let bytes = Array((isPlain ? String(line) : String(line).visible(limit: Self.longestLine)).utf8) + [0x0A]
        let (isFirst, isNew) = state.withLock { state in
            guard state.bytes + bytes.count <= limit else {
                state.lost += 1
                state.unsaid += 1
                return (false, false)
            }
            if state.unsaid > 0 { state.lines.append(Self.note(&state.unsaid)) }
            state.lines.append(bytes)
            state.bytes += bytes.count
            defer { state.isStarted = true }
            return (!state.isStarted, true)
        }
        if isFirst { start() }
        if isNew { bell.signal() }
    }

    /// Waits until everything is written.
    ///
    /// - Returns: Whether it is.
    func flush(within timeout: Duration) -> Bool {
        let written: DispatchSemaphore? = state.withLock { state in
            guard state.isStarted, state.isWriting || !state.lines.isEmpty || state.unsaid > 0 else { return nil }
            let semaphore = DispatchSemaphore(value: 0)
            state.waiting.append(semaphore)
            return semaphore
        }
        guard let written else { return true }
        bell.signal()
        return written.wait(timeout: .now() + timeout / .seconds(1)) == .success
    }

    private func start() {
        let thread = Thread { [self] in
            var all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_BLOCK, &all, nil)
            while true {
                bell.wait()
                writeAll()
            }
        }
        thread.name = "log"
        thread.start()
    }

    /// Writes what there is; on the thread.
    private func writeAll() {
        while true {
            let lines: [[UInt8]] = state.withLock { state in
                if state.lines.isEmpty, state.unsaid > 0 { state.lines.append(Self.note(&state.unsaid)) }
                let lines = state.lines
                (state.lines, state.bytes, state.isWriting) = ([], 0, !lines.isEmpty)
                if lines.isEmpty {
                    for semaphore in state.waiting { semaphore.signal() }
                    state.waiting = []
                }
                return lines
            }
            if lines.isEmpty { return }
            var lost = 0
            for line in lines where !write(line) { lost += 1 }
            // Whoever reads it has gone: nothing can be said any more.
            if lost > 0 { state.withLock { $0.lost += lost } }
        }
    }

    private func write(_ line: [UInt8]) -> Bool {
        var rest = line[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0, errno == EAGAIN {
                var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&polled, 1, -1)
            } else if count == 0 || errno != EINTR {
                return false
            }
        }
        return true
    }

    private static func note(_ unsaid: inout Int) -> [UInt8] {
        defer { unsaid = 0 }
        return Array("web-auth: \(unsaid) lines of this log were lost: nobody read it\n".utf8)
    }
}

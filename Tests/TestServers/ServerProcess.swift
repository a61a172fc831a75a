import Foundation
import Locks

/// One server program, started and ended by its process id.
public final class ServerProcess: Sendable {
    private struct State {
        var pid: pid_t?
        var isFrozen = false
    }

    private let command: [String]
    private let log: String
    private let isReady: @Sendable () async -> Bool
    private let state = Mutex(State())

    init(_ command: [String], log: String, isReady: @escaping @Sendable () async -> Bool) {
        (self.command, self.log, self.isReady) = (command, log, isReady)
    }

    deinit {
        if let pid = state.withLock({ $0.pid }) {
            Foundation.kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
    }

    /// Starts it and waits until it answers, at most 60 s.
    public func start() async throws {
        guard state.withLock({ $0.pid == nil }) else { return }
        let pid = try await Spawner.start(command, log: log)
        state.withLock { $0 = State(pid: pid) }
        let deadline = ContinuousClock.now + .seconds(60)
        while await !isReady() {
            if hasEnded(pid) {
                state.withLock { $0.pid = nil }
                throw ServerError("\(command[0]) ended while it was starting:\n\(lastLines())")
            }
            guard ContinuousClock.now < deadline else {
                throw ServerError("\(command[0]) did not answer within 60 s:\n\(lastLines())")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Asks it to end (SIGTERM) and waits; after 30 s it is killed.
    public func stop() async throws {
        guard let pid = state.withLock({ $0.pid }) else { return }
        thaw()
        Foundation.kill(pid, SIGTERM)
        let deadline = ContinuousClock.now + .seconds(30)
        while !hasEnded(pid) {
            if ContinuousClock.now > deadline { Foundation.kill(pid, SIGKILL) }
            try await Task.sleep(for: .milliseconds(10))
        }
        state.withLock { $0 = State() }
    }

    /// Ends it at once (SIGKILL).
    public func kill() async throws {
        guard let pid = state.withLock({ $0.pid }) else { return }
        Foundation.kill(pid, SIGKILL)
        while !hasEnded(pid) { try await Task.sleep(for: .milliseconds(5)) }
        state.withLock { $0 = State() }
    }

    /// Stops it and starts it anew.
    public func restart() async throws {
        try await stop()
        try await start()
    }

    /// Lets it do nothing until ``thaw()`` (SIGSTOP): connections stay open, nobody answers.
    ///
    /// Returns when each of its threads has stopped.
    public func freeze() {
        state.withLock { state in
            guard let pid = state.pid else { return }
            Foundation.kill(pid, SIGSTOP)
            state.isFrozen = true
            while !Self.hasStopped(pid) { usleep(1000) }
        }
    }

    private static func hasStopped(_ pid: pid_t) -> Bool {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        return tasks.allSatisfy { task in
            let line = (try? String(contentsOfFile: "/proc/\(pid)/task/\(task)/stat", encoding: .utf8)) ?? ""
            return line.isEmpty || line.split(separator: ")").last?.hasPrefix(" T") == true
        }
    }

    /// Lets it go on (SIGCONT).
    public func thaw() {
        state.withLock { state in
            guard let pid = state.pid, state.isFrozen else { return }
            Foundation.kill(pid, SIGCONT)
            state.isFrozen = false
        }
    }

    private func hasEnded(_ pid: pid_t) -> Bool { waitpid(pid, nil, WNOHANG) != 0 }

    private func lastLines() -> String {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(15).joined(separator: "\n")
    }
}

import Foundation
import Locks
import Testing

/// A directory of its own for one test, removed at its end; it belongs to the ``OrdinaryUser``.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "web-auth-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        OrdinaryUser.own(path)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) throws {
        try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
    }

    func read(_ name: String) -> String { (try? String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)) ?? "" }
}

/// Runs what blocks on a thread of its own, so that tests at the same time go on.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
    }
}

/// A truth that one task sets and others look at.
final class Flag: Sendable {
    private let value = Mutex(false)
    var isSet: Bool { value.withLock { $0 } }
    func set() { value.withLock { $0 = true } }
}

/// What several threads have seen.
final class Seen: Sendable {
    private let values = Mutex<Set<String>>([])
    var all: Set<String> { values.withLock { $0 } }
    func add(_ value: String) { values.withLock { _ = $0.insert(value) } }
}

/// The real program, run as a process.
struct Program {
    /// The binary under test: `$WEB_AUTH_SERVER` (a release build, in CI), else the one built beside the tests.
    private static let built: String =
        ProcessInfo.processInfo.environment["WEB_AUTH_SERVER"]
        ?? URL(fileURLWithPath: ProcessInfo.processInfo.arguments[0]).deletingLastPathComponent()
        .appendingPathComponent("web-auth-server").path

    private static let shared = Swift.Result { try OrdinaryUser.share(built) }

    /// A copy of it that the ``OrdinaryUser`` can run.
    static var path: String { get throws { try shared.get().path } }

    /// Whether it is a release build, so that bounds on time and memory mean something.
    static let isRelease = ProcessInfo.processInfo.environment["WEB_AUTH_SERVER"] != nil

    /// What a run gave.
    struct Result {
        var status: Int32
        var output: String
        var errors: String
    }

    /// Runs a verb to its end in `directory`, as the ``OrdinaryUser``.
    ///
    /// - Parameter group: The name of a group that the user is to be in.
    static func run(_ arguments: [String], in directory: TemporaryDirectory, group: String? = nil) throws -> Result {
        let process = try process(arguments, in: directory, group: group)
        let (output, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        let (text, trouble) = (output.fileHandleForReading.readDataToEndOfFile(), errors.fileHandleForReading)
        let result = Result(
            status: 0, output: String(decoding: text, as: UTF8.self),
            errors: String(decoding: trouble.readDataToEndOfFile(), as: UTF8.self))
        process.waitUntilExit()
        return Result(status: process.terminationStatus, output: result.output, errors: result.errors)
    }

    /// A process that has not been started, of the ``OrdinaryUser``.
    static func process(_ arguments: [String], in directory: TemporaryDirectory, group: String? = nil) throws -> Process
    {
        var arguments = arguments
        // Nothing leaves the machine in a test: who asks others names servers on loopback.
        let asks = ["serve", "explain"].contains(arguments.first)
        if asks, !directory.read("config.toml").contains("[lookup") { arguments.append("--offline") }
        let process = Process()
        let command = try OrdinaryUser.command([path] + arguments, writingTo: directory.path, group: group)
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.currentDirectoryURL = URL(fileURLWithPath: directory.path)
        var environment = ProcessInfo.processInfo.environment
        for name in ["CONFIG_PATH", "STATE_DIRECTORY"] { environment[name] = nil }
        process.environment = environment
        return process
    }
}

/// The real program, serving.
final class ServerProcess: Sendable {
    let port: Int
    let pid: Int32
    /// From the start of the process until it listened.
    let startTime: Duration
    private let process: Mutex<Process>
    private let log: Log
    /// Kept as long as the server may need it.
    private let directory: TemporaryDirectory

    /// What the server writes to standard error, read as it comes.
    private final class Log: Sendable {
        private struct State {
            var text = ""
            var isOver = false
        }
        private let state = Mutex(State())

        var text: String { state.withLock { $0.text } }

        /// Takes what came; nil: nothing more will.
        func append(_ more: String?) {
            state.withLock { state in
                if let more { state.text += more } else { state.isOver = true }
            }
        }

        /// Waits until there is enough; false if the server ended first, or after two minutes.
        func wait(until isEnough: (String) -> Bool) async -> Bool {
            let end = ContinuousClock.now + .seconds(120)
            while true {
                let (text, isOver) = state.withLock { ($0.text, $0.isOver) }
                if isEnough(text) { return true }
                if isOver || .now > end || Task.isCancelled { return false }
                try? await Task.sleep(for: .milliseconds(5))
            }
        }
    }

    /// Starts `serve` on a free port, as the ``OrdinaryUser``, and waits until it listens.
    ///
    /// - Parameter environment: Added to this process's own.
    init(
        in directory: TemporaryDirectory, _ arguments: [String] = [], environment: [String: String] = [:]
    ) async throws {
        let log = Log()
        let process = try Program.process(["serve", "--port", "0"] + arguments, in: directory)
        process.environment?.merge(environment) { $1 }
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        errors.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            log.append(data.isEmpty ? nil : String(decoding: data, as: UTF8.self))
        }
        let start = ContinuousClock.now
        try process.run()
        let isListening = await log.wait { $0.contains(#/port=\d+.*\n/#) }
        startTime = .now - start
        let text = log.text
        let port = isListening ? text.firstMatch(of: #/port=(\d+)/#).flatMap { Int($0.1) } : nil
        self.log = log
        self.directory = directory
        pid = process.processIdentifier
        self.process = Mutex(process)
        self.port = try #require(port, "the server did not start: \(text)")
    }

    deinit { if process.withLock({ $0.isRunning }) { kill(pid, SIGKILL) } }

    /// What it has logged so far.
    var logText: String { log.text }

    /// Waits until the log holds a text so many times, or the server ends.
    func waitForLog(_ text: String, times: Int = 1) async {
        #expect(await log.wait { $0.ranges(of: text).count >= times }, "the log never had: \(text)")
    }

    func signal(_ number: Int32) { kill(pid, number) }

    /// Waits for the end and returns the exit status; what has not ended after two minutes is killed.
    func waitForExit() async -> Int32 {
        let end = ContinuousClock.now + .seconds(120)
        while process.withLock({ $0.isRunning }) {
            if .now > end || Task.isCancelled { signal(SIGKILL) }
            try? await Task.sleep(for: .milliseconds(5))
        }
        return process.withLock { $0.terminationStatus }
    }

    /// Resident memory in KiB (`VmRSS` of proc(5)).
    var residentKiB: Int { residentSize(of: pid) }
}

/// Resident memory of a process in KiB (`VmRSS` of proc(5)).
func residentSize(of pid: Int32) -> Int {
    let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    return status.firstMatch(of: #/VmRSS:\s+(\d+) kB/#).flatMap { Int($0.1) } ?? 0
}

internal import Foundation

/// A process that ends with us, even if we are killed: a shell beside it waits for the end of a pipe that only we hold.
final class WatchedProcess: Sendable {
    private let process: Process
    private let lifeline: FileHandle
    private let ended = DispatchSemaphore(value: 0)

    /// Starts a command; its output is dropped.
    init(_ arguments: [String], environment: [String: String]) throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        let script = #"exec 3<&0; (read -r nothing <&3; kill "$$") & exec "$@" 3<&-"#
        process.arguments = ["-c", script, "sh"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let pipe = Pipe()
        lifeline = pipe.fileHandleForWriting
        // Other children must not keep it open.
        _ = fcntl(lifeline.fileDescriptor, F_SETFD, FD_CLOEXEC)
        process.standardInput = pipe
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.terminationHandler = { [ended] _ in ended.signal() }
        try process.runWithSignalsUnblocked()
    }

    /// Whether the process is there.
    var isRunning: Bool { process.isRunning }

    /// Ends the process with SIGTERM and waits for it and for its children, 10 s at most; again: does nothing.
    func end() {
        try? lifeline.close()
        if ended.wait(timeout: .now() + 10) == .success { ended.signal() }
    }
}

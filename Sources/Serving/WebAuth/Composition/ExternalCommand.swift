import Foundation

/// Runs a program of others to its end, or to the end of our patience.
enum ExternalCommand {
    /// How one ended.
    struct Outcome: Sendable {
        /// Its exit status; nil if it was killed, by a signal or because it took too long; then it may not have ended yet.
        var status: Int32?
        /// What it wrote to standard output.
        var output: String
        /// What it wrote to standard error.
        var errors: String
    }

    /// More than this of an output is not kept.
    private static let mostOutput = 4 << 20

    /// The full path of a program.
    ///
    /// - Parameter name: `doveconf`; one with a slash is taken as it is.
    static func find(_ name: String) -> String? {
        if name.contains("/") { return access(name, X_OK) == 0 ? name : nil }
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        let usual = ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"]
        return (path + usual).lazy.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }

    /// Runs a program on a thread of its own.
    ///
    /// - Parameters:
    ///   - input: What it reads from standard input; at most a few kilobytes.
    ///   - limit: After which it is killed, with what it has started if it has a process group of its own.
    /// - Returns: nil if it could not be started.
    static func run(
        _ path: String, _ arguments: [String], input: String = "", within limit: Duration = .seconds(10)
    ) async -> Outcome? {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: runHere(path, arguments, input, limit)) }
        }
    }

    private static func runHere(
        _ path: String, _ arguments: [String], _ input: String, _ limit: Duration
    ) -> Outcome? {
        // What has ended already reads nothing any more.
        signal(SIGPIPE, SIG_IGN)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let (incoming, output, errors) = (Pipe(), Pipe(), Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (incoming, output, errors)
        guard (try? process.run()) != nil else { return nil }
        try? incoming.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try? incoming.fileHandleForWriting.close()
        let end = ContinuousClock.now + limit
        let texts = read([output, errors].map(\.fileHandleForReading.fileDescriptor), until: end)
        // Whoever has closed its output has not much left to do.
        while process.isRunning, ContinuousClock.now < end { usleep(2_000) }
        let isLate = process.isRunning
        if isLate { Self.end(process) }
        let status = isLate || process.terminationReason == .uncaughtSignal ? nil : process.terminationStatus
        return Outcome(status: status, output: texts[0], errors: texts[1])
    }

    /// Kills a program, and what it has started if it leads a group of its own; waits no longer than a second for its end, which
    /// one that hangs in the kernel may put off.
    private static func end(_ process: Process) {
        let child = process.processIdentifier
        guard child > 1 else { return }
        kill(getpgid(child) == child && child != getpgrp() ? -child : child, SIGKILL)
        let end = ContinuousClock.now + .seconds(1)
        while process.isRunning, ContinuousClock.now < end { usleep(2_000) }
    }

    /// Reads descriptors to their end, or until a time: what a killed program has started may keep them open.
    private static func read(_ descriptors: [Int32], until end: ContinuousClock.Instant) -> [String] {
        var bytes = descriptors.map { _ in [UInt8]() }
        var open = Set(descriptors.indices)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !open.isEmpty {
            let left = (end - ContinuousClock.now).components
            let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
            guard milliseconds > 0 else { break }
            let order = open.sorted()
            var polled = order.map { pollfd(fd: descriptors[$0], events: Int16(POLLIN), revents: 0) }
            guard poll(&polled, nfds_t(polled.count), Int32(clamping: milliseconds)) > 0 else { continue }
            for (index, entry) in zip(order, polled) where entry.revents != 0 {
                let count = Glibc.read(entry.fd, &buffer, buffer.count)
                if count <= 0 {
                    open.remove(index)
                } else if bytes[index].count < mostOutput {
                    bytes[index] += buffer[..<count]
                }
            }
        }
        return bytes.map { String(decoding: $0, as: UTF8.self) }
    }
}

import Foundation
import Testing

/// SIGHUP at any moment of the program's life.
@Suite(.timeLimit(.minutes(5)))
struct HangUpTests {
    @Test func `asked to reload while it starts, it starts, and reloads when it serves`() async throws {
        let directory = try TemporaryDirectory()
        // Something to read for a while.
        try directory.write("config.toml", "[audit.lists]\nreverse_hostname = \"names.lst\"\n")
        try directory.write("names.lst", (0..<5000).map { "host\($0)\\.example\\.(com|net)\n" }.joined())
        let process = try Program.process(["serve", "--port", "0"], in: directory)
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let pid = process.processIdentifier
        defer { if process.isRunning { kill(pid, SIGKILL) } }
        // The first moment at which the program can have done anything about it.
        let deadline = ContinuousClock.now + .seconds(60)
        while !heedsHangUp(pid), ContinuousClock.now < deadline { try #require(process.isRunning) }
        kill(pid, SIGHUP)
        let log = try await onThread {
            var text = ""
            while !(text.contains("port=") && text.contains("reloaded")) {
                let data = errors.fileHandleForReading.availableData
                guard !data.isEmpty else { break }
                text += String(decoding: data, as: UTF8.self)
            }
            return text
        }
        #expect(log.contains("listening"))
        #expect(log.contains("reloaded"))
        kill(pid, SIGTERM)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 0)
    }

    @Test func `other verbs end by it`() async throws {
        let directory = try TemporaryDirectory()
        let process = try Program.process(["report", "--jsonl", "-"], in: directory)
        let input = Pipe()
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        // More than a pipe holds: it is at work.
        try input.fileHandleForWriting.write(contentsOf: Data(String(repeating: "{}\n", count: 100_000).utf8))
        kill(process.processIdentifier, SIGHUP)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal)
        #expect(process.terminationStatus == SIGHUP)
    }

    /// Whether the program, no longer what starts it, holds back, ignores or catches SIGHUP (`SigBlk`, `SigIgn`, `SigCgt` of
    /// proc(5), signal 1).
    private func heedsHangUp(_ pid: Int32) -> Bool {
        let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe")
        guard program?.hasSuffix("/web-auth-server") == true else { return false }
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        return status.matches(of: #/Sig(?:Blk|Ign|Cgt):\s+[0-9a-f]*([0-9a-f])\n/#).contains { match in
            (Int(match.1, radix: 16) ?? 0) & 1 != 0
        }
    }
}

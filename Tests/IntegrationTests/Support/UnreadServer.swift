import Foundation
import Testing

/// The real program with a standard error of 4 KB, which the test reads when it likes.
final class UnreadServer: Sendable {
    let process: Process
    let port: Int
    private let pipe = Pipe()

    /// Starts it, and reads until it listens.
    init(in directory: TemporaryDirectory) throws {
        process = try Program.process(["serve", "--port", "0"], in: directory)
        process.standardError = pipe
        process.standardOutput = FileHandle.nullDevice
        let descriptor = pipe.fileHandleForReading.fileDescriptor
        let setPipeSize: Int32 = 1031  // F_SETPIPE_SZ, which the overlay lacks
        try #require(fcntl(descriptor, setPipeSize, 4096) == 4096)
        try process.run()
        var text = ""
        while text.firstMatch(of: #/port=\d+.*\n/#) == nil { text += try #require(Self.read(descriptor), "\(text)") }
        port = try #require(text.firstMatch(of: #/port=(\d+)/#).flatMap { Int($0.1) })
    }

    deinit { if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) } }

    /// Ends it at once.
    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Asks it to end, and waits.
    func end() {
        Foundation.kill(process.processIdentifier, SIGTERM)
        process.waitUntilExit()
    }

    /// Resident memory in KiB (`VmRSS` of proc(5)).
    var residentKiB: Int { residentSize(of: process.processIdentifier) }

    /// Reads on until a text has come.
    func read(until isEnough: (String) -> Bool) throws -> String {
        var text = ""
        while !isEnough(text) {
            text += try #require(Self.read(pipe.fileHandleForReading.fileDescriptor), "the log has ended")
        }
        return text
    }

    private static func read(_ descriptor: Int32) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = Foundation.read(descriptor, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
    }
}

import Foundation

/// The real program in a directory of its own, with accounts made by its own verbs.
final class Server {
    let port: Int
    private let process: Process
    private let pid: Int32

    /// Starts the program on a free port and waits until it listens.
    init(_ program: String, in directory: String, verifyCacheTTL: Int) throws {
        try "[auth]\nverify_cache_ttl = \(verifyCacheTTL)\n[audit]\nsinks = []\n".write(
            toFile: directory + "/config.toml", atomically: true, encoding: .utf8)
        process = Self.process(program, ["serve", "--port", "0", "--offline"], in: directory)
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        var log = ""
        while !log.contains("port=") {
            let data = errors.fileHandleForReading.availableData
            guard !data.isEmpty else { throw Failure("the server did not start: \(log)") }
            log += String(decoding: data, as: UTF8.self)
        }
        errors.fileHandleForReading.readabilityHandler = { if $0.availableData.isEmpty { $0.readabilityHandler = nil } }
        guard let match = log.firstMatch(of: #/port=(\d+)/#), let port = Int(match.1) else { throw Failure(log) }
        self.port = port
        pid = process.processIdentifier
    }

    /// Ends the program.
    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    /// CPU time that the program's threads have used so far, in seconds. None of them ends while it serves.
    var processorSeconds: Double {
        let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")) ?? []
        return tasks.reduce(0) { sum, task in
            let line = (try? String(contentsOfFile: "/proc/\(pid)/task/\(task)/schedstat", encoding: .utf8)) ?? ""
            return sum + (line.split(separator: " ").first.flatMap { Double($0) } ?? 0) / 1e9
        }
    }

    /// Makes an app password and returns it.
    static func addPassword(
        _ program: String, _ user: String, scheme: String = "SHA512-CRYPT", in directory: String
    ) throws -> String {
        let process = process(program, ["app-password", "add", user, "--scheme", scheme], in: directory)
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, FileHandle.nullDevice)
        try process.run()
        let password = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure("app-password add failed") }
        return password.trimmingCharacters(in: .newlines)
    }

    private static func process(_ program: String, _ arguments: [String], in directory: String) -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        var environment = ProcessInfo.processInfo.environment
        for name in ["CONFIG_PATH", "STATE_DIRECTORY"] { environment[name] = nil }
        process.environment = environment
        return process
    }
}

struct Failure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

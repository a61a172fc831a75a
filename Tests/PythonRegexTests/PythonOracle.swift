import Foundation
import Testing

/// The real CPython, asked what a pattern means.
struct PythonOracle {
    struct Case: Codable {
        var pattern: String
        var texts: [String]
        var full: Bool
    }

    struct Answer: Codable, Equatable {
        var matches: [Bool?]?
        var reason: String?
        var position: Int?
    }

    private struct Version: Codable {
        var version: [Int]
    }

    var version: [Int]
    var answers: [Answer]

    /// `PYTHON`, else `python3`.
    static var interpreter: String { ProcessInfo.processInfo.environment["PYTHON"] ?? "python3" }

    /// Whether there is a Python; where CI runs there must be one.
    static var isMissing: Bool {
        guard ProcessInfo.processInfo.environment["CI"] != "true" else { return false }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [interpreter, "-c", "import re._parser"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return true }
        process.waitUntilExit()
        return process.terminationStatus != 0
    }

    /// Asks about all cases at once.
    init(_ cases: [Case]) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let input = folder.appending(path: "cases")
        let output = folder.appending(path: "answers")
        let encoder = JSONEncoder()
        var lines = Data()
        for one in cases { lines += try encoder.encode(one) + [0x0A] }
        try lines.write(to: input)
        try Data().write(to: output)
        let script = try #require(
            Bundle.module.url(forResource: "oracle", withExtension: "py", subdirectory: "Fixtures"))
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [Self.interpreter, script.path]
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONUTF8": "1"]) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = try FileHandle(forWritingTo: output)
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        let decoder = JSONDecoder()
        let replies = try Data(contentsOf: output).split(separator: 0x0A)
        version = try decoder.decode(Version.self, from: #require(replies.first)).version
        answers = try replies.dropFirst().map { try decoder.decode(Answer.self, from: $0) }
        try #require(answers.count == cases.count)
    }
}

import Foundation

/// Programs that check what we have written.
enum Tool {
    /// Runs a program to its end.
    static func run(_ path: String, _ arguments: [String], input: String = "") throws -> Program.Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let directory = try TemporaryDirectory()
        try directory.write("input", input)
        try directory.write("errors", "")
        process.standardInput = FileHandle(forReadingAtPath: directory.path + "/input")
        process.standardError = FileHandle(forWritingAtPath: directory.path + "/errors")
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Program.Result(status: process.terminationStatus, output: text, errors: directory.read("errors"))
    }

    /// The top of the source tree.
    static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
}

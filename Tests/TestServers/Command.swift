import Foundation

/// Runs programs to their end.
enum Command {
    /// Runs a program and returns what it printed.
    ///
    /// - Throws: ``ServerError`` with what it printed, if it exits other than 0 or takes longer than it may.
    static func run(
        _ command: [String], input: String = "", within limit: Duration = .seconds(120)
    ) async throws -> String {
        let directory = try PrivateDirectory()
        let input = try directory.write(input, to: "in")
        let pid = try await Spawner.start(command, input: input, log: directory.path + "/out")
        let deadline = ContinuousClock.now + limit
        var status: Int32 = 0
        while waitpid(pid, &status, WNOHANG) == 0 {
            if ContinuousClock.now > deadline { kill(pid, SIGKILL) }
            try await Task.sleep(for: .milliseconds(2))
        }
        let output = (try? directory.read("out")) ?? ""
        guard status == 0 else { throw ServerError("\(command[0]) failed: \(output.suffix(2000))") }
        return output
    }
}

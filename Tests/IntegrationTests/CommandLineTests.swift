import Foundation
import Testing

/// What the program makes of its command line and of the machine around it.
struct CommandLineTests {
    private static let isRoot = geteuid() == 0

    /// Runs a command with nothing mounted at `/proc`.
    private func runWithoutProc(_ arguments: [String]) throws -> Program.Result {
        let script = #"mount -t tmpfs none /proc && exec "$@""#
        return try Tool.run(
            "/usr/bin/unshare",
            ["--mount", "--propagation", "private", "/bin/sh", "-c", script, "sh", try Program.path] + arguments)
    }

    @Test(
        .enabled(if: isRoot, "needs root, to have no /proc"),
        arguments: [
            (["check-config", "--config", "/nonexistent.toml"], 78, "/nonexistent.toml"),
            (["--help"], 0, "OVERVIEW"), (["--version"], 0, "1."), (["servee"], 64, "servee"),
            (["explain", "10.0.0.1", "--offline"], 71, "there is no /proc here"),
            (["replay", "--jsonl", "/dev/null"], 3, "0 logins"),
            (["serve", "--port", "0"], 71, "there is no /proc here"), ([], 71, "there is no /proc here"),
        ])
    func `without proc arguments are read, and only what waits for others says that it cannot`(
        arguments: [String], status: Int32, words: String
    ) throws {
        let result = try runWithoutProc(arguments)
        #expect(result.status == status, "\(result.output)\(result.errors)")
        #expect((result.output + result.errors).contains(words), "\(result.output)\(result.errors)")
    }

    @Test func `the version and the commit are told`() throws {
        let result = try Program.run(["--version"], in: TemporaryDirectory())
        #expect(result.status == 0)
        #expect(
            result.output.contains(try Regex(#"^[0-9]+\.[0-9]+\.[0-9]+[^ ]*( \([0-9a-f]{12}\+?\))?\n$"#)),
            "\(result.output)")
    }

    @Test func `a port in use is said in a sentence`() async throws {
        let first = try await ServerProcess(in: TemporaryDirectory())
        let second = try Program.run(["serve", "--port", "\(first.port)"], in: TemporaryDirectory())
        #expect(second.status == 69)
        #expect(second.errors.contains("port \(first.port) on 127.0.0.1 is in use by another program\n"))
        #expect(!second.errors.contains("errno"))
    }

    @Test func `an address that this machine has not is said in a sentence`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[server]\ntoken = \"x\"\ninsecure_plaintext = true\n")
        let result = try Program.run(["serve", "--host", "192.0.2.1", "--port", "0"], in: directory)
        #expect(result.status == 69)
        #expect(result.errors.contains("this machine has no such address"), "\(result.errors)")
    }

    @Test func `an IPv6 address in brackets is listened on, other brackets are one error`() async throws {
        let server = try await ServerProcess(in: TemporaryDirectory(), ["--host", "[::1]"])
        #expect(server.logText.contains("address=::1"))
        let wrong = try Program.run(["serve", "--host", "[::1"], in: TemporaryDirectory())
        #expect(wrong.status == 78)
        #expect(wrong.errors.split(separator: "\n").count == 1, "\(wrong.errors)")
    }
}

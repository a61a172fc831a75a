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
            ["check-config", "--config", "/nonexistent.toml"], ["--help"], ["explain", "10.0.0.1", "--offline"], [],
        ])
    func `without proc the program says so, whatever it was to do`(arguments: [String]) throws {
        let result = try runWithoutProc(arguments)
        #expect(result.status == 71)
        #expect(result.errors.contains("there is no /proc here"))
        #expect(result.output.isEmpty)
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

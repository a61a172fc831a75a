import Foundation
import Testing

/// What verbs do when nobody can take what they have to say.
struct OutputTests {
    /// Runs a verb with its standard output where the shell's redirection puts it.
    private static func run(
        _ arguments: [String], _ redirection: String, in directory: TemporaryDirectory
    ) throws -> Program.Result {
        let process = try Program.process(arguments, in: directory)
        let command = [process.executableURL?.path ?? ""] + (process.arguments ?? [])
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "exec \"$@\" \(redirection)", "sh"] + command
        let errors = Pipe()
        (process.standardError, process.standardOutput) = (errors, FileHandle.nullDevice)
        try process.run()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Program.Result(status: process.terminationStatus, output: "", errors: text)
    }

    private static let small = [
        ["check-config"], ["explain", "10.0.0.1"], ["explain", "192.0.2.1", "--json"],
        ["explain", "192.88.98.7", "--exit-code"], ["report", "--jsonl", "audit.jsonl"],
        ["app-password", "list", "alice", "--json"], ["--help"], ["help", "report"],
    ]

    /// More than is held back before it is written.
    private static let large = [
        ["database-schema", "sqlite"], ["database-schema", "mariadb"],
        ["report", "--jsonl", "audit.jsonl", "--since", "all", "--format", "html"],
        ["--generate-completion-script", "bash"],
    ]

    @Test(arguments: small + large, ["> /dev/full", ">&-", "> /dev/full <&-", ">&- <&-"])
    func `output that cannot be written is a failure with a word`(arguments: [String], redirection: String) throws {
        let directory = try TemporaryDirectory()
        try directory.write("audit.jsonl", "")
        try directory.write("config.toml", "[audit.lists]\nip_networks = \"nets.lst\"\n")
        try directory.write("nets.lst", "192.88.98.0/24\n")
        let result = try Self.run(arguments, redirection, in: directory)
        #expect(result.status == 74)
        #expect(result.errors.contains("standard output cannot be written"), "\(result.errors)")
        if redirection.hasPrefix(">&-"), Self.small.contains(arguments) {
            #expect(result.errors.hasSuffix(": Bad file descriptor\n"), "\(result.errors)")
        }
    }

    @Test(arguments: ["> /dev/full", ">&-"])
    func `a verb that says nothing, or fails for another reason, does not need it`(redirection: String) throws {
        let directory = try TemporaryDirectory()
        try directory.write("audit.jsonl", "")
        let unreadable = try Self.run(["report", "--jsonl", "missing"], redirection, in: directory)
        #expect(unreadable.status == 69 && unreadable.errors == "missing: No such file or directory\n")
        #expect(try Self.run(["explain", "nonsense"], redirection, in: directory).status == 64)
        #expect(try Self.run(["nonsense"], redirection, in: directory).status == 64)
    }

    @Test func `a password that could not be shown is a failure too, and no file takes it in place of the output`()
        throws
    {
        let directory = try TemporaryDirectory()
        let result = try Self.run(["app-password", "add", "alice"], ">&- <&-", in: directory)
        #expect(result.status == 74)
        // The database would be the file that has the lowest number.
        let list = try Program.run(["app-password", "list", "alice", "--json"], in: directory)
        #expect(list.status == 0 && list.output.contains("\"id\":1"), "\(list.errors)")
    }
}

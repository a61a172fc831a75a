import DovecotHarness
import Foundation
import TestServers
import Testing

/// `doctor` beside a real Dovecot and the running service: what it says of them, and what it proves with logins.
///
/// The service runs as the ``OrdinaryUser``, doctor as root, as an administrator runs it.
@Suite(
    .serialized, .timeLimit(.minutes(5)),
    .enabled(if: DovecotVersion.v23.shouldRun, "\(DovecotVersion.v23.skipped)"))
struct DoctorDovecotTests {
    private let directory: TemporaryDirectory
    private let port: UInt16

    init() throws {
        directory = try TemporaryDirectory()
        port = try freePort()
        try write()
        try directory.write("nets.lst", "192.88.98.0/24\n")
        try directory.write("main", "main secret\n")
    }

    private func write(_ audit: String = "sinks = [\"jsonl:audit.jsonl\"]", lookup: String = "offline = true") throws {
        try directory.write(
            "config.toml",
            """
            [server]
            port = \(port)
            state_directory = "state"
            [cache]
            mode = "memory"
            [lookup]
            \(lookup)
            [audit]
            \(audit)
            [audit.lists]
            ip_networks = "nets.lst"
            """)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: directory.path + "/config.toml")
        OrdinaryUser.own(directory.path + "/config.toml")
    }

    /// Runs doctor as whoever runs the tests.
    private func process(_ dovecot: DovecotServer, _ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Program.path)
        process.arguments =
            ["doctor", "--dovecot-config", dovecot.directory.appendingPathComponent("dovecot.conf").path] + arguments
        process.currentDirectoryURL = URL(fileURLWithPath: directory.path)
        return process
    }

    private func doctor(_ dovecot: DovecotServer, _ arguments: String...) async throws -> Program.Result {
        try await onThread {
            let process = try process(dovecot, arguments)
            let (output, errors) = (Pipe(), Pipe())
            (process.standardOutput, process.standardError) = (output, errors)
            try process.runWithSignalsUnblocked()
            let text = output.fileHandleForReading.readDataToEndOfFile()
            let trouble = errors.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return Program.Result(
                status: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
                errors: String(decoding: trouble, as: UTF8.self))
        }
    }

    private func with(
        _ passdbs: DovecotPassdbs, environment: [String: String] = [:],
        _ body: (DovecotServer, ServerProcess) async throws -> Void
    ) async throws {
        let server = try await ServerProcess(in: directory, ["--port", "\(port)"])
        try await DovecotServer.with(
            .v23, apiURL: "http://127.0.0.1:\(port)", passdbs: passdbs, users: ["alice": "main secret"],
            environment: ["WEB_AUTH_TIMEOUT": "5"].merging(environment) { $1 }
        ) { try await body($0, server) }
    }

    /// The app passwords of alice, as a shell sees them.
    private func passwords() throws -> String {
        try Program.run(["app-password", "list", "alice", "--json"], in: directory).output.trimmingCharacters(
            in: .newlines)
    }

    @Test func `logins are proved, and nothing is left`() async throws {
        try await with(.documented("App passwords first")) { dovecot, server async throws in
            let result = try await doctor(
                dovecot, "--login", "alice", "--from", "192.88.97.7", "--main-password-file", "main")
            #expect(result.status == 0, "\(result.output)\(result.errors)\(dovecot.log)")
            let steps = result.output.split(separator: "\n").map(String.init)
            #expect(steps.allSatisfy { $0.hasPrefix("ok ") }, "\(result.output)")
            for (step, part) in zip(
                steps,
                [
                    "app password: made", "right password: accepted", "wrong password: refused",
                    "denied place: refused from 192.88.98.0", "main password from outside: refused from 192.88.97.7",
                    "row in log: is there", "audit record: is there", "revoked password: refused", "cleaning up: ",
                ])
            { #expect(step.contains(part), "\(step)") }
            #expect(steps.count == 9)
            #expect(try passwords() == "[]")
            #expect(!dovecot.log.contains("main secret"))
            // What root has looked at is still the service's.
            let again = try Program.run(["app-password", "add", "alice"], in: directory)
            #expect(again.status == 0, "\(again.errors)")
            let json = try await doctor(dovecot, "--login", "alice", "--json")
            let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any] ?? [:]
            #expect(
                (object["login"] as? [[String: String]])?.first { $0["step"] == "right password" }?["outcome"] == "ok")
            #expect(
                (object["login"] as? [[String: String]])?.filter { $0["outcome"] == "skipped" }.compactMap {
                    $0["step"]
                } == ["main password from outside"])
            server.signal(SIGTERM)
            #expect(await server.waitForExit() == 0)
        }
    }

    @Test func `without the service the proof fails, and the password goes all the same`() async throws {
        try await with(.auditFailOpen) { dovecot, server async throws in
            server.signal(SIGKILL)
            _ = await server.waitForExit()
            let result = try await doctor(dovecot, "--login", "alice", "--skip", "service")
            #expect(result.status == 2)
            #expect(result.output.contains("failed   right password: "), "\(result.output)")
            #expect(result.output.contains("error: login.right: "), "\(result.output)")
            #expect(result.output.contains("skipped  audit record: no login was accepted"), "\(result.output)")
            #expect(result.output.contains("ok       cleaning up: "), "\(result.output)")
            #expect(try passwords() == "[]")
            let stopped = try await doctor(dovecot)
            #expect(
                stopped.status == 2
                    && stopped.output.contains("error: service.stopped: nobody listens on 127.0.0.1:\(port)"))
        }
    }

    @Test func `an interrupt leaves off, and takes the password away`() async throws {
        try await with(.auditFailOpen) { dovecot, server async throws in
            server.signal(SIGSTOP)
            defer { server.signal(SIGCONT) }
            let process = try process(dovecot, ["--login", "alice", "--skip", "service"])
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.runWithSignalsUnblocked()
            // The password is made, and Dovecot waits for the service that has stopped.
            while try passwords() == "[]" { try await Task.sleep(for: .milliseconds(20)) }
            kill(process.processIdentifier, SIGINT)
            try await onThread { process.waitUntilExit() }
            #expect(process.terminationStatus == 2)
            #expect(try passwords() == "[]")
        }
    }

    @Test func `a proxy in front, an unwritable sink and a resolver that is away are named`() async throws {
        try await with(.auditFailOpen) { dovecot, server async throws in
            let well = try await doctor(dovecot)
            #expect(well.status == 0 && well.output.isEmpty, "\(well.output)\(well.errors)")
            let password = String(try Program.run(["app-password", "add", "alice"], in: directory).output.dropLast())
            for _ in 0..<20 {
                #expect(try await dovecot.imapLogin(user: "alice", password: password, from: "10.1.2.3") == .ok)
            }
            server.signal(SIGTERM)
            #expect(await server.waitForExit() == 0)
            let proxied = try await doctor(dovecot, "--skip", "service")
            #expect(
                proxied.status == 1
                    && proxied.output.contains("warning: dovecot.proxy: 20 of the last 20 logins came from 10.1.2.3"),
                "\(proxied.output)")

            try write("sinks = [\"jsonl:nowhere/audit.jsonl\"]", lookup: "[lookup.dns]\nservers = [\"127.0.0.1:1\"]")
            let others = try await doctor(dovecot, "--skip", "service")
            #expect(others.status == 2)
            #expect(
                others.output.contains("error: journal.file: ") && others.output.contains("error: dns.unanswered: "),
                "\(others.output)")
        }
    }

    @Test func `faults of Dovecot's own settings are named, as doveconf shows them`() async throws {
        let faults = DovecotPassdbs.auditFailOpen.adding("auth_cache_size = 1M\nauth_mechanisms = plain cram-md5\n")
        try await with(faults) { dovecot, _ async throws in
            let result = try await doctor(dovecot)
            #expect(result.status == 2)
            #expect(result.output.contains("error: dovecot.auth_cache: auth_cache_size = 1 M"), "\(result.output)")
            #expect(
                result.output.contains("warning: dovecot.mechanisms: auth_mechanisms has cram-md5"), "\(result.output)")
            #expect(result.output.contains("    change: auth_cache_size = 0"))
        }
        try await with(.auditFailClosed) { dovecot, _ async throws in
            let result = try await doctor(dovecot)
            #expect(result.status == 2 && result.output.contains("error: dovecot.audit_result: "), "\(result.output)")
            // A configuration that Dovecot itself cannot read.
            try "foo = bar\n".write(
                to: dovecot.directory.appendingPathComponent("dovecot.conf"), atomically: false, encoding: .utf8)
            let broken = try await doctor(dovecot)
            #expect(
                broken.output.contains("error: dovecot.configuration: ")
                    && broken.output.contains("Unknown setting: foo"), "\(broken.output)")
        }
    }
}

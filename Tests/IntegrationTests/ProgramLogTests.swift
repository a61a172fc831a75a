import Foundation
import Testing

/// The program's own log, whose reader may stand still: no request may wait for it.
@Suite(.timeLimit(.minutes(5)))
struct ProgramLogTests {
    private func directory(sinks: String) throws -> (TemporaryDirectory, password: String) {
        let directory = try TemporaryDirectory()
        try directory.write(
            "config.toml", "[audit]\nsinks = [\(sinks)]\n[log.loggers.dovecot_web_auth]\nlevel = \"DEBUG\"\n")
        let added = try Program.run(["app-password", "add", "alice"], in: directory)
        try #require(added.status == 0)
        return (directory, added.output.trimmingCharacters(in: .newlines))
    }

    @Test(arguments: ["", #""stderr""#])
    func `with a log that nobody reads every login is answered, and the end is not waited for`(sinks: String)
        async throws
    {
        let (directory, password) = try directory(sinks: sinks)
        let server = try UnreadServer(in: directory)
        let port = server.port
        let statuses = try await onThread {
            let client = try HTTPClient(port: port)
            return (0..<1000).map { index in
                client.request(
                    "POST", "/auth", AuthBody.text("alice", password, from: "192.88.\(index / 250).\(index % 250 + 1)")
                ).status
            }
        }
        #expect(statuses.count { $0 == 200 } == 1000)
        let wrong = try await onThread {
            try HTTPClient(port: port).request("POST", "/auth", AuthBody.text("alice", "wrong", from: "192.88.98.1"))
        }
        #expect(wrong.status == 401)
        #expect(try await onThread { try HTTPClient(port: port).request("GET", "/livez") }.status == 200)
        kill(server.process.processIdentifier, SIGTERM)
        let process = server.process
        let start = ContinuousClock.now
        try await onThread { process.waitUntilExit() }
        #expect(process.terminationStatus == 0)
        #expect(ContinuousClock.now - start < .seconds(60), "seconds for the records of the sink, and for the log")
    }

    @Test func `what was lost is counted, and said when the log goes on`() async throws {
        let (directory, password) = try directory(sinks: "")
        let server = try UnreadServer(in: directory)
        let port = server.port
        func lost() throws -> Double {
            let text = try HTTPClient(port: port).request("GET", "/metrics").body
            return text.firstMatch(of: #/\nwebauth_log_lines_dropped_total ([0-9.]+)\n/#).flatMap { Double($0.1) } ?? -1
        }
        #expect(try lost() == 0)
        let client = try HTTPClient(port: port)
        while try lost() == 0 {
            for _ in 0..<1000 {
                #expect(
                    client.request("POST", "/auth", AuthBody.text("alice", password, from: "192.88.98.1")).status == 200
                )
            }
        }
        let log = try server.read { $0.contains("lines of this log were lost") }
        let number = try #require(log.firstMatch(of: #/(\d+) lines of this log were lost/#).flatMap { Double($0.1) })
        #expect(try number == lost())
        // And then it goes on as before.
        _ = client.request("POST", "/auth", AuthBody.text("bert", password, from: "192.88.98.2"))
        _ = try server.read { $0.contains("bert") }
    }

    @Test func `a failed start says why, with a log that nobody has begun to read`() throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            "config.toml", "[server]\nport = 1\nhost = \"203.0.113.1\"\ninsecure_plaintext = true\ntoken = \"t\"\n")
        let result = try Program.run(["serve"], in: directory)
        #expect(result.status == 69)
        #expect(result.errors.contains("cannot listen on 203.0.113.1"))
    }
}

import Foundation
import TestServers
import Testing

/// What a login of a known client costs in system calls, counted by strace.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct SystemCallTests {
    /// Counts the calls that a process makes while `body` runs; nil where strace may not look.
    private static func calls(
        _ names: String, of pid: Int32, in directory: TemporaryDirectory, while body: () throws -> Void
    ) throws -> [String: Int]? {
        let file = directory.path + "/trace"
        let strace = Process()
        strace.executableURL = URL(fileURLWithPath: "/usr/bin/strace")
        strace.arguments = ["-f", "-e", "trace=" + names, "-o", file, "-p", "\(pid)"]
        let errors = Pipe()
        strace.standardError = errors
        // Signals that a test's threads block must reach it.
        var (none, before) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try strace.run()
        var said = ""
        while !said.contains("attached") {
            let data = errors.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            said += String(decoding: data, as: UTF8.self)
        }
        if !said.contains("attached"), said.contains("not permitted") { return nil }
        try #require(said.contains("attached"), "\(said)")
        try body()
        strace.interrupt()
        strace.waitUntilExit()
        var counts: [String: Int] = [:]
        for line in try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n") {
            guard let name = line.firstMatch(of: /^\d+ +(\w+)\(/)?.1 else { continue }
            counts[String(name), default: 0] += 1
        }
        return counts
    }

    @Test(
        .enabled(
            if: MailSite.canRun && InstalledServers.has("strace"),
            "skipped: apt-get install strace; \(MailSite.missing)"))
    func `a login locks and looks at no file`() async throws {
        let site = try await MailSite(settings: "[cache]\nmode = \"memory\"")
        let password = try await RoundcubePlugin(site: site).add("alice")
        let server = try await ServerProcess(in: site.directory)
        let (client, body) = (try HTTPClient(port: server.port), AuthBody.text("alice", password, from: "192.88.97.7"))
        func logIn(_ times: Int) {
            for _ in 0..<times { #expect(client.request("POST", "/auth", body).status == 200) }
        }
        logIn(50)
        let logins = 400
        let start = ContinuousClock.now
        let names = "flock,stat,lstat,fstat,newfstatat,statx,futex"
        guard let counts = try Self.calls(names, of: server.pid, in: site.directory, while: { logIn(logins) }) else {
            return
        }
        let seconds = Int((ContinuousClock.now - start) / .seconds(1)) + 2
        print(
            "system calls of a login, MariaDB and LDAP, one at a time: \(counts.mapValues { Double($0) / Double(logins) })"
        )
        #expect(counts["flock"] == nil)
        // Whether the audit trail's file is still there is looked at once a second.
        let looks = counts.filter { $0.key != "futex" }.values.reduce(0, +)
        #expect(looks <= 2 * seconds, "\(counts) in \(seconds) s")
        // MariaDB, LDAP and the spool are a change of threads each, and back; records are written by others.
        #expect(Double(counts["futex"] ?? 0) / Double(logins) <= 24)
    }
}

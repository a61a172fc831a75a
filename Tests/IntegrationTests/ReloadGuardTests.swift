import Foundation
import Testing

/// `audit.blast_radius` in the real program: reloads that would lock out too many.
@Suite(.timeLimit(.minutes(5)))
struct ReloadGuardTests {
    private static let users = ["alice", "bob", "carol", "dora", "erin"]

    /// A site with five users, of whom lists refuse nobody.
    private func site(_ radius: String) throws -> (directory: TemporaryDirectory, passwords: [String: String]) {
        let directory = try TemporaryDirectory()
        try settings(directory, radius)
        try directory.write("deny.lst", "# nobody\n")
        var passwords: [String: String] = [:]
        for user in Self.users {
            let added = try Program.run(["app-password", "add", user], in: directory)
            #expect(added.status == 0, "\(added.errors)")
            passwords[user] = String(added.output.dropLast())
        }
        return (directory, passwords)
    }

    private func settings(_ directory: TemporaryDirectory, _ radius: String?) throws {
        try directory.write(
            "config.toml",
            """
            [audit]
            sinks = ["jsonl:audit.jsonl"]
            \(radius.map { "blast_radius = \($0)" } ?? "")
            [audit.lists]
            ip_networks = "deny.lst"
            """)
    }

    /// Logs everybody in, each from a network of his own: 192.88.90.1, 192.88.91.1, …
    private func logIn(_ server: ServerProcess, _ passwords: [String: String]) throws -> [Int] {
        try Self.users.enumerated().map { number, user in
            try server.auth(user, passwords[user] ?? "", from: "192.88.\(90 + number).1").status
        }
    }

    private func events(_ directory: TemporaryDirectory) -> [[String: Any]] {
        directory.read("audit.jsonl").split(separator: "\n")
            .compactMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
            .filter { $0["event"] as? String == "forced_reload" }
    }

    @Test func `a reload that would lock out too many is refused with its worst lines, and forced if that is meant`()
        async throws
    {
        let (directory, passwords) = try site(#""20%""#)
        let server = try await ServerProcess(in: directory)
        #expect(try logIn(server, passwords) == [200, 200, 200, 200, 200])

        // One of five is a fifth, and no more than that.
        try directory.write("deny.lst", "192.88.90.0/24\n")
        let one = try server.request("POST", "/reload")
        #expect(one.status == 200, "\(one.body)")
        #expect(
            one.body.contains(
                "1 of 5 users with a login in the last 7 days is newly refused, which audit.blast_radius = 20% allows"))
        #expect(try logIn(server, passwords) == [403, 200, 200, 200, 200])

        // Who is refused already is not refused newly.
        try directory.write("deny.lst", "192.88.90.0/24\n192.88.94.0/24\n192.88.91.0/24\n192.88.92.0/23\n")
        let refused = try server.request("POST", "/reload")
        #expect(refused.status == 409)
        let body = try #require(try JSONSerialization.jsonObject(with: Data(refused.body.utf8)) as? [String: Any])
        let problems = try #require(body["problems"] as? [String])
        #expect(body["status"] as? String == "refused" && problems.count == 4)
        #expect(
            problems[0].hasPrefix(
                "audit.blast_radius: 4 of 5 users with a login in the last 7 days are newly refused, more than 20%; "))
        #expect(problems[1] == "deny.lst:4: newly refuses 2 users" && problems[2] == "deny.lst:2: newly refuses 1 user")
        let newly = try #require(body["newly_refused"] as? [String: Any])
        #expect(newly["users"] as? Int == 4 && newly["known_users"] as? Int == 5)
        let lines = try #require(newly["lines"] as? [[String: Any]])
        #expect(lines.map { $0["rule"] as? String } == ["deny.lst:4", "deny.lst:2", "deny.lst:3"])
        #expect(lines.map { $0["users"] as? Int } == [2, 1, 1])
        #expect(try logIn(server, passwords) == [403, 200, 200, 200, 200], "what was in force stays")
        #expect(try server.request("POST", "/reload?force=0").status == 409)
        for query in ["force", "force=yes", "force=2", "fource=1", "force=1&force=0"] {
            let answer = try server.request("POST", "/reload?\(query)")
            #expect(answer.status == 422 && answer.body.contains("force=1"), "\(query): \(answer.body)")
        }
        #expect(events(directory).isEmpty)

        let forced = try server.request("POST", "/reload?force=1")
        #expect(forced.status == 200 && forced.body.contains("forced: 4 of 5 users"), "\(forced.body)")
        #expect(try logIn(server, passwords) == [403, 403, 403, 403, 403])
        let metrics = try server.request("GET", "/metrics").body
        #expect(metrics.contains(#"webauth_reloads_guarded_total{outcome="refused"} 2"#), "\(metrics)")
        #expect(metrics.contains(#"webauth_reloads_guarded_total{outcome="forced"} 1"#))
        #expect(metrics.contains("webauth_recent_login_users 5\n"))
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        let event = try #require(events(directory).first)
        #expect(event["by"] as? String == "POST /reload from 127.0.0.1" && events(directory).count == 1)
        #expect(event["newly_refused_users"] as? Int == 4 && event["known_users"] as? Int == 5)
        #expect((event["lines"] as? [String])?.first == "deny.lst:4: newly refuses 2 users")
        let report = try Program.run(["report", "--jsonl", "audit.jsonl", "--since", "all"], in: directory)
        #expect(report.status == 0 && !report.output.contains("no record"), "\(report.output)")
        #expect(report.output.contains("forced_reload"), "\(report.output)")
    }

    @Test func `a reload by SIGHUP is refused as well, and forced once by a file`() async throws {
        let (directory, passwords) = try site("0")
        var server = try await ServerProcess(in: directory)
        #expect(try logIn(server, passwords) == [200, 200, 200, 200, 200])
        // What is known, and written, outlives a process, also one that is killed.
        let end = ContinuousClock.now + .seconds(60)
        while try !server.request("GET", "/metrics").body.contains("webauth_recent_login_users 5\n"), .now < end {
            try await Task.sleep(for: .milliseconds(5))
        }
        server.signal(SIGKILL)
        _ = await server.waitForExit()
        server = try await ServerProcess(in: directory)

        try directory.write("deny.lst", "192.88.93.0/24\n")
        server.signal(SIGHUP)
        await server.waitForLog("reload refused", times: 2)
        #expect(server.logText.contains("deny.lst:1: newly refuses 1 user"))
        #expect(try logIn(server, passwords) == [200, 200, 200, 200, 200])

        let file = directory.path + "/var/force-reload"
        try directory.write("var/force-reload", "")
        let owner = try #require(try FileManager.default.attributesOfItem(atPath: file)[.ownerAccountName] as? String)
        server.signal(SIGHUP)
        await server.waitForLog("a reload was forced")
        await server.waitForLog("reloaded")
        #expect(!FileManager.default.fileExists(atPath: file), "it is used once")
        #expect(try logIn(server, passwords) == [200, 200, 200, 403, 200])

        try directory.write("deny.lst", "192.88.93.0/24\n192.88.94.0/24\n")
        server.signal(SIGHUP)
        await server.waitForLog("reload refused", times: 4)
        #expect(try logIn(server, passwords) == [200, 200, 200, 403, 200])
        // A file that was not needed does not lie in wait.
        try directory.write("deny.lst", "192.88.93.0/24\n")
        try directory.write("var/force-reload", "")
        server.signal(SIGHUP)
        await server.waitForLog("reloaded", times: 2)
        #expect(!FileManager.default.fileExists(atPath: file))
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        #expect(events(directory).map { $0["by"] as? String } == ["SIGHUP, force-reload of \(owner)"])
    }

    @Test func `the file that forces is for the next reload alone, whatever comes of that, and for no start`()
        async throws
    {
        let (directory, passwords) = try site("0")
        let file = directory.path + "/var/force-reload"
        let isThere = { FileManager.default.fileExists(atPath: file) }
        var server = try await ServerProcess(in: directory)
        #expect(try logIn(server, passwords) == [200, 200, 200, 200, 200])

        // By HTTP it forces nothing, and is gone all the same.
        try directory.write("deny.lst", "192.88.93.0/24\n")
        try directory.write("var/force-reload", "")
        let refused = try server.request("POST", "/reload")
        #expect(
            refused.status == 409 && refused.body.contains("force-reload is for the next reload by SIGHUP alone"),
            "\(refused.body)")
        #expect(!isThere())
        try directory.write("var/force-reload", "")
        let forced = try server.request("POST", "/reload?force=1")
        #expect(
            forced.status == 200 && forced.body.contains("force-reload was not needed, and was removed") && !isThere())
        try directory.write("var/force-reload", "")
        let same = try server.request("POST", "/reload")
        #expect(same.status == 200 && same.body.contains("force-reload was not needed, and was removed") && !isThere())

        // A reload that fails for another reason uses it up, too.
        try directory.write("deny.lst", "192.88.93.0/24\n192.88.94.0/24\nnonsense\n")
        try directory.write("var/force-reload", "")
        server.signal(SIGHUP)
        await server.waitForLog("it was removed, and has to be made again", times: 2)
        #expect(!isThere())
        try directory.write("deny.lst", "192.88.93.0/24\n192.88.94.0/24\n")
        #expect(try server.request("POST", "/reload").status == 409)
        #expect(try logIn(server, passwords) == [200, 200, 200, 403, 200])

        // Nothing is judged at a start, and nothing lies in wait after it.
        try directory.write("var/force-reload", "")
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        server = try await ServerProcess(in: directory)
        #expect(!isThere() && server.logText.contains("force-reload was not needed, and was removed"))
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        #expect(events(directory).map { $0["by"] as? String } == ["POST /reload from 127.0.0.1"])
    }

    @Test func `without a radius everything is taken, and nobody's logins are kept`() async throws {
        let (directory, passwords) = try site("0")
        let server = try await ServerProcess(in: directory)
        _ = try logIn(server, passwords)
        try directory.write("deny.lst", "192.88.0.0/16\n")
        #expect(try server.request("POST", "/reload").status == 409)
        #expect(FileManager.default.fileExists(atPath: directory.path + "/var/recent-logins"))
        try settings(directory, nil)
        #expect(try server.request("POST", "/reload").status == 200)
        #expect(try logIn(server, passwords) == [403, 403, 403, 403, 403])
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        #expect(!FileManager.default.fileExists(atPath: directory.path + "/var/recent-logins"))
        #expect(events(directory).isEmpty)
    }

    @Test func `check-config knows the key, and what it takes`() throws {
        let directory = try TemporaryDirectory()
        for good in [#""2%""#, #""0.5%""#, "40", #""40""#] {
            try directory.write("config.toml", "[audit]\nblast_radius = \(good)\n")
            #expect(try Program.run(["check-config"], in: directory).status == 0, "\(good)")
        }
        for bad in [#""lots""#, "-1", #""101%""#, "true", "[2]"] {
            try directory.write("config.toml", "[audit]\nblast_radius = \(bad)\n")
            let result = try Program.run(["check-config"], in: directory)
            #expect(result.status == 78 && result.errors.contains("config.toml:2:"), "\(bad): \(result.errors)")
            #expect(result.errors.contains("audit.blast_radius"), "\(result.errors)")
        }
    }
}

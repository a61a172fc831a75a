import Foundation
import TestServers
import Testing

/// Limits of app passwords, from the shell to the answer that Dovecot gets.
@Suite(.timeLimit(.minutes(5)))
struct AppPasswordLimitTests {
    private func add(_ options: [String], in directory: TemporaryDirectory) throws -> String {
        let added = try Program.run(["app-password", "add", "alice"] + options, in: directory)
        try #require(added.status == 0, "\(added.errors)")
        return String(added.output.dropLast())
    }

    private func run(_ arguments: String..., in directory: TemporaryDirectory) throws -> Program.Result {
        try Program.run(["app-password"] + arguments, in: directory)
    }

    private func sql(_ statement: String, in directory: TemporaryDirectory) throws {
        try SQLiteShell.run(statement, on: directory.path + "/var/web-auth.sqlite")
    }

    @Test func `a password for one service and one network, changed under way`() async throws {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[audit]\nsinks = [\"jsonl:audit.jsonl\"]\n")
        let password = try add(["--services", "SMTP", "--networks", "192.88.98.0/24,10.0.0.0/8"], in: directory)
        let server = try await ServerProcess(in: directory)
        func answer(_ service: String, _ address: String) throws -> String {
            let answer = try server.auth("alice", password, service: service, from: address)
            return "\(answer.status) \(answer.body)"
        }
        #expect(try answer("smtp", "192.88.98.7") == #"200 {"status":"success","password_id":1}"#)
        #expect(try answer("smtp", "10.1.1.1").hasPrefix("200"))
        #expect(try answer("pop3", "192.88.98.7") == #"403 {"status":"not for pop3"}"#)
        #expect(try answer("smtp", "192.88.97.7") == #"403 {"status":"not from here"}"#)
        #expect(try answer("smtp", "192.168.0.1") == #"403 {"status":"not from here"}"#)
        #expect(try run("limit", "1", "--services", "none", "--not-before", "1d", in: directory).status == 0)
        #expect(try answer("pop3", "192.88.98.7") == #"403 {"status":"password is not valid yet"}"#)
        #expect(try run("limit", "1", "--expires", "2020-01-01", in: directory).status == 0)
        #expect(try answer("pop3", "192.88.98.7") == #"410 {"status":"password has expired"}"#)
        #expect(try run("limit", "1", "--clear", in: directory).output == "1\tno limits\n")
        #expect(try answer("pop3", "192.168.0.1").hasPrefix("200"))
        #expect(try server.auth("alice", "wrong").status == 401)
        let metrics = try server.request("GET", "/metrics").body
        for reason in ["not_yet", "wrong_service", "wrong_place"] {
            #expect(metrics.contains(#"webauth_decisions_total{reason="\#(reason)",result="deny"}"#), "\(reason)")
        }
        #expect(metrics.contains(#"webauth_decisions_total{reason="expired",result="fail"} 1"#))
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        let lines = directory.read("audit.jsonl").split(separator: "\n")
        for (event, limit) in [
            ("expired", "expires"), ("not_yet", "not_before"), ("wrong_service", "services"),
            ("wrong_place", "networks"),
        ] {
            #expect(lines.contains { $0.contains(#""event":"\#(event)""#) && $0.contains(#""password":1"#) })
            #expect(lines.contains { $0.contains(#""matched":"\#(event)""#) && $0.contains(#""limit":"\#(limit)""#) })
        }
        let history = try run("history", "1", in: directory).output
        #expect(history.contains("refused: wrong_service") && history.contains("refused: expired"), "\(history)")
    }

    @Test func `an end comes at its second, and not before`() async throws {
        let directory = try TemporaryDirectory()
        _ = try add(["--comment", "makes the file"], in: directory)
        let server = try await ServerProcess(in: directory)
        let end = Date().addingTimeInterval(12)
        let password = try add(["--expires", ISO8601DateFormatter().string(from: end)], in: directory)
        let second = Date(timeIntervalSince1970: end.timeIntervalSince1970.rounded(.down))
        var statuses: [Int] = []
        while statuses.last != 410, Date() < second.addingTimeInterval(60) {
            let before = Date()
            let status = try server.auth("alice", password).status
            if Date() < second { #expect(status == 200) }
            if before > second { #expect(status == 410) }
            if statuses.last != status { statuses.append(status) }
        }
        #expect(statuses == [200, 410])
        server.signal(SIGTERM)
        _ = await server.waitForExit()
    }

    @Test(arguments: [
        ("services", "''"), ("networks", "'nowhere'"), ("countries", "5"), ("expires", "'soon'"), ("unused_days", "-1"),
        ("bind", "x'00ff'"), ("as_numbers", "'AS1,'"),
    ])
    func `hostile limits are 503 for that password alone, with a clear event`(column: String, value: String)
        async throws
    {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[audit]\nsinks = [\"jsonl:audit.jsonl\"]\n")
        let (bad, good) = (try add([], in: directory), try add([], in: directory))
        try sql("INSERT INTO app_password_limits (pwid, \(column)) VALUES (1, \(value))", in: directory)
        let server = try await ServerProcess(in: directory)
        #expect(try server.auth("alice", bad).status == 503)
        #expect(try server.auth("alice", good).status == 200)
        #expect(try server.auth("alice", "wrong").status == 401)
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        let record = directory.read("audit.jsonl").split(separator: "\n").first { $0.contains("unreadable_limits") }
        #expect(record?.contains("app_password_limits.\(column) cannot be read") == true)
        let audit = try run("audit", "--kind", "limits", in: directory).output
        #expect(audit.hasPrefix("1\talice\tlimits\tapp_password_limits.\(column)"), "\(audit)")
        #expect(try run("list", "alice", in: directory).output.contains("app_password_limits.\(column) cannot be read"))
        let refused = try run("limit", "1", "--services", "imap", in: directory)
        #expect(refused.status == 78 && refused.errors.contains("--clear"), "\(refused.errors)")
        #expect(try run("limit", "1", "--clear", "--services", "imap", in: directory).status == 0)
        #expect(try run("audit", "--kind", "limits", in: directory).output == "")
    }

    @Test func `the first network binds, and rebind lets go of it`() async throws {
        let directory = try TemporaryDirectory()
        let password = try add(["--bind", "network"], in: directory)
        let server = try await ServerProcess(in: directory)
        #expect(try server.auth("alice", password, from: "192.88.98.7").status == 200)
        #expect(try server.auth("alice", password, from: "192.88.98.9").status == 200)
        #expect(try server.auth("alice", password, from: "192.88.97.7").status == 403)
        #expect(try run("limit", "1", in: directory).output == "1\tbound to 192.88.98.0/24\n")
        #expect(try run("rebind", "1", in: directory).status == 0)
        #expect(try server.auth("alice", password, from: "192.88.97.7").status == 200)
        #expect(try server.auth("alice", password, from: "192.88.98.7").status == 403)
        _ = try add([], in: directory)
        #expect(try run("rebind", "2", in: directory).status == 64)
        #expect(try run("rebind", "99", in: directory).errors.contains("there is no app password 99"))
        server.signal(SIGTERM)
        _ = await server.waitForExit()
    }

    @Test func `templates of the settings, options in their place, and what cannot be read`() throws {
        let directory = try TemporaryDirectory()
        try directory.write(
            "config.toml",
            """
            [[auth.templates]]
            name = "scanner"
            services = ["smtp"]
            networks = ["192.0.2.7/24"]
            expires = "365d"
            unused_days = 90
            bind = "asn"
            """)
        _ = try add(["--template", "scanner", "--networks", "none", "--bind", "country", "--note", "x"], in: directory)
        let shown = try run("limit", "1", in: directory).output
        #expect(shown.contains("ends after 90 days without a login; only smtp; to be bound to the country"), "\(shown)")
        #expect(shown.contains("ends 20") && !shown.contains("192.0.2"))
        let json = try run("list", "alice", "--json", in: directory).output
        #expect(
            json.contains(#""limits":{"services":"smtp","networks":null"#) && json.contains(#""note":"x""#), "\(json)")
        #expect(try run("list", "alice", in: directory).output.contains("limits: ends"))
        for (options, word) in [
            (["--template", "none"], "there are: scanner"), (["--services", ""], "--services"),
            (["--networks", "192.0.2.0/33"], "--networks"), (["--countries", "Germany"], "--countries"),
            (["--as", "x"], "--as"), (["--expires", "soon"], "--expires"),
            (["--not-before", "2026-13-01"], "--not-before"),
            (["--unused", "90m"], "--unused"), (["--unused", "0"], "--unused"), (["--bind", "planet"], "--bind"),
        ] {
            for verb in [["add", "alice"], ["limit", "1"]] {
                let refused = try Program.run(["app-password"] + verb + options, in: directory)
                #expect(refused.status == 64 && refused.errors.contains(word), "\(options) \(refused.errors)")
            }
        }
        #expect(try run("list", "alice", "--json", in: directory).output.split(separator: #""id""#).count == 2)
        #expect(
            try run("limit", "99", "--services", "imap", in: directory).errors.contains("there is no app password 99"))
        #expect(try run("audit", "--kind", "bogus", in: directory).status == 64)
    }

    @Test func `explain judges by the limits of a password, one by one, and then by the lists`() throws {
        let directory = try TemporaryDirectory()
        _ = try add(["--services", "smtp", "--networks", "192.88.98.0/24", "--expires", "9d"], in: directory)
        func explain(_ address: String, _ service: String, _ more: String...) throws -> Program.Result {
            try Program.run(
                ["explain", address, "--service", service, "--app-password", "1", "--offline", "--exit-code"] + more,
                in: directory)
        }
        let good = try explain("192.88.98.7", "smtp")
        #expect(good.status == 0 && good.output.contains("limits\n"), "\(good.output)\(good.errors)")
        let service = try explain("192.88.97.7", "imap")
        #expect(service.status == 1)
        #expect(service.output.contains("deny: by what limits the app password, services"), "\(service.output)")
        #expect(service.output.contains("403 not for imap"))
        let place = try explain("192.88.97.7", "smtp", "--json")
        #expect(place.status == 1)
        #expect(place.output.contains(#""verdict":"deny","matched":"limit:networks""#), "\(place.output)")
        #expect(place.output.contains(#"{"limit":"networks","outcome":"hit""#))
        #expect(place.output.contains(#"{"limit":"expires","outcome":"pass""#))
        #expect(try run("limit", "1", "--expires", "2020-01-01", in: directory).status == 0)
        #expect(try explain("192.88.98.7", "smtp").output.contains("410 password has expired"))
        try sql("UPDATE app_password_limits SET networks = 'x'", in: directory)
        let unreadable = try explain("192.88.98.7", "smtp")
        #expect(unreadable.status == 3 && unreadable.output.contains("503"), "\(unreadable.output)")
        #expect(try run("revoke", "1", in: directory).status == 0)
        let revoked = try explain("192.88.98.7", "smtp")
        #expect(revoked.status == 1 && revoked.output.contains("410 password is deleted"), "\(revoked.output)")
        let missing = try Program.run(["explain", "192.88.98.7", "--app-password", "9"], in: directory)
        #expect(missing.status == 64)
    }

    @Test func `an end that is near is announced once, over restarts, and a report counts it for no login`()
        async throws
    {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[audit]\nsinks = [\"jsonl:audit.jsonl\"]\n")
        let password = try add(["--comment", "scanner", "--expires", "90d"], in: directory)
        _ = try add(["--expires", "90d"], in: directory)
        // As if both had been made a while ago.
        try sql(
            """
            UPDATE app_password_limits SET set_at = '2020-01-01 00:00:00', expires = strftime('%Y-%m-%d %H:%M:%f', 'now', \
            CASE pwid WHEN 1 THEN '+10 days' ELSE '+20 days' END)
            """, in: directory)
        func announced() -> [Substring] {
            directory.read("audit.jsonl").split(separator: "\n").filter { $0.contains(#""event":"ending""#) }
        }
        for round in 0..<2 {
            let server = try await ServerProcess(in: directory)
            let start = Date()
            while round == 0, announced().isEmpty, Date().timeIntervalSince(start) < 60 {
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(try server.auth("alice", password).status == 200)
            server.signal(SIGTERM)
            #expect(await server.waitForExit() == 0)
        }
        #expect(announced().count == 1, "\(announced())")
        let line = String(announced().first ?? "")
        for part in [
            "app password ends: user=<alice>, password=1, ends=", #""user":"alice""#, #""comment":"scanner""#,
            #""limit":"expires""#,
        ] { #expect(line.contains(part), "\(line)") }
        let report = try Program.run(["report", "--jsonl", "audit.jsonl", "--format", "json"], in: directory)
        #expect(
            report.output.contains(#""logins":{"allowed":2,"denied":0,"failed":0"#), "\(report.output)\(report.errors)")
        #expect(report.output.contains(#"{"event":"ending","logins":1}"#))
        #expect(try run("audit", "--kind", "ending", in: directory).output.hasPrefix("1\talice\tending\t"))
    }

    @Test func `a note alone is refused, for there is nothing to note`() throws {
        let directory = try TemporaryDirectory()
        let refused = try Program.run(["app-password", "add", "alice", "--note", "scanner"], in: directory)
        #expect(refused.status == 64 && refused.errors.contains("--note"), "\(refused.errors)")
        _ = try add(["--services", "smtp", "--note", "scanner"], in: directory)
        #expect(try run("limit", "1", "--services", "none", "--note", "x", in: directory).status == 64)
        #expect(try run("limit", "1", "--services", "none", "--note", "none", in: directory).output == "1\tno limits\n")
    }

    @Test func `an audit lists what is unlimited, idle and about to end`() throws {
        let directory = try TemporaryDirectory()
        _ = try add([], in: directory)
        _ = try add(["--expires", "13d"], in: directory)
        _ = try add(["--expires", "15d"], in: directory)
        _ = try add(["--expires", "2020-01-01"], in: directory)
        _ = try add(["--services", "imap"], in: directory)
        try sql("INSERT INTO log (pwid, timestamp) VALUES (5, '2020-01-01 00:00:00')", in: directory)
        let output = try run("audit", in: directory).output
        let lines = output.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        #expect(
            lines.map { $0[0] + " " + $0[2] } == [
                "1 unused", "1 unlimited", "2 unused", "2 ending", "3 unused", "4 unused", "4 ended", "5 idle",
            ], "\(output)")
        #expect(
            try run("audit", "--kind", "ending", "--kind", "idle", in: directory).output.split(separator: "\n").count
                == 2)
    }
}

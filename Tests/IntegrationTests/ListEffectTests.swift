import Foundation
import Testing

/// Lists that deny, watch and make exceptions, in the real program.
@Suite(.timeLimit(.minutes(5)))
struct ListEffectProgramTests {
    private static let settings = """
        [auth]
        disallow_passwords_from = ["192.88.100.0/24"]
        [audit]
        sinks = ["jsonl:audit.jsonl"]
        disabled_services = ["pop3"]
        [audit.lists]
        ip_networks = "deny.lst"
        [audit.lists.watch]
        ip_networks = "watch.lst"
        [audit.lists.allow]
        ip_networks = "allow.lst"
        users = "users.lst"
        [lookup]
        offline = true
        """

    private func site() throws -> (directory: TemporaryDirectory, passwords: [String: String]) {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", Self.settings)
        try directory.write(
            "deny.lst",
            "192.88.98.0/24\n192.88.97.0/28 # until 2020-01-01\n192.88.96.0/24 # until 2999-12-31\n192.88.100.0/24\n")
        try directory.write("watch.lst", "192.88.99.0/25\n192.88.98.0/24\n192.88.97.0/24\n")
        try directory.write("allow.lst", "192.88.98.7\n192.88.99.7\n192.88.100.7\n192.88.95.9 # until 2020-01-01\n")
        try directory.write("users.lst", "# who travels\nbob # until 2999-12-31 why\n")
        var passwords: [String: String] = [:]
        for user in ["alice", "bob"] {
            let added = try Program.run(["app-password", "add", user], in: directory)
            #expect(added.status == 0, "\(added.errors)")
            passwords[user] = String(added.output.dropLast())
        }
        return (directory, passwords)
    }

    @Test func `each login is answered, recorded and counted by the effect of what it met`() async throws {
        let (directory, passwords) = try site()
        let server = try await ServerProcess(in: directory)
        let logins: [(user: String, service: String, address: String, status: Int, matched: String?, rule: String?)] = [
            ("alice", "imap", "192.88.98.1", 403, "ip", "deny.lst:1"),
            ("alice", "imap", "192.88.98.7", 200, "allow:ip", "allow.lst:1"),
            ("bob", "imap", "192.88.98.1", 200, "allow:user", "users.lst:2"),
            ("bob", "pop3", "192.88.98.1", 403, "service", "audit.disabled_services"),
            ("bob", "imap", "192.88.100.7", 401, "disallowed", nil),
            ("alice", "imap", "192.88.99.1", 200, "ip", "watch.lst:1"),
            ("alice", "imap", "192.88.99.7", 200, "allow:ip", "allow.lst:2"),
            ("alice", "imap", "192.88.97.1", 200, "ip", "watch.lst:3"),  // the line that denies has ended
            ("alice", "imap", "192.88.96.1", 403, "ip", "deny.lst:3"),
            ("alice", "imap", "192.88.95.9", 200, nil, nil), ("alice", "imap", "192.88.99.200", 200, nil, nil),
        ]
        for login in logins {
            let answer = try server.auth(
                login.user, passwords[login.user] ?? "", service: login.service, from: login.address)
            #expect(answer.status == login.status, "\(login)")
        }
        let audit = #"{"username":"bob","service":"imap","remote_ip":"192.88.98.1"}"#
        #expect(try server.request("POST", "/audit", audit).status == 404)
        let metrics = try server.request("GET", "/metrics").body
        #expect(metrics.contains(#"webauth_watch_matches_total{list="ip_networks"} 2"#), "\(metrics)")
        #expect(metrics.contains(#"webauth_allow_matches_total{list="ip_networks"} 2"#))
        #expect(metrics.contains(#"webauth_allow_matches_total{list="users"} 2"#))
        #expect(metrics.contains(#"webauth_rule_matches_total{list="ip_networks"} 2"#))
        #expect(metrics.contains(#"webauth_list_entries{list="allow.users"} 1"#))
        let reloaded = try server.request("POST", "/reload").body
        #expect(
            reloaded.contains(
                #""lists":{"ip_networks":4,"watch.ip_networks":3,"allow.users":1,"allow.ip_networks":4}"#),
            "\(reloaded)")

        // A revoked password stays revoked, whoever uses it.
        #expect(try Program.run(["app-password", "revoke", "2"], in: directory).status == 0)
        #expect(try server.auth("bob", passwords["bob"] ?? "", from: "192.88.98.1").status == 410)
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)

        let records = try directory.read("audit.jsonl").split(separator: "\n").compactMap {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }.filter { $0["event"] == nil }
        #expect(records.count == logins.count + 2)
        for login in logins {
            let record = records.first {
                $0["user"] as? String == login.user && $0["ip"] as? String == login.address
                    && $0["service"] as? String == login.service
            }
            #expect(record?["matched"] as? String == login.matched, "\(login)")
            #expect(record?["rule"] as? String == login.rule, "\(login)")
            #expect(record?["blocked"] as? Bool == (login.status != 200), "\(login)")
            let message = record?["message"] as? String ?? ""
            #expect(message.hasSuffix(", matched=allow:ip") == (login.matched == "allow:ip"))
        }
        #expect(records.last?["matched"] as? String == "deleted")

        let text = try Program.run(["report", "--jsonl", "audit.jsonl", "--since", "all"], in: directory)
        #expect(text.output.contains("\n 2 of the allowed would be denied (watch mode)\n"), "\(text.output)")
        #expect(text.output.contains("\nWould be denied\n alice (ip:192.88.9"))
        #expect(text.output.contains("\nLet in by an exception\n"))
        #expect(text.output.contains("bob (allow:user by users.lst:2)"), "\(text.output)")
        let json = try Program.run(
            ["report", "--jsonl", "audit.jsonl", "--since", "all", "--format", "json"], in: directory)
        #expect(json.output.contains(#""would_deny":2"#))
        #expect(
            json.output.contains(#""matched":"allow:user","value":null,"name":null,"rule":"users.lst:2","logins":2"#))
        let page = try Program.run(
            ["report", "--jsonl", "audit.jsonl", "--since", "all", "--format", "html"], in: directory)
        #expect(
            page.output.contains("<h2>Let in by an exception</h2>") && page.output.contains("<h2>Would be denied</h2>"))
    }

    @Test func `explain judges with every effect`() throws {
        let (directory, _) = try site()
        func explain(_ address: String, _ user: String) throws -> Program.Result {
            try Program.run(["explain", address, "--user", user, "--json", "--exit-code"], in: directory)
        }
        let denied = try explain("192.88.98.1", "alice")
        #expect(denied.status == 1)
        #expect(
            denied.output.contains(#"{"list":"ip_networks","outcome":"hit","rule":"watch.lst:2","effect":"watch"}"#))
        let excepted = try explain("192.88.98.1", "bob")
        #expect(excepted.status == 0)
        #expect(
            excepted.output.contains(
                #""verdict":"allow","matched":"allow:user","rule":"users.lst:2","status":"success","http":200"#))
        #expect(excepted.output.contains(#"{"list":"ip_networks","outcome":"hit","rule":"deny.lst:1"}"#))
        let watched = try explain("192.88.97.1", "alice")
        #expect(watched.status == 2)
        #expect(watched.output.contains(#""verdict":"would_deny","matched":"ip","rule":"watch.lst:3""#))
        #expect(watched.output.contains(#""http":200"#))
    }

    @Test func `check-config, stats and the log say what has ended and what ends within a week`() async throws {
        let (directory, _) = try site()
        let soon = Date().addingTimeInterval(3 * 86_400).formatted(.iso8601.year().month().day())
        try directory.write("watch.lst", "192.88.99.0/25\n192.88.98.0/24 # until \(soon)\n")
        let ended = "deny.lst:2: ended on 2020-01-01 and meets nobody any more"
        let check = try Program.run(["check-config"], in: directory)
        #expect(check.status == 0, "\(check.errors)")
        #expect(
            check.output.contains("note: \(ended)\n") && check.output.contains("note: watch.lst:2: ends on \(soon)\n"))
        #expect(
            check.output.contains("allow.users: 1 entry\n") && check.output.contains("watch.ip_networks: 2 entries\n"))
        #expect(!check.output.contains("users.lst:2"))
        let stats = try Program.run(["lists", "stats"], in: directory)
        #expect(stats.status == 0)
        #expect(
            stats.output.contains("ip_networks: deny.lst: 4 entries, 0 useless, 0 overlapping, 1 ended\n  \(ended)\n"),
            "\(stats.output)")
        #expect(
            stats.output.contains(
                "watch.ip_networks: watch.lst: 2 entries, 0 useless, 0 overlapping, 1 ending within a week\n"))
        #expect(stats.output.contains("allow.users: users.lst: 1 entry, 0 useless, 0 overlapping\n"))
        let server = try await ServerProcess(in: directory)
        #expect(server.logText.contains(ended))
    }

    @Test func `an end that cannot be read lets nobody in, neither by a deny list nor by an exception`() async throws {
        let (directory, passwords) = try site()
        try directory.write("deny.lst", "192.88.98.0/24 # until 3 complaints came in\n192.88.97.0/24\n")
        try directory.write("allow.lst", "192.88.97.1 # until 3 weeks are over\n")
        let check = try Program.run(["check-config"], in: directory)
        #expect(check.status == 78 && check.errors.contains("deny.lst:1:1: \"3\" is no day"), "\(check.errors)")
        let server = try await ServerProcess(in: directory)
        #expect(server.logText.contains("it is in force without end"))
        func status(_ address: String) throws -> Int {
            try server.auth("alice", passwords["alice"] ?? "", from: address).status
        }
        #expect(try status("192.88.98.1") == 403 && status("192.88.97.1") == 403)
        let reload = try server.request("POST", "/reload")
        #expect(reload.status == 409 && reload.body.contains("deny.lst:1:1:") && reload.body.contains("allow.lst:1:1:"))
        #expect(try status("192.88.98.1") == 403)
    }

    @Test func `guesses at names that nobody knows are marked, and no honeypot's use`() async throws {
        let (directory, _) = try site()
        try directory.write(
            "config.toml",
            Self.settings.replacing(
                "[audit]\n", with: "[audit]\nhoneypots = [\"honey-*\"]\naudit_process_unknown = true\n"))
        let server = try await ServerProcess(in: directory)
        for user in ["honey-xyz", "carol"] {
            let body =
                #"{"username":"\#(user)","service":"imap","remote_ip":"192.88.90.1","passdbs_seen_user_unknown":true}"#
            #expect(try server.request("POST", "/audit", body).status == 404)
        }
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0)
        let lines = directory.read("audit.jsonl").split(separator: "\n")
        #expect(lines.count == 2 && lines.allSatisfy { $0.contains(#""unknown_user":true"#) }, "\(lines)")
        // They are nobody's logins for replay, either.
        try directory.write("deny.lst", "192.88.90.0/24\n")
        let replay = try Program.run(["replay", "--jsonl", "audit.jsonl"], in: directory)
        #expect(
            replay.status == 3 && replay.output.contains("2 logins were of users whom nobody knows"), "\(replay.output)"
        )
    }

    @Test func `lists diff names entries, and tells by its status whether others are met`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("old.txt", "192.88.97.0/24\n192.88.98.0/25\n192.88.98.128/25\n")
        try directory.write("new.txt", "192.88.98.0/24 joined\n192.88.97.0/24 # until 2999-01-01\n")
        let same = try Program.run(["lists", "diff", "old.txt", "new.txt"], in: directory)
        #expect(same.status == 0, "\(same.errors)")
        #expect(
            same.output == """
                - old.txt:2: 192.88.98.0/25
                - old.txt:3: 192.88.98.128/25
                + new.txt:1: 192.88.98.0/24
                ~ new.txt:2: 192.88.97.0/24 until 2999-01-01, was without end
                ip_networks: 1 added, 2 removed, 1 with another end, 0 unchanged
                the same are met

                """)
        try directory.write("wide.txt", "192.88.96.0/22\n")
        let other = try Program.run(["lists", "diff", "old.txt", "wide.txt"], in: directory)
        #expect(other.status == 1)
        #expect(other.output.hasSuffix("others are met: 512 addresses more, 0 addresses less\n"), "\(other.output)")
        try directory.write("six.txt", directory.read("wide.txt") + "2001:218::/32\n")
        let many = try Program.run(["lists", "diff", "wide.txt", "six.txt"], in: directory)
        #expect(
            many.output.hasSuffix("others are met: about 2^96 addresses more, 0 addresses less\n"), "\(many.output)")
        try directory.write("bad.txt", "192.88.98.0/24\n192.88.98.1 3\n")
        let bad = try Program.run(["lists", "diff", "--kind", "ip_networks", "old.txt", "bad.txt"], in: directory)
        #expect(bad.status == 78 && bad.errors.contains("bad.txt:2:1: "))
        #expect(try Program.run(["lists", "diff", "old.txt", "none.txt"], in: directory).status == 78)
    }
}

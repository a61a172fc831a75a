import Foundation
import TestServers
import Testing

/// The shipped unit under a real systemd: the service as an ordinary user without capabilities, behind the unit's own
/// sandbox, limits and filter of system calls.
@Suite(
    .enabled(if: BootedSystemd.trouble == nil, "\(BootedSystemd.skipped)"), .serialized, .timeLimit(.minutes(15)))
struct BootedServiceTests {
    @Test func `it runs as the unit has it, and answers as soon as systemd calls it active`() async throws {
        let site = try await SystemdSite.shared
        try await site.restart()
        #expect(try await site.property("ActiveState") == "active")
        #expect(try await site.get("/livez").status == 200)
        #expect(try await site.property("StatusText") == "serving on 127.0.0.1 port 8000")
        let ready = try await site.get("/readyz")
        #expect(ready.status == 200)
        #expect(ready.body.contains("database: ok") && ready.body.contains("lookup cache: ok"), "\(ready.body)")

        let process = try await site.property("MainPID")
        let status = try await site.machine.run("cat", "/proc/\(process)/status")
        let user = try await site.machine.run("id", "-u", "dovecot-web-auth").trimmingCharacters(in: .newlines)
        #expect(user != "0" && status.contains("Uid:\t\(user)\t\(user)\t\(user)\t\(user)\n"))
        #expect(status.contains("CapEff:\t0000000000000000\n") && status.contains("CapBnd:\t0000000000000000\n"))
        #expect(status.contains("NoNewPrivs:\t1\n") && status.contains("Seccomp:\t2\n"))
    }

    @Test func `at a start nothing is said but where it listens`() async throws {
        let site = try await SystemdSite.shared
        try await site.restart()
        #expect(try await site.login().status == 200)
        let invocation = try await site.property("InvocationID")
        let said = try await site.entries("_SYSTEMD_INVOCATION_ID=\(invocation)", "SYSLOG_IDENTIFIER=web-auth-server")
        let lines = said.compactMap { $0["MESSAGE"] }
        // The file of places in the tests is years old, and that is worth a warning.
        let news = lines.filter { !$0.contains("days old: does geoipupdate run?") }
        #expect(news.count == 1 && news.first?.contains("listening") == true, "\(lines)")
        let managers = try await site.entries("INVOCATION_ID=\(invocation)", "-p", "warning")
        #expect(managers.isEmpty, "\(managers)")
    }

    @Test func `a right password is let in, a wrong one is not, and the journal has both with their fields`()
        async throws
    {
        let site = try await SystemdSite.shared
        let right = try await site.login()
        #expect(right.status == 200 && right.body.contains("\"password_id\":1"), "\(right)")
        #expect(try await site.login("alice", "wrong-\(UUID())", from: "192.88.99.7").status == 401)
        #expect(try await site.login("nobody-\(UUID())", "x", from: "192.88.99.7").status == 404)

        try await site.wait("the records") {
            try await !site.entries(
                "SYSLOG_IDENTIFIER=mail-auth", "AUDIT_IP=192.88.99.7", "AUDIT_EVENT=unknown_account"
            ).isEmpty
        }
        let login = try #require(try await site.entries("SYSLOG_IDENTIFIER=mail-audit", "AUDIT_USER=alice").last)
        #expect(login["MESSAGE"]?.hasPrefix("user=<alice>, password=1, service=imap, ip=192.88.98.1, ") == true)
        #expect(login["AUDIT_PASSWORD"] == "1" && login["AUDIT_SERVICE"] == "imap" && login["AUDIT_BLOCKED"] == "False")
        #expect(login["_SYSTEMD_UNIT"] == "web-auth.service" && login["PRIORITY"] == "6")
        let failure = try #require(
            try await site.entries("SYSLOG_IDENTIFIER=mail-auth", "AUDIT_IP=192.88.99.7", "AUDIT_EVENT=wrong_password")
                .last)
        #expect(failure["AUDIT_USER"] == "alice" && failure["AUDIT_REASON"] == "invalid password")
        #expect(failure["PRIORITY"] == "5")
        let file = try await site.machine.run("tail", "-n", "50", "/var/log/dovecot-web-auth/audit.jsonl")
        #expect(file.contains("\"event\":\"wrong_password\""))
    }

    @Test func `places are known from MaxMind's file, and rows reach the embedded database`() async throws {
        let site = try await SystemdSite.shared
        #expect(try await site.login(from: "176.112.169.218").status == 200)
        try await site.wait("a record with a place") {
            try await site.entries("SYSLOG_IDENTIFIER=mail-audit", "AUDIT_IP=176.112.169.218")
                .contains { $0["AUDIT_MAXMIND_COUNTRY"]?.contains("RU") == true }
        }
        try await site.wait("a row of the log") {
            try await site.machine.run("web-auth-server", "app-password", "history", "1").contains("176.112.169.218")
        }
    }

    @Test func `systemctl reload takes a list into use, and a bad file changes nothing`() async throws {
        let site = try await SystemdSite.shared
        let (list, settings) = ("/etc/dovecot-web-auth/lists/ip_networks.deny.lst", "/etc/dovecot-web-auth/config.toml")
        let process = try await site.property("MainPID")
        #expect(try await site.login(from: "192.88.97.9").status == 200)
        try await site.machine.write("192.88.97.0/24\n", to: list)
        try await site.machine.run("systemctl", "reload", "web-auth")
        try await site.wait("the list's network refused") { try await site.login(from: "192.88.97.9").status != 200 }

        for (path, bad) in [(list, "nonsense\n"), (settings, "[audit\n")] {
            let good = try await site.machine.run("cat", path)
            try await site.machine.write(bad, to: path)
            try await site.machine.run("systemctl", "reload", "web-auth")
            try await site.wait("a refusal") {
                try await site.property("StatusText").contains("the last reload was refused and changed nothing")
            }
            #expect(try await site.property("ActiveState") == "active")
            #expect(try await site.login(from: "192.88.97.9").status != 200, "the list of before is in force")
            #expect(try await site.login().status == 200)
            try await site.machine.write(good, to: path)
            try await site.machine.run("systemctl", "reload", "web-auth")
            try await site.wait("good files in use") {
                try await site.property("StatusText") == "serving on 127.0.0.1 port 8000"
            }
        }
        try await site.machine.write("", to: list)
        try await site.machine.run("systemctl", "reload", "web-auth")
        try await site.wait("the empty list in use") { try await site.login(from: "192.88.97.9").status == 200 }
        #expect(try await site.property("MainPID") == process)
    }

    @Test func `whoever logs in while it is started anew is let in, and so is who comes when it was killed`()
        async throws
    {
        let site = try await SystemdSite.shared
        let isDone = Flag()
        async let answers: [Int] = {
            var statuses: [Int] = []
            // A connection each.
            while !isDone.isSet { statuses.append(try await site.login().status) }
            return statuses
        }()
        do {
            defer { isDone.set() }
            for _ in 1...3 { try await site.restart() }
            let process = try await site.property("MainPID")
            try await site.signal("KILL")
            try await site.waitForAnother(than: process)
        }
        // A login that the killed process held is gone with it.
        let (all, bad) = try await (answers.count, answers.filter { $0 != 200 }.count)
        #expect(all > 10 && bad <= 1, "\(bad) of \(all)")
    }

    @Test func `killed six times in quick succession it comes back each time, and lets in`() async throws {
        let site = try await SystemdSite.shared
        for _ in 1...6 {
            let process = try await site.property("MainPID")
            try await site.signal("KILL")
            try await site.waitForAnother(than: process)
        }
    }

    @Test func `killed before it can start, again and again, it comes back`() async throws {
        let site = try await SystemdSite.shared
        try await site.restart()
        var (killed, seen) = (0, Set<String>())
        try await site.wait("eight ends", within: .seconds(60)) {
            let process = try await site.property("MainPID")
            if process != "0", seen.insert(process).inserted {
                try await site.machine.shell("kill -KILL \(process) || :")
                killed += 1
            }
            return killed == 8
        }
        try await site.waitForAnother(than: "0")
    }

    @Test func `one that does not move any more is started anew within 40 s`() async throws {
        let site = try await SystemdSite.shared
        let process = try await site.property("MainPID")
        try await site.signal("STOP")
        try await site.waitForAnother(than: process, within: .seconds(40))
        #expect(try await !site.entries("-u", "web-auth", "-g", "Watchdog timeout").isEmpty)
    }

    @Test func `settings that cannot be used are not tried again and again`() async throws {
        let site = try await SystemdSite.shared
        let settings = "/etc/dovecot-web-auth/config.toml"
        let good = try await site.machine.run("cat", settings)
        try await site.machine.write("[audit\n", to: settings)
        try await site.machine.shell("! systemctl restart web-auth")
        #expect(try await site.property("ActiveState") == "failed")
        #expect(try await site.property("ExecMainStatus") == "78")
        try await site.machine.write(good, to: settings)
        try await site.restart()
        #expect(try await site.login().status == 200)
    }

    @Test func `of each login in a flood the journal has a record`() async throws {
        let site = try await SystemdSite.shared
        let password = try await site.addPassword(for: "flood")
        let count = Program.isRelease ? 20_000 : 6000
        let start = ContinuousClock.now
        #expect(try await site.logIn("flood", password, times: count) == [200: count])
        if Program.isRelease {
            #expect(ContinuousClock.now - start < .seconds(30), "too slow to be dropped by anybody")
        }
        let records = { () async throws -> Int in
            try await site.machine.run("journalctl", "--sync")
            let script = "journalctl -q --no-pager -o cat SYSLOG_IDENTIFIER=mail-audit AUDIT_USER=flood | wc -l"
            return Int(try await site.machine.shell(script).trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
        }
        var last = -1
        try await site.wait("all records", within: .seconds(60)) {
            let now = try await records()
            defer { last = now }
            return now >= count || now == last
        }
        #expect(try await records() == count)
        #expect(try await site.get("/readyz").body.contains("audit journal: ok"))
    }

    @Test func `systemctl stop ends well, with every row written`() async throws {
        let site = try await SystemdSite.shared
        #expect(try await site.login(from: "198.51.100.77").status == 200)
        try await site.machine.run("systemctl", "stop", "web-auth")
        #expect(try await site.property("ActiveState") == "inactive")
        #expect(try await site.property("Result") == "success")
        #expect(try await site.property("ExecMainStatus") == "0")
        #expect(try await site.machine.run("web-auth-server", "app-password", "history", "1").contains("198.51.100.77"))
        #expect(try await site.login().status == 0)
        try await site.machine.run("systemctl", "start", "web-auth")
        #expect(try await site.login().status == 200)
    }

    @Test func `systemd-analyze finds little exposed`() async throws {
        let site = try await SystemdSite.shared
        let report = try await site.machine.run("systemd-analyze", "security", "--no-pager", "web-auth")
        let level = try #require(report.firstMatch(of: /exposure level for web-auth.service: ([0-9.]+)/))
        #expect(try #require(Double(level.1)) <= 1.5, "\(report)")
    }
}

import Foundation
import Testing

/// Alarms of the real program: in the audit trail, at a webhook, in mails, and what they suspend.
@Suite(.timeLimit(.minutes(5)))
struct AlarmTests {
    /// Puts a sendmail into a directory that keeps each mail in a file.
    private func writeSendmail(to directory: TemporaryDirectory) throws {
        try directory.write(
            "sendmail",
            """
            #!/bin/sh
            { echo "arguments: $*"; cat; } > "\(directory.path)/$$.part" && mv "\(directory.path)/$$.part" "\(directory.path)/$$.mail"

            """)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory.path + "/sendmail")
    }

    /// A directory with settings, a sendmail that keeps each mail in a file, and an app password of alice.
    private func site(_ settings: String) throws -> (directory: TemporaryDirectory, password: String) {
        let directory = try TemporaryDirectory()
        try writeSendmail(to: directory)
        try directory.write(
            "config.toml",
            """
            [audit]
            sinks = ["jsonl:audit.jsonl"]
            [alarms]
            sendmail = "\(directory.path)/sendmail"
            \(settings)

            """)
        let added = try Program.run(["app-password", "add", "alice", "--comment", "Schlüssel"], in: directory)
        try #require(added.status == 0, "\(added.errors)")
        return (directory, String(added.output.dropLast()))
    }

    private func mails(in directory: TemporaryDirectory) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return names.filter { $0.hasSuffix(".mail") }.sorted().map { directory.read($0) }
    }

    private func alarms(in directory: TemporaryDirectory) -> [Substring] {
        directory.read("audit.jsonl").split(separator: "\n").filter { $0.contains(#""event":"alarm""#) }
    }

    private func end(_ server: ServerProcess) async {
        server.signal(SIGTERM)
        #expect(await server.waitForExit() == 0, "\(server.logText)")
    }

    @Test func `a revoked password that is tried: an event, a post, a mail, and once only`() async throws {
        let hook = try HookServer(statuses: [503, 200])
        let (directory, password) = try site(
            """
            webhook = "http://127.0.0.1:\(hook.port)/hook?secret=s3cret"
            mail_to = ["root@example.org", "second@example.org"]
            mail_from = "service@example.org"
            """)
        #expect(try Program.run(["app-password", "revoke", "1"], in: directory).status == 0)
        let server = try await ServerProcess(in: directory)
        for _ in 0..<5 { #expect(try server.auth("alice", password, from: "192.88.98.7").status == 410) }
        // The first post was answered 503.
        await hook.wait(for: 2)
        let metrics = try server.request("GET", "/metrics").body
        #expect(metrics.contains(#"webauth_alarms_total{kind="revoked_tried"} 1"#))
        await end(server)
        #expect(alarms(in: directory).count == 1)
        let event = String(try #require(alarms(in: directory).first))
        #expect(hook.bodies == [event, event])
        #expect(
            hook.heads[0].hasPrefix("POST /hook?secret=s3cret HTTP/1.1") && hook.heads[0].contains("application/json"))
        for part in [
            #""priority":4"#, #""alarm":"revoked_tried""#, #""action":"notify""#, #""user":"alice""#, #""password":1"#,
            #""ip":"192.88.98.7""#, #""allowed":false"#, #""reason":"the first try""#,
        ] { #expect(event.contains(part), "\(part): \(event)") }
        #expect(!server.logText.contains("s3cret"))
        let mail = try #require(mails(in: directory).first)
        #expect(mails(in: directory).count == 1)
        let lines = mail.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            lines.prefix(10) == [
                "arguments: -t -i", "To: root@example.org,", " second@example.org", "From: service@example.org",
                "Subject: [mail logins] alice: revoked app password tried", "Auto-Submitted: auto-generated",
                "MIME-Version: 1.0",
                "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "",
            ])
        let text = Data(base64Encoded: lines.dropFirst(10).joined()).map { String(decoding: $0, as: UTF8.self) } ?? ""
        #expect(text.contains("Password    1 (Schlüssel)") && text.contains("refused"), "\(text)")
    }

    @Test(.enabled(if: MailSite.canRun, "\(MailSite.missing)"))
    func `a user is told at another address that the directory has, beside the administrator`() async throws {
        // One of the two is the mailbox itself, whoever reads which may be the thief.
        let login = "alice@example.com"
        let addresses = ["ALICE@example.com", "alice@elsewhere.example"].map { "mail: \($0)" }
        let site = try await MailSite(
            accounts: LDIF.account(login, more: (["homeDirectory: /home/mail"] + addresses).joined(separator: "\n")))
        let directory = site.directory
        try writeSendmail(to: directory)
        try directory.write(
            "config.toml",
            directory.read("config.toml") + """

                [alarms]
                sendmail = "\(directory.path)/sendmail"
                mail_to = ["root@example.org"]
                notify_attribute = "mail"

                """)
        let plugin = RoundcubePlugin(site: site)
        let password = try await plugin.add(login)
        try await site.sql("UPDATE app_passwords SET deleted = UTC_TIMESTAMP(3)")
        let server = try await ServerProcess(in: directory)
        #expect(try server.auth(login, password).status == 410)
        let start = Date()
        while mails(in: directory).count < 2, Date().timeIntervalSince(start) < 60 {
            try await Task.sleep(for: .milliseconds(50))
        }
        await end(server)
        let sent = mails(in: directory)
        let recipients = sent.compactMap { mail in
            mail.split(separator: "\n").first { $0.hasPrefix("To: ") }.map(String.init)
        }
        #expect(Set(recipients) == ["To: root@example.org", "To: alice@elsewhere.example"] && sent.count == 2)
        // How to revoke is said to each in his own words.
        let toUser = try #require(sent.first { $0.contains("To: alice@elsewhere.example") })
        #expect(!toUser.contains("web-auth-server app-password"), "\(toUser)")
    }

    @Test func `an end that is near is a mail, once`() async throws {
        let (directory, _) = try site(#"mail_to = ["root@example.org"]"#)
        #expect(try Program.run(["app-password", "limit", "1", "--expires", "2d"], in: directory).status == 0)
        // As if it had been made a while ago.
        try SQLiteShell.run(
            "UPDATE app_password_limits SET set_at = '2020-01-01 00:00:00'", on: directory.path + "/var/web-auth.sqlite"
        )
        for _ in 0..<2 {
            let server = try await ServerProcess(in: directory)
            let start = Date()
            while mails(in: directory).isEmpty, Date().timeIntervalSince(start) < 60 {
                try await Task.sleep(for: .milliseconds(50))
            }
            await end(server)
        }
        let mail = try #require(mails(in: directory).first)
        #expect(mails(in: directory).count == 1)
        #expect(mail.contains("Subject: [mail logins] alice: app password 1 ends on "))
    }

    @Test func `an account from ten networks has its password suspended, until it is released`() async throws {
        let (directory, password) = try site(
            """
            account_from_many = "suspend"
            mail_to = ["root@example.org"]
            quiet_networks = ["45.9.0.0/16"]
            """)
        let server = try await ServerProcess(in: directory)
        for network in 0..<30 { #expect(try server.auth("alice", password, from: "45.9.\(network).1").status == 200) }
        for network in 1...9 { #expect(try server.auth("alice", password, from: "45.8.\(network).1").status == 200) }
        #expect(try server.auth("alice", password, from: "45.8.9.7").status == 200)
        #expect(try server.auth("alice", password, from: "45.8.10.1").status == 200)
        await server.waitForLog("an app password is suspended")
        let refused = try server.auth("alice", password, from: "45.8.1.1")
        #expect(refused.status == 410 && refused.body.contains("suspended"), "\(refused)")
        #expect(try Program.run(["app-password", "release", "1"], in: directory).status == 0)
        #expect(try server.auth("alice", password, from: "45.8.1.1").status == 200)
        let metrics = try server.request("GET", "/metrics").body
        #expect(metrics.contains(#"webauth_alarms_total{kind="account_from_many"} 1"#))
        #expect(metrics.contains(#"webauth_alarm_messages_total{channel="suspension",outcome="delivered"} 1"#))
        await end(server)
        #expect(
            alarms(in: directory).count == 1 && alarms(in: directory).first?.contains(#""action":"suspend""#) == true)
        let text = mails(in: directory).joined()
        #expect(mails(in: directory).count == 1)
        let body = Data(base64Encoded: text.split(separator: "\n\n").dropFirst().joined().replacing("\n", with: ""))
        #expect(String(decoding: body ?? Data(), as: UTF8.self).contains("app-password release 1"))
    }

    @Test func `what was learnt outlives the process, and what is damaged does not end it`() async throws {
        let (directory, password) = try site("")
        #expect(try Program.run(["app-password", "revoke", "1"], in: directory).status == 0)
        for (round, count) in [(0, 1), (1, 1), (2, 2)] {
            if round == 2 {
                let file = directory.read("var/alarms")
                #expect(file.hasPrefix("web-auth alarms 1\n") && file.contains("\nP 1 "))
                try directory.write("var/alarms", String(file.dropLast(4)))
                OrdinaryUser.own(directory.path + "/var/alarms")
            }
            let server = try await ServerProcess(in: directory)
            #expect(try server.auth("alice", password).status == 410)
            await end(server)
            #expect(alarms(in: directory).count == count, "round \(round)")
            #expect(server.logText.contains("is learnt anew") == (round == 2))
        }
        #expect(directory.read("var/alarms.broken").hasPrefix("web-auth alarms 1\n"))
        let mode = try FileManager.default.attributesOfItem(atPath: directory.path + "/var/alarms")[.posixPermissions]
        #expect(mode as? Int == 0o600)
        #expect(mails(in: directory).isEmpty)
    }

    @Test func `mails that cannot be sent and hooks that are not there hold nobody`() async throws {
        let (directory, password) = try site(
            """
            webhook = "http://127.0.0.1:1/"
            mail_to = ["root@example.org"]
            """)
        try FileManager.default.removeItem(atPath: directory.path + "/sendmail")
        try directory.write("sendmail", "#!/bin/sh\necho 'no rights\u{1b}[2J' >&2\nexit 75\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: directory.path + "/sendmail")
        #expect(try Program.run(["app-password", "revoke", "1"], in: directory).status == 0)
        let server = try await ServerProcess(in: directory)
        #expect(try server.auth("alice", password).status == 410)
        await server.waitForLog("an alarm could not be told")
        #expect(try server.auth("alice", password).status == 410)
        #expect(server.logText.contains("status 75 no rights"), "\(server.logText)")
        await end(server)
        #expect(alarms(in: directory).count == 1)
    }
}

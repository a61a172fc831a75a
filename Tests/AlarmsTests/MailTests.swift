import AuditCore
import Testing

@testable import Alarms

struct MailTests {
    private func alarm(
        _ kind: AlarmKind = .newCountry, user: String = "alice", password: Int64? = 17, at time: Timestamp = .at(),
        action: AlarmAction = .notify
    ) -> AlarmRecord {
        var place = AlarmRecord.Place(time: time, address: IPAddress("198.51.100.1"))
        (place.country, place.asNumber, place.asName, place.name) = ("FR", 3215, "Orange S.A.", "Paris, IDF, France")
        var before = AlarmRecord.Place(time: .at(), address: IPAddress("192.0.2.1"))
        (before.country, before.asNumber, before.asName) = ("DE", 3320, "Telekom")
        return AlarmRecord(
            kind, id: "0123456789", user: user, passwordID: password, service: "imap", isAllowed: kind != .revokedTried,
            place: place, before: before, reason: "known countries: DE", action: action)
    }

    // MARK: - Addresses and headers

    @Test(arguments: [
        ("alice@example.org", true), ("a.b+c@mail-1.example.org", true), ("root@localhost", true), ("alice", false),
        ("@example.org", false), ("alice@", false), ("a@b@c", false), ("alice@example.org, eve@example.net", false),
        ("alice@example.org\nBcc: eve@example.net", false), ("alice@example.org\r\nX: y", false),
        ("<alice@example.org>", false),
        ("alice @example.org", false), ("\"a b\"@example.org", false), ("alice@[192.0.2.1]", false),
        ("a..b@example.org", false),
        (".a@example.org", false), ("-f@example.org", false), ("müller@example.org", false),
        ("a@exa\u{0}mple.org", false),
        ("a@example..org", false), ("", false), (String(repeating: "a", count: 65) + "@example.org", false),
    ])
    func `an address is one that can stand in a header`(text: String, isOne: Bool) {
        #expect((MailAddress(text) != nil) == isOne)
    }

    @Test(arguments: [
        "alice\nBcc: eve@example.net", "alice\r\n\r\nbody", "\u{2028}Bcc: x", "a\u{0}b", "=?utf-8?B?QmNj?=",
        String(repeating: "ü", count: 300), String(repeating: "\n.\n", count: 100), "\u{202e}evil",
        "ä\nTo: eve@example.net",
        "\u{85}Bcc: x",
    ])
    func `nothing in a name makes a header`(text: String) throws {
        let to = try #require(MailAddress("root@example.org"))
        var alarm = alarm(user: text)
        alarm.service = text
        alarm.reason = text
        alarm.place.name = text
        alarm.place.asName = text
        let words = AlarmWords(alarm, comment: text)
        let bytes = MailMessage(to: [to], subject: words.subject, text: words.text(for: .administrator)).bytes
        #expect(bytes.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0A })
        let mail = String(decoding: bytes, as: UTF8.self)
        let head = mail.prefix(upTo: mail.firstRange(of: "\n\n")?.lowerBound ?? mail.endIndex)
        let names = head.split(separator: "\n").filter { !$0.hasPrefix(" ") }.map { $0.prefix { $0 != ":" } }
        #expect(
            names == [
                "To", "Subject", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
            ])
        #expect(
            mail.split(separator: "\n", omittingEmptySubsequences: false).allSatisfy {
                $0.utf8.count <= 900 && $0 != "."
            })
        // The text of a plain mail has as many lines as without.
        if mail.contains("7bit") {
            let plain = AlarmWords(self.alarm(), comment: "x").text(for: .administrator)
            #expect(words.text(for: .administrator).split(separator: "\n").count == plain.split(separator: "\n").count)
        }
    }

    @Test func `subjects and texts of other letters are encoded`() throws {
        let to = try #require(MailAddress("root@example.org"))
        let mail = String(
            decoding: MailMessage(to: [to], from: to, subject: "Müller: häßlich", text: "ä\n").bytes, as: UTF8.self)
        #expect(
            mail == """
                To: root@example.org
                From: root@example.org
                Subject: =?utf-8?B?TcO8bGxlcjogaMOkw59saWNo?=
                Auto-Submitted: auto-generated
                MIME-Version: 1.0
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: base64

                w6QK

                """)
        for length in 0..<200 {
            let encoded = MailMessage.encoded(String(repeating: "日", count: length))
            #expect(encoded.split(separator: "\n").allSatisfy { $0.utf8.count <= 75 })
        }
        #expect(MailMessage.encoded("plain") == "plain")
    }

    // MARK: - Words

    @Test func `a mail says all that is needed`() {
        let words = AlarmWords(alarm(action: .suspend), comment: "scanner")
        #expect(words.subject == "alice: app password used in a new country (FR)")
        #expect(
            words.text(for: .administrator) == """
                An app password of alice was used in a country where it had not been used before.

                Login       successful
                User        alice
                Password    17 (scanner)
                Service     imap
                When        2026-11-30 00:53:20 UTC
                Where       198.51.100.1, Paris, IDF, France (FR)
                Network     AS3215 Orange S.A.
                Before      2026-11-30 00:53:20 UTC, 192.0.2.1 (DE)
                            AS3320 Telekom
                Why         known countries: DE
                Alarm       0123456789 (new_country)

                The app password has been suspended: nobody can log in with it.
                If all is well, release it:

                    web-auth-server app-password release 17

                If this was not the user, revoke the app password:

                    web-auth-server app-password revoke 17

                """)
        let user = words.text(for: .user)
        #expect(user.contains("of your account alice") && user.contains("webmail") && !user.contains("web-auth-server"))
        let tried = AlarmWords(alarm(.revokedTried), comment: nil).text(for: .administrator)
        #expect(tried.contains("tried, and refused") && !tried.contains("app-password revoke"))
        for kind in AlarmKind.allCases {
            for reader in [AlarmWords.Reader.administrator, .user] {
                let text = AlarmWords(alarm(kind, password: nil), comment: nil).text(for: reader)
                #expect(text.contains("198.51.100.1") && text.contains("AS3215") && text.contains("0123456789"))
            }
        }
    }

    // MARK: - The plan

    private func isAlarm(_ mail: MailPlan.Mail) -> Bool { if case .alarm = mail { true } else { false } }

    @Test func `a user has one mail a day, and a digest of the rest`() {
        var plan = MailPlan()
        #expect(plan.take(alarm(), at: .at()) == [.alarm(alarm())])
        for hour in 1..<24 { #expect(plan.take(alarm(.newAS), at: .at(hour: hour)).isEmpty) }
        #expect(plan.take(alarm(user: "bob"), at: .at(hour: 23)).count == 1)
        #expect(plan.due(at: .at(hour: 23, minute: 59)).isEmpty)
        #expect(
            plan.due(at: .at(day: 1))
                == [.digest(user: "alice", Array(repeating: alarm(.newAS), count: 20), more: 3)])
        #expect(plan.due(at: .at(day: 1)).isEmpty)
        // The digest was the day's mail.
        #expect(plan.take(alarm(), at: .at(day: 1, hour: 5)).isEmpty)
        #expect(plan.due(at: .at(day: 2)) == [.digest(user: "alice", [alarm()], more: 0)])
        #expect(plan.take(alarm(), at: .at(day: 9)) == [.alarm(alarm())])
    }

    @Test func `a suspension waits for no digest, and a digest not for it`() {
        var plan = MailPlan()
        let suspension = alarm(.passwordInTwoPlaces, action: .suspend)
        #expect(plan.take(alarm(), at: .at()).count == 1)
        #expect(plan.take(alarm(.newAS), at: .at(hour: 1)).isEmpty)
        #expect(plan.take(suspension, at: .at(hour: 2)) == [.alarm(suspension)])
        #expect(plan.due(at: .at(day: 1)) == [.digest(user: "alice", [alarm(.newAS)], more: 0)])
        for index in 0..<19 { _ = plan.take(alarm(user: "user\(index)"), at: .at(day: 1)) }
        #expect(
            plan.take(suspension, at: .at(day: 1)) == [.stormBegins(mails: 20, until: .at(day: 1, hour: 1))])
    }

    @Test func `a clock that was set back silences nothing`() {
        var plan = MailPlan()
        for index in 0..<21 { _ = plan.take(alarm(user: "user\(index)"), at: .at(day: 30)) }
        #expect(plan.due(at: .at(day: 1)).isEmpty)
        #expect(
            plan.due(at: .at(day: 1, hour: 1))
                == [.stormEnds(since: .at(day: 1), counts: [.newCountry: 1], users: 1)])
        #expect(plan.take(alarm(user: "user7"), at: .at(day: 1, hour: 2)).isEmpty)
        #expect(plan.due(at: .at(day: 2)) == [.digest(user: "user7", [alarm(user: "user7")], more: 0)])
    }

    @Test func `a name in other letters is the same user's`() {
        var plan = MailPlan()
        #expect(plan.take(alarm(), at: .at()).count == 1)
        #expect(plan.take(alarm(user: "Alice"), at: .at(hour: 1)).isEmpty)
        #expect(plan.due(at: .at(day: 1)) == [.digest(user: "Alice", [alarm(user: "Alice")], more: 0)])
    }

    @Test func `a digest says what was refused or suspended, and the administrator's how to release it`() {
        let alarms = [alarm(.revokedTried), alarm(.newCountry, password: 18, action: .suspend), alarm(.newAS)]
        let text = AlarmWords.digest("alice", alarms, more: 0, for: .administrator).text
        #expect(
            text == """
                Since the last mail about alice there were 3 more:

                2026-11-30 00:53:20 UTC  revoked app password tried: app password 17, 198.51.100.1, Paris, IDF, France (FR), refused  [0123456789]
                2026-11-30 00:53:20 UTC  app password used in a new country: app password 18, 198.51.100.1, Paris, IDF, France (FR), SUSPENDED  [0123456789]
                2026-11-30 00:53:20 UTC  app password used through a new AS: app password 17, 198.51.100.1, Paris, IDF, France (FR)  [0123456789]

                If all is well, release what has been suspended:

                    web-auth-server app-password release 18

                """)
        #expect(!AlarmWords.digest("alice", alarms, more: 0, for: .user).text.contains("web-auth-server"))
    }

    @Test func `in a storm there are no mails but two`() {
        var plan = MailPlan()
        var mails: [MailPlan.Mail] = []
        for index in 0..<500 { mails += plan.take(alarm(user: "user\(index)"), at: .at(minute: index / 10)) }
        #expect(mails.count == 21 && mails.prefix(20).allSatisfy(isAlarm))
        #expect(mails.last == .stormBegins(mails: 20, until: .at(hour: 1, minute: 2)))
        #expect(plan.due(at: .at(hour: 1, minute: 1)).isEmpty)
        #expect(
            plan.due(at: .at(hour: 1, minute: 2))
                == [.stormEnds(since: .at(minute: 2), counts: [.newCountry: 480], users: 480)])
        #expect(plan.take(alarm(user: "new"), at: .at(hour: 1, minute: 3)).count == 1)
    }

    @Test func `the plan is bounded`() {
        var plan = MailPlan()
        var count = 0
        for index in 0..<20_000 { count += plan.take(alarm(user: "user\(index)"), at: .at(minute: index * 10)).count }
        #expect(count == 20_000)
        #expect(
            Mirror(reflecting: plan).children.first { $0.label == "users" }.map { "\($0.value)".count < 10_000_000 }
                == true)
    }

    // MARK: - Ends

    private func ending(
        _ id: Int64 = 17, user: String = "alice", comment: String? = "scanner", limit: String = "expires"
    )
        -> PasswordEnding
    {
        PasswordEnding(
            time: .at(), user: user, passwordID: id, comment: comment, end: Timestamp(milliseconds: 1_798_761_600_000),
            limit: limit)
    }

    @Test func `a mail of an end says which password it is, when it ends, and what to do`() {
        let words = EndingWords(ending())
        #expect(words.subject == "alice: app password 17 ends on 2027-01-01")
        #expect(
            words.text(for: .administrator) == """
                An app password of alice ends soon.

                Password    17 (scanner)
                Ends        2027-01-01 00:00 UTC
                Why         it was made to end then

                To let it last longer:

                    web-auth-server app-password limit 17 --expires 90d

                """)
        let unused = EndingWords(ending(comment: nil, limit: "unused_days")).text(for: .user)
        #expect(unused.contains("Password    17\n") && unused.contains("log in with it once"))
    }

    @Test func `nothing in an end's names makes a header`() throws {
        let to = try #require(MailAddress("root@example.org"))
        let words = EndingWords(ending(user: "a\nBcc: eve@example.net", comment: "b\r\nBcc: eve@example.net"))
        let mail = MailMessage(to: [to], subject: words.subject, text: words.text(for: .user)).bytes
        #expect(!String(decoding: mail, as: UTF8.self).contains("\nBcc"))
    }

    @Test func `mails of ends wait where there are many, and none is lost of a thousand`() {
        var plan = MailPlan()
        var sent: [MailPlan.Mail] = []
        for id in 0..<1000 { sent += plan.take(ending(Int64(id)), at: .at()) }
        #expect(sent.count == MailPlan.mostEndings)
        // An alarm among them goes out at once.
        #expect(plan.take(alarm(), at: .at()) == [.alarm(alarm())])
        for hour in 1...20 { sent += plan.due(at: Timestamp.at().advanced(by: .seconds(3600 * hour))) }
        #expect(sent == (0..<1000).map { .ending(ending(Int64($0))) })
    }

    @Test func `a restart sends no second mail a day, and counts those of the last hour`() throws {
        var plan = MailPlan()
        #expect(plan.take(alarm(), at: .at()).count == 1)
        #expect(plan.take(alarm(), at: .at(minute: 1)).isEmpty)
        var next = try MailPlan(reading: plan.text, now: .at(minute: 2))
        #expect(next.text == plan.text && !String(decoding: plan.text, as: UTF8.self).contains(alarm().user))
        #expect(next.take(alarm(), at: .at(minute: 3)).isEmpty)
        // What waited when the first one ended is not in the digest.
        guard case .digest(_, let alarms, more: 0)? = next.due(at: .at(day: 1, minute: 1)).first else {
            Issue.record("no digest")
            return
        }
        #expect(alarms.count == 1)
    }

    @Test(arguments: ["", "M ab", "M ab -", "M xyz 1", "M ab 1 2", "M ab 1\nM ab 1", "T", "T -", "X 1", "T 1 1"])
    func `a plan that nobody wrote is refused`(lines: String) {
        let body = Array((lines + "\n").utf8)
        let sum = String(MemoryWriter.sum(body[...]), radix: 16)
        let count = lines.split(separator: "\n", omittingEmptySubsequences: false).count
        let file = Array("web-auth alarm mails 1\n".utf8) + body + Array("Z \(count) \(sum)\n".utf8)
        #expect(throws: AlarmMemoryError.self) { try MailPlan(reading: file, now: .at()) }
        #expect(throws: AlarmMemoryError.self) { try MailPlan(reading: AlarmMemory().text, now: .at()) }
    }
}

import AuditCore
import Foundation
import Testing
@testable import Report

struct ReportTests {
    private static let yaml = """
        KNOWN_GOOD_ASNS: [AS3320]
        KNOWN_DNS_SUFF: [mpg.de]
        AS_COMMENTS: {AS47764: "isn't a VPN", AS3320: Telekom}
        """

    private static let records: [ReportRecord] = [
        Records.login("alice"), Records.login("alice", at: 1), Records.login("o'brien", at: 2),
        Records.refusal("o'brien", at: 3), Records.refusal("o'brien", at: 4), Records.refusal("eve", at: 5, "asn"),
        Records.login("carol", at: 6) {
            $0.address = "141.5.11.2"; $0.host = "pc.mpg.de"; $0.asNumber = "AS680"; $0.asOrganization = "DFN"
        },
        Records.login("dave", at: 7) {
            $0.address = "10.0.0.1"
            ($0.host, $0.asNumber, $0.asOrganization, $0.asName) = (
                nil, nil, nil, "a local network with a very long name"
            )
        },
        Records.failure("wrong_password", at: 8, suppressed: 4), Records.failure("revoked", at: 9),
        Records.refusal("alice", at: 9, "deleted"),
    ]

    @Test func `the text is the old mail, and what it had not`() throws {
        let text = try Records.report(Self.records, .text, knowledge: ReportKnowledge(yaml: Self.yaml))
        #expect(
            text == """
                Blocked users:
                 o'brien (net_cc:RU)
                 alice (deleted)
                 eve (asn:AS47764 LLC VK)

                Statistics
                 4 unique ASNs, 3 unknown, 1 known
                 4 unique IPs, 2 unknown, 2 known

                Unknown ASNs
                 4 !AS47764   LLC VK (isn't a VPN)
                 1 AS680      DFN
                 1 None       a local network with a very long name

                Unknown IPs and Hosts
                 4 !176.112.169.218 rimap26.i.mail.ru
                 1 10.0.0.1         <a local network with a very lo..>

                Known ASNs
                 3 AS3320     DTAG, DE (Telekom)

                Known IPs and Hosts
                 3 192.0.2.1        p1.dip0.t-ipconnect.de
                 1 141.5.11.2       pc.mpg.de

                Logins
                 5 allowed, 4 denied, 5 failed

                Failed logins
                 4 suppressed
                 1 revoked
                 1 wrong_password

                Failed logins, by address
                 1 203.0.113.7

                Revoked passwords still being tried
                 1 alice password ?, last 2024-05-01T02:15:34.120Z from 176.112.169.218

                New for the user
                 !o'brien: RU Russia, 2024-05-01T02:09:34.120Z from 176.112.169.218
                 !o'brien: AS47764 LLC VK, 2024-05-01T02:09:34.120Z from 176.112.169.218
                 !alice: RU Russia, 2024-05-01T02:15:34.120Z from 176.112.169.218
                 !alice: AS47764 LLC VK, 2024-05-01T02:15:34.120Z from 176.112.169.218

                """)
    }

    @Test func `the JSON has the same in numbers`() throws {
        let object = try Records.object(Self.records)
        #expect(object["logins"] as? [String: Int] == ["allowed": 5, "denied": 4, "failed": 5, "would_deny": 0])
        #expect(object["records"] as? Int == 11 && object["users"] as? Int == 5)
        let blocked = object.list("blocked_users")
        #expect(blocked.map { $0["user"] as? String } == ["o'brien", "alice", "eve"])
        let reason = blocked.first?.list("reasons").first
        #expect(reason?["rule"] as? String == "lists/net_cc.deny.lst:12" && reason?["logins"] as? Int == 2)
        #expect(object.list("countries").map { $0["code"] as? String } == ["DE", "RU"])
        #expect(object.list("places").first?["city"] as? String == "Dresden")
        #expect(object.list("asns").last?["asn"] is NSNull)
        #expect(blocked.last?.list("reasons").first?["value"] as? String == "AS47764")
        #expect(blocked.last?.list("reasons").first?["name"] as? String == "LLC VK")
        let bars = (object["timeline"] as? [String: Any])?.list("bars") ?? []
        #expect(bars.compactMap { $0["allowed"] as? Int }.reduce(0, +) == 5)
        #expect(bars.compactMap { $0["failed"] as? Int }.reduce(0, +) == 5)
        #expect(object["notes"] as? [String] == [])
    }

    @Test(arguments: [
        ("asn", "asn:AS47764 LLC VK"), ("as_desc", "as_desc:VK-AS, RU"), ("as_cc", "as_cc:RU"),
        ("net_name", "net_name:VK-FRONT"), ("net_cc", "net_cc:RU"), ("ip", "ip:176.112.169.218"),
        ("rev_host", "rev_host:rimap26.i.mail.ru"), ("geoid", "geoid:Khasavyurt, Russia"),
        ("coords", "coords:43.2,46.6 Khasavyurt, Russia"), ("service", "service:imap"),
        ("entity:MAIL-RU", "entity:MAIL-RU"), ("disallowed", "disallowed:176.112.169.218"), ("deleted", "deleted"),
    ])
    func `what was denied says which AS, network or place`(matched: String, shown: String) throws {
        var record = Records.refusal("eve", matched)
        record.asCountry = "RU"
        #expect(try Records.report([record], .text).hasPrefix("Blocked users:\n eve (\(shown))\n"))
        let value = shown.dropFirst(matched.count + 1)
        #expect(
            try Records.report([record], .html).contains("<bdi>\(value.isEmpty ? Substring(matched) : value)</bdi>"))
    }

    @Test func `an AS that MaxMind alone knows is named`() throws {
        var record = Records.refusal("eve", "asn")
        (record.asNumber, record.asName) = (nil, nil)
        #expect(try Records.report([record], .text).hasPrefix("Blocked users:\n eve (asn:LLC VK)\n"))
    }

    @Test func `what nobody could tell is named so, apart from what is local, and leads no list`() throws {
        func bare(_ address: String?, at minute: Int, _ change: (inout ReportRecord) -> Void = { _ in }) -> ReportRecord
        {
            var record = ReportRecord(time: Records.noon.advanced(by: .seconds(minute * 60)), user: "alice")
            record.address = address
            change(&record)
            return record
        }
        let records =
            (0..<9).map { bare("62.1.1.9", at: $0) } + (0..<5).map { bare("10.0.0.1", at: $0) }
            + (0..<4).map { bare("141.5.11.2", at: $0) { $0.isReserved = true } } + (0..<3).map { bare(nil, at: $0) }
            + [
                Records.login("alice", at: 20),
                Records.login("bob", at: 21) {
                    $0.asNumber = "AS680"; $0.asOrganization = nil; $0.asName = nil
                },
            ]
        let text = try Records.report(records, .text)
        #expect(text.contains("Unknown ASNs\n  1 AS3320     Deutsche Telekom AG\n  1 AS680"), "\(text)")
        #expect(text.contains("\n 12 None       local network\n  9 None       network not known\n"))
        #expect(text.contains(" 9 62.1.1.9         <network not known>\n"))
        #expect(text.contains(" 3 this machine     <local network>\n") && !text.contains("None None"))
        let object = try Records.object(records)
        #expect(
            object.list("countries").map { "\($0["code"] ?? "") \($0["name"] ?? "") \($0["logins"] ?? "")" } == [
                "DE Germany 2", "<null> local 12", "ZZ <null> 9",
            ])
        #expect(
            object.list("networks").map { "\($0["net_name"] ?? "") \($0["logins"] ?? "")" } == [
                "DTAG-DIAL16 2", "local network 12", "network not known 9",
            ])
        let html = try Records.report(records, .html)
        for words in ["local", "country not known", "network not known", "local network", "this machine", "AS680"] {
            #expect(html.contains("<bdi>\(words)</bdi>"), "\(words)")
        }
        #expect(!html.contains("<bdi></bdi>") && !html.contains("&lt;") && !html.contains("local or unknown"))
    }

    @Test(
        arguments: [
            (nil, false, false, true), ("10.0.0.1", false, false, true), ("fd00::1", false, false, true),
            ("127.0.0.1", false, false, true), ("62.1.1.9", false, false, false), ("62.1.1.9", true, false, true),
            ("203.0.113.9", false, false, false), ("203.0.113.9", true, false, true), ("10.0.0.1", false, true, false),
            ("203.0.113.9", true, true, false), ("nonsense", false, false, false), ("2001:db8::1", false, false, false),
        ] as [(String?, Bool, Bool, Bool)])
    func `local is what is of the house, and what nobody was asked about`(
        address: String?, isReserved: Bool, isUnanswered: Bool, isLocal: Bool
    ) {
        var record = ReportRecord(time: Records.noon, user: "a")
        (record.address, record.isReserved, record.isUnanswered) = (address, isReserved, isUnanswered)
        #expect(record.isLocal == isLocal)
    }

    @Test(arguments: 0..<5)
    func `whatever order the records come in, the report is the same`(seed: Int) throws {
        let inOrder =
            Self.records + [
                Records.login("alice", at: 12) {
                    $0.netCountry = "FR"; $0.country = nil; $0.asNumber = "AS3215"
                }
            ]
        for format in ReportFormat.allCases {
            #expect(try Records.report(inOrder.shuffled(), format) == Records.report(inOrder, format))
        }
    }

    @Test func `the machine is in the title, as the records have it, else as the caller says`() throws {
        struct Named: ReportInput {
            var machine: String?
            let notes: [String] = []
            mutating func next() throws(ReportError) -> ReportRecord? { nil }
        }
        let period = ReportPeriod(since: nil, until: Records.noon)
        for (own, title) in [(nil, "mail2"), ("mail1.<b>", "mail1.&lt;b&gt;")] as [(String?, String)] {
            var input = Named(machine: own)
            let html = try Report.run(&input, period: period, format: .html, machine: "mail2")
            #expect(html.contains("<title>Mail logins on \(title)</title>"))
            #expect(html.contains("<h1>Mail logins on \(title)</h1>"))
            let json = try Report.run(&input, period: period, format: .json, machine: "mail2")
            #expect(json.contains("\"machine\":\"\(own ?? "mail2")\""))
        }
        #expect(try Records.report([], .html).contains("<title>Mail logins</title>"))
    }

    @Test func `many new places do not bury the rest of the text`() throws {
        let records = (0..<50).flatMap { number in
            [Records.login("user\(number)", at: number), Records.refusal("user\(number)", at: 100 + number)]
        }
        let text = try Records.report(records, .text)
        #expect(text.contains("New for the user\n !user0: RU Russia") && text.hasSuffix("\n … and 80 more\n"))
        #expect(try Records.object(records).list("new_for_user").count == 100)
    }

    @Test func `what was before the period only tells what is new in it`() throws {
        let records = [
            Records.login("alice", at: 0), Records.login("bob", at: 1), Records.refusal("bob", at: 2),
            Records.refusal("alice", at: 10), Records.refusal("bob", at: 11), Records.refusal("carol", at: 12),
            Records.login("dora", at: 60 * 24),
        ]
        let object = try Records.object(records, since: Records.noon.advanced(by: .seconds(600)))
        #expect(object["logins"] as? [String: Int] == ["allowed": 0, "denied": 3, "failed": 0, "would_deny": 0])
        #expect(
            object.list("new_for_user").map { "\($0["user"] ?? "") \($0["value"] ?? "")" } == [
                "alice RU", "alice AS47764",
            ])
        #expect(((object["timeline"] as? [String: Any])?.list("bars") ?? []).count == 96)
    }

    @Test func `a master user who logs in as others is no news of theirs`() throws {
        let abroad: (inout ReportRecord) -> Void = { record in
            (record.asNumber, record.netCountry) = ("AS2516", "JP")
            record.country = ReportRecord.Country(code: "JP", name: "Japan")
        }
        let records = [
            Records.login("alice", at: 0),
            Records.login("alice", at: 1) { record in
                abroad(&record)
                record.masterUser = "archive"
            },
        ]
        let object = try Records.object(records)
        #expect(object.list("new_for_user").isEmpty)
        #expect((object["logins"] as? [String: Int])?["allowed"] == 2)
        // Nor does it make the place known: when alice goes there, that is news.
        let later = try Records.object(records + [Records.login("alice", at: 2, abroad)])
        #expect(later.list("new_for_user").compactMap { $0["value"] as? String } == ["JP", "AS2516"])
    }

    @Test func `watch mode's records are allowed, and counted apart`() throws {
        let object = try Records.object([Records.login("alice") { $0.matched = "net_cc" }])
        #expect(object["logins"] as? [String: Int] == ["allowed": 1, "denied": 0, "failed": 0, "would_deny": 1])
    }

    @Test func `exceptions are allowed, and neither denied nor watched`() throws {
        let records = [
            Records.login("alice") { ($0.matched, $0.rule) = ("allow:net_cc", "lists/cc.allow.lst:3") },
            Records.login("alice", at: 1) { ($0.matched, $0.rule) = ("allow:net_cc", "lists/cc.allow.lst:3") },
            Records.login("bob") { ($0.matched, $0.rule) = ("allow:user", "lists/users.allow.lst:1") },
            Records.login("carol") { ($0.matched, $0.rule) = ("asn", "lists/as.watch.lst:9") }, Records.login("dave"),
        ]
        let object = try Records.object(records)
        #expect(object["logins"] as? [String: Int] == ["allowed": 5, "denied": 0, "failed": 0, "would_deny": 1])
        #expect(object.list("blocked_users").isEmpty)
        let excepted = object.list("excepted_users")
        #expect(excepted.map { $0["user"] as? String } == ["alice", "bob"])
        #expect(excepted.first?["logins"] as? Int == 2)
        let reason = (excepted.first?["reasons"] as? [[String: Any]])?.first
        #expect(reason?["matched"] as? String == "allow:net_cc" && reason?["value"] as? String == "DE")
        #expect(reason?["rule"] as? String == "lists/cc.allow.lst:3")
        #expect(object.list("watched_users").map { $0["user"] as? String } == ["carol"])
        let text = try Records.report(records, .text)
        #expect(text.contains("\nWould be denied\n carol (asn:AS3320 Deutsche Telekom AG by lists/as.watch.lst:9)\n"))
        #expect(
            text.contains(
                "\nLet in by an exception\n alice (allow:net_cc:DE by lists/cc.allow.lst:3)\n bob (allow:user by "))
        let page = try Records.report(records, .html)
        #expect(page.contains("Let in by an exception") && page.contains("lists/users.allow.lst:1"))
        let none = try Records.report([Records.login("dave")], .text)
        #expect(!none.contains("exception") && !none.contains("Would be denied"))
    }

    @Test func `names typed into failed logins, perhaps passwords, are in no report`() throws {
        for format in ReportFormat.allCases {
            #expect(try !Records.report([Records.failure("unknown_account")], format).contains("hunter2"))
        }
    }

    @Test func `a report of nothing says so`() throws {
        #expect(try Records.report([], .text).contains("Unknown ASNs\nempty list\n"))
        #expect(try Records.object([])["records"] as? Int == 0)
        #expect(try Records.report([], .html).contains("Nobody was refused."))
    }

    @Test func `more keys than fit are named in the notes`() throws {
        let records = (0..<1000).map { number in Records.login("user\(number)") { $0.address = "192.0.2.\(number)" } }
        let notes = try Records.object(records, tableBound: 100)["notes"] as? [String] ?? []
        #expect(notes.contains { $0.hasPrefix("more users than are told apart: about 9") })
        #expect(notes.contains { $0.hasPrefix("more addresses than") })
    }

    @Test func `a long list is cut, with what is left out counted`() throws {
        let records = (0..<1500).map { number in Records.refusal("user\(number)") }
        #expect(try Records.report(records, .text).contains("\n … and 500 more\n"))
        #expect(try Records.object(records).list("blocked_users").count == 1000)
        #expect(try Records.report(records, .html).contains("and 1,300 that are not listed"))
    }

    @Test func `who reads is told how far it is`() throws {
        var source = Records.Source((0..<25_000).map { _ in Records.login("a") })
        var told: [Int] = []
        let period = ReportPeriod(since: nil, until: Records.noon.advanced(by: .seconds(1)))
        _ = try Report.run(&source, period: period, format: .json) { told.append($0) }
        #expect(told == [10_000, 20_000])
    }

    @Test func `alarms have a list of their own, and are no failures`() throws {
        var place = AlarmRecord.Place(time: Records.noon, address: IPAddress("198.51.100.1"))
        place.country = "FR"
        let alarm = AlarmRecord(
            .newCountry, id: "0123456789", user: "<b>alice", passwordID: 17, service: "imap", isAllowed: true,
            place: place,
            before: nil, reason: "known countries: DE", action: .notify)
        let record = try #require(ReportRecord(jsonLine: Array(AuditEntry.alarm(alarm).jsonLine.utf8)))
        let fields = alarm.fields.map { (name: $0.name, value: $0.journalText) }
        #expect(ReportRecord(journalFields: fields, time: Records.noon) == record && record.alarm == "new_country")
        let records = [Records.login("alice"), record, record]
        let object = try Records.object(records)
        #expect(object.list("alarms").map { $0["alarms"] as? Int } == [2])
        #expect(object.list("alarms").map { $0["kind"] as? String } == ["new_country"])
        #expect(object.list("failures").isEmpty && object.list("new_for_user").isEmpty)
        let text = try Records.report(records, .text)
        #expect(
            text.contains(
                "\nAlarms\n 2 new_country \\x3cb\\x3ealice password 17, last \(Records.noon) from 198.51.100.1\n"))
        #expect(text.contains(" 1 allowed, 0 denied, 0 failed"))
        let page = try Records.report(records, .html)
        #expect(page.contains("new country") && page.contains("&lt;b&gt;alice") && !page.contains("<b>alice"))
    }

    @Test func `honeypots are no users, and have a list of their own`() throws {
        let records = [
            Records.login("alice"), Records.login("honey-1", at: 1) { $0.isHoneypot = true },
            Records.refusal("honey-1", at: 2), Records.refusal("honey-2", at: 3),
        ].map { record in
            var record = record
            record.isHoneypot = record.user.hasPrefix("honey")
            return record
        }
        let object = try Records.object(records)
        #expect(object["users"] as? Int == 1 && object.list("blocked_users").isEmpty)
        #expect(object.list("new_for_user").isEmpty)
        #expect(object.list("honeypots").map { $0["user"] as? String } == ["honey-1", "honey-2"])
        #expect(object.list("honeypots").map { $0["denied"] as? Int } == [1, 1])
        let text = try Records.report(records, .text)
        #expect(text.hasPrefix("Blocked users:\n\nStatistics\n"))
        #expect(text.contains("\nHoneypots\n") && text.contains(" 1 !honey-2, last "))
        #expect(try Records.report(records, .html).contains("<h2>Honeypots</h2>"))
    }

    @Test func `a honeypot's event is no failed login`() throws {
        let object = try Records.object([Records.login("honey"), Records.failure("honeypot", at: 1)])
        #expect((object["logins"] as? [String: Any])?["failed"] as? Int == 0)
        #expect(object.list("failures").first?["event"] as? String == "honeypot")
    }
}

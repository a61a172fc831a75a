import AuditCore
import AuditCoreTesting
import Testing

/// The old program's lines and fields, to the letter.
struct AuditRecordTests {
    @Test func `a login from a data centre is written as the old program wrote it`() {
        #expect(
            SampleRecords.vk().message == """
                user=<honey-craig>, service=imap, ip=176.112.169.218, host=rimap26.i.mail.ru, asn=AS47764, as_cc=RU, \
                as_desc=<VK-AS, RU>, as_org=<LLC VK>, net_name=<VK-FRONT>, net_cc=RU, entity=EY1327-RIPE, \
                entity=ORG-LLCn4-RIPE, entity=RIPE-NCC-END-MNT, entity=VKCOMPANY-MNT, entity=VKNC, entity=MAIL-RU, \
                city=<550478/Khasavyurt>, subdivision=<567293/Dagestan>, country=<2017370/Russia>, \
                represented_country=<None/None>, registered_country=<2017370/Russia>, lat=43.2465, lon=46.59, rad=20km
                """)
    }

    @Test func `a login from a local network shows the names of the settings`() {
        #expect(
            SampleRecords.local().message == """
                user=<honey>, service=imap, ip=172.17.1.204, host=dhcp204.internal, asn=None, as_cc=ZZ, \
                as_desc=<MPI PKS local network>, as_org=<None>, net_name=<DHCP Network>, net_cc=ZZ, entity=
                """)
    }

    @Test func `no city and no subdivision are written as the old program wrote them`() {
        #expect(
            SampleRecords.google().message == """
                user=<bbecker>, service=smtp, ip=209.85.218.53, host=mail-ej1-f53.google.com, asn=AS15169, as_cc=US, \
                as_desc=<GOOGLE, US>, as_org=<GOOGLE>, net_name=<GOOGLE>, net_cc=None, entity=GOGL, city=<None/None>, \
                country=<6252001/United States>, represented_country=<None/None>, \
                registered_country=<6252001/United States>, lat=37.751, lon=-97.822, rad=1000km
                """)
    }

    @Test func `the password follows the user, and a denial ends the line`() {
        var record = SampleRecords.vk()
        record.passwordID = 7
        record.isBlocked = true
        record.matched = "net_cc"
        #expect(record.message.hasPrefix("user=<honey-craig>, password=7, service=imap, "))
        #expect(record.message.hasSuffix(", rad=20km, blocked=True, matched=net_cc"))
        #expect(record.priority == 5)
    }

    @Test func `what would have been denied in watch mode is not shown as blocked`() {
        var record = SampleRecords.vk()
        record.matched = "net_cc"
        #expect(!record.message.contains("blocked"))
        #expect(record.fields.first { $0.name == "AUDIT_MATCHED" }?.journalText == "net_cc")
        #expect(record.fields.first { $0.name == "AUDIT_BLOCKED" }?.journalText == "False")
    }

    @Test func `facts that could not be had are shown with the old words`() {
        var record = SampleRecords.google()
        record.facts.network = .notAsked
        record.facts.origin = .notAsked
        record.facts.geo = .notAsked
        record.facts.reverseHost = .notAsked
        #expect(
            record.message == """
                user=<bbecker>, service=smtp, ip=209.85.218.53, host=<>, asn=None, as_cc=ZZ, \
                as_desc=<ERROR-RESPONSE>, as_org=<None>, net_name=<WHOIS ERROR>, net_cc=ZZ, entity=
                """)
    }

    @Test func `the journal's fields are the old program's, in Python's spelling`() {
        let record = SampleRecords.google()
        let fields = Dictionary(uniqueKeysWithValues: record.fields.map { ($0.name, $0.journalText) })
        let sample = [
            "AUDIT_AS_DESC": "GOOGLE, US",
            "AUDIT_MAXMIND_COUNTRY": "{'name': 'United States', 'geoname_id': 6252001, 'code': 'US'}",
            "AUDIT_NET_NAME": "GOOGLE",
            "AUDIT_IP": "209.85.218.53",
            "AUDIT_MATCHED": "None",
            "AUDIT_MAXMIND_CITY": "{'name': None, 'geoname_id': None, 'code': None}",
            "AUDIT_MAXMIND_REGISTERED_COUNTRY": "{'name': 'United States', 'geoname_id': 6252001, 'code': 'US'}",
            "AUDIT_RESERVED": "False",
            "AUDIT_SERVICE": "smtp",
            "AUDIT_NET_CC": "None",
            "AUDIT_MAXMIND_POSTAL_CODE": "None",
            "AUDIT_BLOCKED": "False",
            "AUDIT_MAXMIND_REPRESENTED_COUNTRY": "{'name': None, 'geoname_id': None, 'code': None}",
            "AUDIT_MAXMIND_LOCATION":
                "{'accuracy_radius': 1000, 'latitude': 37.751, 'longitude': -97.822, 'time_zone': 'America/Chicago'}",
            "AUDIT_ENTITIES": "['GOGL']",
            "AUDIT_USER": "bbecker",
            "AUDIT_PASSWORD": "None",
            "AUDIT_ASN": "AS15169",
            "AUDIT_LOG": "True",
            "AUDIT_MAXMIND_SUBDIVISIONS": "()",
            "AUDIT_REV_HOST": "mail-ej1-f53.google.com",
            "AUDIT_MAXMIND_CONTINENT": "{'name': 'North America', 'geoname_id': 6255149, 'code': 'NA'}",
            "AUDIT_AS_CC": "US",
        ]
        for (name, text) in sample { #expect(fields[name] == text, "\(name)") }
        let new = Set(fields.keys).subtracting(sample.keys)
        #expect(new == ["AUDIT_AS_ORG", "AUDIT_SOURCES", "AUDIT_DURATION_US", "AUDIT_FACTS"])
    }

    @Test func `what Dovecot says of a login besides has fields of its own`() {
        var record = SampleRecords.google()
        record.attempt.mechanism = "XOAUTH2"
        record.attempt.secured = "TLS"
        record.attempt.masterUser = "archive"
        record.attempt.realRemoteIP = "209.85.218.53"
        let plain = Dictionary(uniqueKeysWithValues: record.fields.map { ($0.name, $0.journalText) })
        #expect(plain["AUDIT_MECH"] == "XOAUTH2" && plain["AUDIT_SECURED"] == "TLS")
        #expect(plain["AUDIT_MASTER_USER"] == "archive")
        #expect(plain["AUDIT_REAL_REMOTE_IP"] == nil, "it is the client's own")
        record.attempt.realRemoteIP = "::ffff:209.85.218.53"
        #expect(!record.fields.contains { $0.name == "AUDIT_REAL_REMOTE_IP" }, "the same in other words")
        record.attempt.realRemoteIP = "192.0.2.10"
        #expect(record.fields.first { $0.name == "AUDIT_REAL_REMOTE_IP" }?.journalText == "192.0.2.10")
        #expect(record.message == SampleRecords.google().message, "the line is as it was")
        #expect(
            AuditEntry.login(record).jsonLine.contains(#","mech":"XOAUTH2","secured":"TLS","master_user":"archive","#))
    }

    @Test func `one subdivision is a tuple of one`() {
        let fields = SampleRecords.vk().fields
        #expect(
            fields.first { $0.name == "AUDIT_MAXMIND_SUBDIVISIONS" }?.journalText
                == "({'name': 'Dagestan', 'geoname_id': 567293, 'code': 'DA'},)")
    }

    @Test(arguments: [(3, false), (256, false), (257, true), (5000, true)])
    func `of many entities the first are shown, and how many there are`(count: Int, isCut: Bool) {
        var record = SampleRecords.google()
        record.facts.network = Sourced(.known(NetworkFacts(entities: (0..<count).map { "E\($0)" })), source: .rdap)
        #expect(record.message.contains(", entities=\(count)") == isCut)
        #expect(record.message.contains(", entity=E\(min(count, 256) - 1),"))
        #expect(!record.message.contains(", entity=E256"))
        let fields = Dictionary(record.fields.map { ($0.name, $0.journalText) }, uniquingKeysWith: { $1 })
        #expect(fields["AUDIT_ENTITY_COUNT"] == (isCut ? "\(count)" : nil))
        #expect(fields["AUDIT_ENTITIES"]?.split(separator: ",").count == min(count, 256))
    }

    @Test(arguments: [
        "a>, blocked=True, matched=ip", "a\nuser=<b>", "a\u{1b}[31m", "a\u{202e}b", "a\\x3e", "a, password=1",
        "\u{2028}",
        "a\u{0}b", "<", ">",
    ])
    func `no name can forge a field`(login: String) {
        var record = SampleRecords.google()
        record.attempt.login = login
        record.facts.reverseHost = Sourced(.known(PTRNames(login)), source: .dns)
        record.facts.network = Sourced(.known(NetworkFacts(name: login, entities: [login])), source: .rdap)
        let message = record.message
        #expect(message.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
        #expect(!message.contains("\u{202e}") && !message.contains("\u{2028}"))
        #expect(!message.contains(", blocked=") && !message.contains(", password="))
        #expect(message.split(separator: ">, service=").count == 2)
        #expect(AuditEntry.login(record).jsonLine.utf8.allSatisfy { $0 >= 0x20 })
    }

    @Test func `the jsonl line is typed`() {
        var record = SampleRecords.vk()
        record.passwordID = 7
        record.rule = RuleReference(file: "lists/net_cc.deny.lst", line: 12)
        let line = AuditEntry.login(record).jsonLine
        #expect(
            line.hasPrefix(#"{"timestamp":"2024-05-01T02:06:34.120Z","priority":6,"message":"user=<honey-craig>, "#))
        #expect(line.contains(#","password":7,"#))
        #expect(line.contains(#","entities":["EY1327-RIPE","#))
        #expect(line.contains(#","maxmind_city":{"name":"Khasavyurt","geoname_id":550478,"code":null},"#))
        #expect(line.contains(#","blocked":false,"matched":null,"log":true,"#))
        #expect(line.contains(#","rule":"lists/net_cc.deny.lst:12","#))
        #expect(line.hasSuffix(#","duration_us":1500}"#))
    }

    @Test(arguments: [
        ("it's", #""it's""#), ("\"", "'\"'"), ("'\"", #"'\'"'"#), ("a\\b\n\u{7f}é\u{200b}", #"'a\\b\n\x7fé\u200b'"#),
    ])
    func `texts are represented as Python does`(text: String, representation: String) {
        #expect(AuditValue.list([.text(text)]).pythonText == "[\(representation)]")
    }
}

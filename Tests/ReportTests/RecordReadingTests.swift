import AuditCore
import AuditCoreTesting
import Foundation
import Testing
@testable import Report

struct RecordReadingTests {
    /// The journal's sample in the old program's README.
    private static let oldFields: [(name: String, value: String)] = [
        ("AUDIT_AS_DESC", "GOOGLE, US"),
        ("AUDIT_MAXMIND_COUNTRY", "{'name': 'United States', 'geoname_id': 6252001, 'code': 'US'}"),
        ("AUDIT_NET_NAME", "GOOGLE"), ("AUDIT_IP", "209.85.218.53"), ("AUDIT_MATCHED", "None"),
        ("AUDIT_MAXMIND_CITY", "{'name': None, 'geoname_id': None, 'code': None}"), ("AUDIT_SERVICE", "smtp"),
        ("AUDIT_NET_CC", "None"), ("AUDIT_BLOCKED", "False"), ("SYSLOG_IDENTIFIER", "mail-audit"),
        (
            "AUDIT_MAXMIND_LOCATION",
            "{'accuracy_radius': 1000, 'latitude': 37.751, 'longitude': -97.822, 'time_zone': 'America/Chicago'}"
        ),
        ("AUDIT_ENTITIES", "['GOGL']"), ("AUDIT_USER", "bbecker"), ("AUDIT_ASN", "AS15169"), ("AUDIT_LOG", "True"),
        ("AUDIT_REV_HOST", "mail-ej1-f53.google.com"), ("AUDIT_AS_CC", "US"), ("AUDIT_PASSWORD", "None"),
    ]

    @Test func `an old record of the journal is read`() throws {
        let record = try #require(ReportRecord(journalFields: Self.oldFields, time: Records.noon))
        var expected = ReportRecord(time: Records.noon, user: "bbecker")
        (expected.service, expected.address, expected.host) = ("smtp", "209.85.218.53", "mail-ej1-f53.google.com")
        (expected.asNumber, expected.asCountry, expected.asName) = ("AS15169", "US", "GOOGLE, US")
        expected.netName = "GOOGLE"
        expected.country = ReportRecord.Country(code: "US", name: "United States")
        expected.location = ReportRecord.Location(latitude: 37.751, longitude: -97.822)
        #expect(record == expected)
    }

    @Test(arguments: [SampleRecords.vk(), SampleRecords.google(), SampleRecords.local()])
    func `journal and file say the same of a new record`(sample: AuditRecord) throws {
        var sample = sample
        sample.attempt.login = "o'brien \"x\" \\ <b>\n\u{1b}"
        (sample.passwordID, sample.isBlocked, sample.matched) = (7, true, "net_cc")
        sample.rule = RuleReference(file: "lists/net_cc.deny.lst", line: 12)
        sample.attempt.masterUser = "None"
        let fields = sample.fields.map { (name: $0.name, value: $0.journalText) }
        let fromJournal = try #require(ReportRecord(journalFields: fields, time: sample.attempt.time))
        let fromFile = try #require(ReportRecord(jsonLine: Array(AuditEntry.login(sample).jsonLine.utf8)))
        #expect(fromJournal == fromFile)
        #expect(fromFile.user == sample.attempt.login && fromFile.passwordID == 7 && fromFile.isBlocked)
        #expect(fromFile.rule == "lists/net_cc.deny.lst:12" && fromFile.time == Records.noon)
        #expect(fromFile.city == sample.facts.geo.value?.city?.name && fromFile.masterUser == "None")
    }

    @Test func `a master user without a name is none`() throws {
        let line = #"{"timestamp":"2024-05-01T02:06:34.120Z","user":"alice","blocked":false,"master_user":""}"#
        #expect(try #require(ReportRecord(jsonLine: Array(line.utf8))).masterUser == nil)
    }

    @Test func `the words for what could not be had are nobody's name`() throws {
        let fields = [
            (name: "AUDIT_USER", value: "a"), (name: "AUDIT_BLOCKED", value: "False"),
            (name: "AUDIT_AS_DESC", value: "ERROR-RESPONSE"), (name: "AUDIT_AS_CC", value: "ZZ"),
            (name: "AUDIT_NET_NAME", value: "WHOIS ERROR"), (name: "AUDIT_NET_CC", value: "ZZ"),
            (name: "AUDIT_AS_ORG", value: ""), (name: "AUDIT_ASN", value: "None"),
        ]
        let record = try #require(ReportRecord(journalFields: fields, time: Records.noon))
        #expect(record.netName == nil && record.asName == nil && record.asOrganization == nil)
        #expect(record.countryCode == nil && record.asNumber == nil && record.isUnanswered)
    }

    @Test(arguments: [
        "2024-05-01T04:06:34.120+02:00", "2024-04-30T21:36:34.120-0430", "2024-05-01T02:06:34.120987654Z",
    ])
    func `a time of any zone is read`(time: String) {
        let line = #"{"timestamp":"\#(time)","user":"a","blocked":false}"#
        #expect(ReportRecord(jsonLine: Array(line.utf8)) == ReportRecord(time: Records.noon, user: "a"))
    }

    @Test func `a failure is read from both`() throws {
        var failure = FailureRecord(
            .wrongPassword, reason: "invalid password", attempt: SampleRecords.vk().attempt, passwordID: nil)
        failure.suppressed = 17
        let fields = failure.fields.map { (name: $0.name, value: $0.journalText) }
        let fromJournal = try #require(ReportRecord(journalFields: fields, time: failure.time))
        #expect(fromJournal == ReportRecord(jsonLine: Array(AuditEntry.failure(failure).jsonLine.utf8)))
        #expect(fromJournal.event == "wrong_password" && fromJournal.suppressed == 17)
    }

    @Test(arguments: ["None", "True", "null", "['a']", "", "<>"])
    func `a user may be called anything`(name: String) throws {
        let fields = [(name: "AUDIT_USER", value: name), (name: "AUDIT_BLOCKED", value: "False")]
        #expect(ReportRecord(journalFields: fields, time: Records.noon)?.user == name)
    }

    @Test(arguments: [
        "", "{}", "[]", "null", "{", #"{"user":"a","blocked":false}"#,
        #"{"timestamp":"now","user":"a","blocked":false}"#,
        #"{"timestamp":"2024-05-01T02:06:34.120Z","blocked":false}"#,
        #"{"timestamp":"2024-05-01T02:06:34.120Z","user":"a"}"#,
        #"{"timestamp":"2024-05-01T02:06:34.120Z","user":1,"blocked":false}"#,
        #"{"timestamp":"2024-05-01T02:06:34.120Z","user":"a","blocked":"no"}"#,
        #"{"timestamp":"2024-05-01T02:06:34.120Z","user":"a","blocked":false,"x":[[[[[[[[[]]]]]]]]]}"#,
        #"{"timestamp":"2024-05-01T02:06:34.120Z","user":"\#u{ff}"#,
    ])
    func `what is no record is none`(line: String) { #expect(ReportRecord(jsonLine: Array(line.utf8)) == nil) }

    @Test(arguments: [
        #""maxmind_location":{"latitude":91,"longitude":0}"#, #""maxmind_location":{"latitude":"1","longitude":0}"#,
        #""maxmind_location":{"latitude":1,"longitude":-180.5}"#, #""maxmind_location":[1,2]"#,
        #""maxmind_location":null"#, #""suppressed":-5"#, #""suppressed":99999999999999999999"#, #""asn":5"#,
        #""ip":{}"#,
        #""password":"x""#, #""maxmind_country":{"code":5}"#,
    ])
    func `a member of the wrong form is as if it were missing`(member: String) throws {
        let line = #"{"timestamp":"2024-05-01T02:06:34.120Z","user":"a","blocked":false,\#(member)}"#
        #expect(ReportRecord(jsonLine: Array(line.utf8)) == ReportRecord(time: Records.noon, user: "a"))
    }

    @Test(arguments: [String(repeating: "9", count: 400), "1e999", #""\ud800""#, "NaN"])
    func `a member that cannot be held spoils no other`(value: String) throws {
        let line = #"{"timestamp":"2024-05-01T02:06:34.120Z","user":"a","blocked":false,"x":\#(value),"asn":\#(value)}"#
        let record = try #require(ReportRecord(jsonLine: Array(line.utf8)))
        #expect((record.user, record.isBlocked) == ("a", false))
    }

    @Test func `long texts are cut`() throws {
        let long = String(repeating: "é", count: 100_000)
        let fields = [
            (name: "AUDIT_USER", value: long), (name: "AUDIT_BLOCKED", value: "True"),
            (name: "AUDIT_NET_NAME", value: long), (name: "AUDIT_MATCHED", value: long),
        ]
        let record = try #require(ReportRecord(journalFields: fields, time: Records.noon))
        for text in [record.user, record.netName, record.matched] {
            #expect(text?.unicodeScalars.count == ReportRecord.textLimit + 1)
        }
    }

    @Test func `of a repeated field the first counts`() throws {
        let fields = [
            (name: "AUDIT_USER", value: "alice"), (name: "AUDIT_USER", value: "mallory"),
            (name: "AUDIT_BLOCKED", value: "True"), (name: "AUDIT_BLOCKED", value: "False"),
        ]
        let record = try #require(ReportRecord(journalFields: fields, time: Records.noon))
        #expect(record.user == "alice" && record.isBlocked)
    }
}

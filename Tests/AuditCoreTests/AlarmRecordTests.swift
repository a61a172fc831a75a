import AuditCore
import AuditCoreTesting
import Testing

struct AlarmRecordTests {
    private func alarm(user: String = "alice", name: String? = "Paris, IDF, France") -> AlarmRecord {
        var place = AlarmRecord.Place(
            time: Timestamp(milliseconds: 1_714_529_194_120), address: IPAddress("198.51.100.1"))
        (place.country, place.asNumber, place.asName, place.name) = ("FR", 3215, "Orange, FR", name)
        var before = AlarmRecord.Place(
            time: Timestamp(milliseconds: 1_714_529_000_000), address: IPAddress("192.0.2.1"))
        (before.country, before.asNumber) = ("DE", 3320)
        return AlarmRecord(
            .newCountry, id: "0123456789", user: user, passwordID: 17, service: "imap", isAllowed: true, place: place,
            before: before, reason: "known countries: AT, DE", action: .notify)
    }

    @Test func `an alarm has a line and fields of its own`() {
        let entry = AuditEntry.alarm(alarm())
        #expect(entry.identifier == "mail-auth" && entry.priority == 4)
        #expect(
            entry.message == """
                alarm new_country: user=<alice>, password=17, service=imap, ip=198.51.100.1, allowed=True, country=FR, asn=AS3215, \
                as_desc=<Orange, FR>, place=<Paris, IDF, France>, before_ip=192.0.2.1, before_country=DE, before_asn=AS3320, \
                reason=<known countries: AT, DE>, action=notify, id=0123456789
                """)
        #expect(
            entry.fields.map { "\($0.name)=\($0.journalText)" } == [
                "AUDIT_EVENT=alarm", "AUDIT_ALARM=new_country", "AUDIT_ALARM_ID=0123456789", "AUDIT_ACTION=notify",
                "AUDIT_REASON=known countries: AT, DE", "AUDIT_USER=alice", "AUDIT_PASSWORD=17", "AUDIT_SERVICE=imap",
                "AUDIT_IP=198.51.100.1", "AUDIT_ALLOWED=true", "AUDIT_COUNTRY=FR", "AUDIT_ASN=AS3215",
                "AUDIT_AS_DESC=Orange, FR", "AUDIT_PLACE=Paris, IDF, France", "AUDIT_BEFORE=2024-05-01T02:03:20.000Z",
                "AUDIT_BEFORE_IP=192.0.2.1", "AUDIT_BEFORE_COUNTRY=DE", "AUDIT_BEFORE_ASN=AS3320",
            ])
        #expect(
            entry.jsonLine.hasPrefix(
                #"{"timestamp":"2024-05-01T02:06:34.120Z","priority":4,"message":"alarm new_country: "#))
        #expect(entry.jsonLine.contains(#""allowed":true"#))
    }

    @Test(arguments: ["a>, action=none, id=x", "a\nfailed login: user=<b>", "a\u{1b}[2J", "\u{202e}"])
    func `no name forges a part of the line`(name: String) {
        let message = alarm(user: name, name: name).message
        #expect(!message.contains(name) && message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{202e}" })
        #expect(message.ranges(of: ", action=").count == 1 && message.hasPrefix("alarm "))
    }
}

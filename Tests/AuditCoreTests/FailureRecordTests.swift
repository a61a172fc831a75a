import AuditCore
import AuditCoreTesting
import Testing

struct FailureRecordTests {
    private func failure(
        _ event: FailureRecord.Event = .wrongPassword, reason: String = "invalid password", login: String = "alice",
        service: String = "imap", from address: String? = "192.0.2.1", passwordID: Int64? = nil
    ) -> FailureRecord {
        var attempt = LoginAttempt(
            login: login, service: service, address: address.flatMap(IPAddress.init),
            time: Timestamp(milliseconds: 1_714_529_194_120))
        attempt.sessionID = "s1"
        return FailureRecord(event, reason: reason, attempt: attempt, passwordID: passwordID)
    }

    @Test func `a failed login has a line of its own`() {
        #expect(
            failure().message
                == "failed login: user=<alice>, service=imap, ip=192.0.2.1, event=wrong_password, "
                + "reason=<invalid password>")
        var revoked = failure(.revoked, reason: "password is deleted", from: nil, passwordID: 7)
        revoked.suppressed = 17
        #expect(
            revoked.message
                == "failed login: user=<alice>, service=imap, ip=None, event=revoked, reason=<password is deleted>, "
                + "password=7, suppressed=17")
    }

    @Test func `its fields are what is known`() {
        let plain = failure().fields.map { "\($0.name)=\($0.journalText)" }
        #expect(
            plain == [
                "AUDIT_EVENT=wrong_password", "AUDIT_REASON=invalid password", "AUDIT_USER=alice",
                "AUDIT_SERVICE=imap", "AUDIT_IP=192.0.2.1", "AUDIT_SESSION_ID=s1",
            ])
        var revoked = failure(.revoked, from: nil, passwordID: 7)
        revoked.suppressed = 17
        let texts = revoked.fields.map { "\($0.name)=\($0.journalText)" }
        #expect(texts.contains("AUDIT_PASSWORD=7") && texts.contains("AUDIT_SUPPRESSED=17"))
        #expect(texts.contains("AUDIT_IP=None"))
    }

    @Test func `it is told from a login by its identifier and its event`() {
        let entry = AuditEntry.failure(failure())
        #expect(entry.identifier == "mail-auth" && entry.priority == 5)
        #expect(
            entry.jsonLine == """
                {"timestamp":"2024-05-01T02:06:34.120Z","priority":5,"message":"\(entry.message)",\
                "event":"wrong_password","reason":"invalid password","user":"alice","service":"imap",\
                "ip":"192.0.2.1","session_id":"s1"}
                """)
        #expect(AuditEntry.login(SampleRecords.vk()).identifier == "mail-audit")
        #expect(!AuditEntry.login(SampleRecords.vk()).jsonLine.contains(#""event":"#))
        #expect(AuditEntry.failure(failure(.backendUnavailable)).priority == 4)
    }

    @Test(arguments: [
        "a>, service=imap, ip=192.0.2.99, event=wrong_password, reason=<x", "a\nfailed login: user=<b>", "a\u{1b}[2J",
        "a, ip=192.0.2.99", "\u{202e}", "<", "\u{0}",
    ])
    func `no text of a client can forge an address`(text: String) {
        let record = failure(reason: text, login: text, service: text)
        let message = record.message
        #expect(message.hasPrefix("failed login: user=<"))
        #expect(message.ranges(of: ", ip=").count == 1 && message.contains(", ip=192.0.2.1, event="))
        #expect(message.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
        #expect(!message.contains("\u{202e}"))
    }

    @Test func `long texts are cut, by characters and not by bytes`() {
        let long = String(repeating: "é", count: 100_000)
        let record = failure(login: long, service: long)
        #expect(record.login == String(repeating: "é", count: 256) + "…")
        #expect(record.message.utf8.count < 2000)
        let fits = String(repeating: "é", count: 256)
        #expect(failure(login: fits).login == fits)
    }
}

import AuditCore
import Testing

struct TimestampReadingTests {
    @Test(arguments: [
        ("2026-11-23 17:15:41.123", 1_795_454_141_123), ("2026-11-23 17:15:41", 1_795_454_141_000),
        ("2026-11-23 17:15:41.5", 1_795_454_141_500), ("2026-11-23T17:15:41.123456Z", 1_795_454_141_123),
        ("1970-01-01 00:00:00", 0), ("2000-02-29 00:00:00", 951_782_400_000), ("1969-12-31 23:59:59.999", -1),
    ])
    func `a database's time is read`(text: String, milliseconds: Int64) {
        #expect(Timestamp(sqlText: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        ("2026-11-23T17:15:41.123Z", 1_795_454_141_123), ("2026-11-23T18:15:41.123+01:00", 1_795_454_141_123),
        ("2026-11-23 12:45:41.123-0430", 1_795_454_141_123), ("2026-11-24T01:15:41+08", 1_795_454_141_000),
        ("2026-11-23t17:15:41.123456789z", 1_795_454_141_123), ("2026-11-23T17:15:41-00:00", 1_795_454_141_000),
        ("2026-11-23T17:15:41.123456789+00:00", 1_795_454_141_123), ("2026-11-23T17:15:41", 1_795_454_141_000),
        ("1970-01-01T00:00:00+02:00", -7_200_000),
    ])
    func `a time of any zone is read`(text: String, milliseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "2026-11-23T17:15:41+24:00", "2026-11-23T17:15:41+00:60", "2026-11-23T17:15:41+", "2026-11-23T17:15:41+1",
        "2026-11-23T17:15:41+01:00:00", "2026-11-23T17:15:41+0x", "2026-11-23T17:15:41.12345678x", "+01:00", "",
        "2026-11-23T17:15:41Z+01:00x", "2026-11-23", "2026-11-23T17:15:41.1234567Z9", "2026-11-23T17:15:41++01:00",
    ])
    func `what is no time in a zone is nil`(text: String) { #expect(Timestamp(rfc3339: text) == nil) }

    @Test func `what is written is read back`() {
        var milliseconds: Int64 = -62_000_000_000_000
        while milliseconds < 250_000_000_000_000 {
            let time = Timestamp(milliseconds: milliseconds)
            #expect(Timestamp(sqlText: time.sqlText) == time)
            #expect(Timestamp(sqlText: time.description) == time)
            milliseconds += 86_399_999 * 1013
        }
    }

    @Test(arguments: [
        "", "0000-00-00 00:00:00", "2026-13-01 00:00:00", "2026-00-01 00:00:00", "2026-01-32 00:00:00",
        "2026-01-01 24:00:00", "2026-01-01 00:60:00", "2026-01-01", "2026-01-01 00:00:00.",
        "2026-01-01 00:00:00.1234567",
        "2026-01-01 00:00:00,1", "+026-01-01 00:00:00", "2026-01-01 00:00:0x", "2026-01-01 00:00:00 ",
    ])
    func `what is no time is nil`(text: String) { #expect(Timestamp(sqlText: text) == nil) }
}

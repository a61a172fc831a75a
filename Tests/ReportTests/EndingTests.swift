import AuditCore
import Testing
@testable import Report

/// Passwords whose end was announced, and sessions that were ended.
struct EndingTests {
    private func read(_ entry: AuditEntry) throws -> ReportRecord {
        try #require(ReportRecord(jsonLine: Array(entry.jsonLine.utf8)))
    }

    private func ending(_ id: Int64, at time: String, ends: String, comment: String? = nil) throws -> AuditEntry {
        .passwordEnding(
            PasswordEnding(
                time: try #require(Timestamp(rfc3339: time)), user: "alice", passwordID: id, comment: comment,
                end: try #require(Timestamp(rfc3339: ends)), limit: "expires"))
    }

    @Test func `those about to end are listed, the next first, and are no failed logins`() throws {
        let sessions = SessionsEnded(
            time: try #require(Timestamp(rfc3339: "2024-05-01T00:00:00Z")), passwordID: 7, user: "alice",
            reason: "revoked", server: "http://127.0.0.1:8080/doveadm/v1", way: "password", sessions: 2)
        var failed = sessions
        (failed.way, failed.trouble) = (nil, "unreachable")
        let records = try [
            read(ending(3, at: "2024-04-28T00:00:00Z", ends: "2024-05-12T00:00:00Z", comment: "scan<ner")),
            read(ending(2, at: "2024-04-29T00:00:00Z", ends: "2024-05-02T00:00:00Z")),
            read(ending(1, at: "2024-04-18T00:00:00Z", ends: "2024-04-21T00:00:00Z")),
            read(.sessionsEnded(sessions)), read(.sessionsEnded(failed)),
        ]
        let text = try Records.report(records, .text)
        #expect(
            text.contains(
                """
                Passwords about to end
                 alice password 2, 2024-05-02T00:00:00.000Z
                 alice password 3, scan<ner, 2024-05-12T00:00:00.000Z

                """), "\(text)")
        #expect(text.contains("0 failed") && !text.contains("password 1,"))
        let json = try Records.report(records, .json)
        #expect(json.contains(#""ending_passwords":[{"user":"alice","password":2,"ends":"2024-05-02T00:00:00.000Z""#))
        let page = try Records.report(records, .html)
        #expect(page.contains("Passwords about to end") && !page.contains("scan<ner"))
    }
}

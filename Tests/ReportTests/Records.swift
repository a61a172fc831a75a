import AuditCore
import AuditCoreTesting
import Foundation
@testable import Report

/// Records for tests.
enum Records {
    /// 2024-05-01T02:06:34.120Z, when the sample records were written.
    static let noon = SampleRecords.vk().attempt.time

    /// A record that is handed over as it is.
    struct Source: ReportInput {
        var records: ArraySlice<ReportRecord>
        let notes: [String] = []

        init(_ records: [ReportRecord]) { self.records = records[...] }

        mutating func next() throws(ReportError) -> ReportRecord? { records.popFirst() }
    }

    /// A login from `DE`, AS3320, with what differs.
    static func login(
        _ user: String, at minute: Int = 0, _ change: (inout ReportRecord) -> Void = { _ in }
    ) -> ReportRecord {
        var record = ReportRecord(time: noon.advanced(by: .seconds(minute * 60)), user: user)
        record.service = "imap"
        record.address = "192.0.2.1"
        record.host = "p1.dip0.t-ipconnect.de"
        record.asNumber = "AS3320"
        record.asName = "DTAG, DE"
        record.asOrganization = "Deutsche Telekom AG"
        record.netName = "DTAG-DIAL16"
        record.netCountry = "DE"
        record.country = ReportRecord.Country(code: "DE", name: "Germany")
        record.location = ReportRecord.Location(latitude: 51.05, longitude: 13.74)
        record.city = "Dresden"
        change(&record)
        return record
    }

    /// The same, refused, from VK.
    static func refusal(_ user: String, at minute: Int = 0, _ matched: String = "net_cc") -> ReportRecord {
        login(user, at: minute) { record in
            (record.isBlocked, record.matched, record.rule) = (true, matched, "lists/net_cc.deny.lst:12")
            (record.address, record.host, record.asNumber) = ("176.112.169.218", "rimap26.i.mail.ru", "AS47764")
            (record.asName, record.asOrganization, record.netName) = ("VK-AS, RU", "LLC VK", "VK-FRONT")
            (record.netCountry, record.country) = ("RU", ReportRecord.Country(code: "RU", name: "Russia"))
            (record.city, record.location) = ("Khasavyurt", ReportRecord.Location(latitude: 43.2, longitude: 46.6))
        }
    }

    static func failure(_ event: String, at minute: Int = 0, suppressed: Int = 0) -> ReportRecord {
        var record = ReportRecord(time: noon.advanced(by: .seconds(minute * 60)), user: "hunter2")
        record.event = event
        record.address = "203.0.113.7"
        record.suppressed = suppressed
        return record
    }

    /// The report over records.
    static func report(
        _ records: [ReportRecord], _ format: ReportFormat, since: Timestamp? = nil,
        knowledge: ReportKnowledge = ReportKnowledge(), tableBound: Int = 50_000
    ) throws -> String {
        var source = Source(records)
        let period = ReportPeriod(since: since, until: noon.advanced(by: .seconds(86_400)))
        return try Report.run(
            &source, period: period, format: format, knowledge: knowledge, tableBound: tableBound)
    }

    /// The JSON report over records.
    static func object(
        _ records: [ReportRecord], since: Timestamp? = nil, tableBound: Int = 50_000
    ) throws -> [String: Any] {
        let text = try report(records, .json, since: since, tableBound: tableBound)
        return try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    }
}

extension [String: Any] {
    /// A list of objects.
    func list(_ name: String) -> [[String: Any]] { self[name] as? [[String: Any]] ?? [] }
}

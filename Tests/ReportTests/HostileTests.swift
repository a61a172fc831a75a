import AuditCore
import Foundation
import TestServers
import Testing
@testable import Report

/// Texts from outside in every format.
struct HostileTests {
    static let names = [
        "bob, blocked=True, matched=net_cc", "a\nBlocked users:\n forged (net_cc:RU)", "\u{1b}[31mred\u{1b}[0m",
        "a\u{0}b\r",
        "<script>alert(1)</script>", "</style><script>alert(1)</script>", "\" onload=\"alert(1)", "' onload='alert(1)",
        "--><img src=x onerror=alert(1)>", "&lt;b&gt;", "\u{202e}gnp.exe", "]]>", "javascript:alert(1)", "\\",
        "\u{10ffff}\u{85}\u{2028}",
        String(repeating: "<", count: 5000), "{{7*7}}", "\u{feff}", "e\u{301}\u{327}", "None", "",
    ]

    /// A record in which every text is the hostile one.
    private func record(_ name: String, _ change: (inout ReportRecord) -> Void = { _ in }) -> ReportRecord {
        Records.login(ReportRecord.cut(name)) { record in
            let name = ReportRecord.cut(name)
            (record.isBlocked, record.matched, record.rule) = (true, name, name)
            (record.service, record.address, record.host) = (name, name, name)
            (record.asNumber, record.asName, record.asOrganization) = (name, name, name)
            (record.netName, record.netCountry, record.city) = (name, name, name)
            record.country = ReportRecord.Country(code: "<b", name: name)
            change(&record)
        }
    }

    private func records(_ name: String) -> [ReportRecord] {
        var failure = Records.failure(ReportRecord.cut(name))
        failure.address = ReportRecord.cut(name)
        return [
            record(name), record(name) { $0.matched = "deleted" }, record(name) { $0.matched = "net_name" },
            record(name) {
                $0.isBlocked = false; $0.country?.code = "\"'"
            },
            record(name) {
                $0.isBlocked = false; $0.asNumber = nil
            }, failure,
        ]
    }

    @Test(arguments: names)
    func `no name breaks a line of the text or reaches the terminal`(name: String) throws {
        let plain = try Records.report(records("name"), .text).split(separator: "\n", omittingEmptySubsequences: false)
        let text = try Records.report(records(name), .text)
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count >= plain.count - 1)
        #expect(!text.contains("\n forged"))
        #expect(
            text.unicodeScalars.allSatisfy {
                $0 == "\n" || ![.control, .format, .lineSeparator].contains($0.properties.generalCategory)
            })
    }

    @Test(arguments: names)
    func `the JSON stays one object on one line that says the name as it was`(name: String) throws {
        let text = try Records.report(records(name), .json)
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count == 2)
        #expect(text.utf8.dropLast().allSatisfy { $0 >= 0x20 && $0 != 0x7F })
        let object = try Records.object(records(name))
        #expect(object.list("blocked_users").first?["user"] as? String == ReportRecord.cut(name))
    }

    @Test(arguments: names)
    func `the page has the tags that it always has`(name: String) throws {
        let tags = try MarkupReader.read(try Records.report(records(name), .html))
        let plain = try MarkupReader.read(try Records.report(records("name"), .html))
        #expect(Set(tags.map(\.name)).isSubset(of: plain.map(\.name)))
        #expect(Set(tags.flatMap(\.attributes)).isSubset(of: plain.flatMap(\.attributes)))
        #expect(!tags.contains { $0.name == "script" || $0.attributes.contains { $0.hasPrefix("on") } })
    }

    @Test func `the page is well formed, and asks for nothing outside itself`() throws {
        let html = try Records.report(
            [
                Records.login("alice"), Records.refusal("bob"), Records.failure("wrong_password"),
                Records.refusal("bob", "deleted"),
            ], .html)
        let tags = try MarkupReader.read(html)
        #expect(tags.contains { $0.name == "title" } && tags.contains { $0.name == "desc" })
        #expect(tags.count { $0.name == "svg" } > 5)
        #expect(html.contains("default-src 'none'; style-src 'unsafe-inline'; img-src data:"))
        for forbidden in ["http:", "https:", "//", "src=", "@import", "url(", "<script", "<iframe"] {
            #expect(!html.contains(forbidden), "\(forbidden)")
        }
        let ids = html.matches(of: /id="([^"]*)"/).map { String($0.output.1) }
        #expect(Set(ids).count == ids.count)
        for reference in html.matches(of: /aria-labelledby="([^"]*)"/) {
            #expect(reference.output.1.split(separator: " ").allSatisfy { ids.contains(String($0)) })
        }
    }

    @Test func `a long address breaks behind its colons, and nothing else does`() throws {
        var record = Records.refusal("eve", "ip")
        record.address = "2001:db8:ffff::7"
        let html = try Records.report([record, record], .html)
        let address = "<bdi title=\"2001:db8:ffff::7\">2001:<wbr>db8:<wbr>ffff::<wbr>7</bdi>"
        #expect(html.ranges(of: address).count == 3)  // why, last, and the bar
        record.address = "javascript:alert(1)"
        #expect(try !Records.report([record], .html).contains("<wbr>"))
    }

    @Test func `the page holds its words also where a name is hostile`() throws {
        let html = try Records.report([record("<script>alert(1)</script>")], .html)
        #expect(html.contains("<th scope=\"row\">&lt;script&gt;alert(1)&lt;/script&gt;</th>"))
        let control = try Records.report([record("\u{1b}[31m")], .html)
        #expect(control.contains("\\u001b[31m"))
    }
}

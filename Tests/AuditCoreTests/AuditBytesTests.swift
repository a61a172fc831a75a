import AuditCoreTesting
import Testing

@testable import AuditCore

/// What sinks write is what the texts of values say.
struct AuditBytesTests {
    private static let texts = [
        "", "plain", "quote \" and ' and \\", "Zürich", "\u{1b}[31m", "\u{202e}evil",
        "line\nbreak\ttab", "it's", "\u{7f}", "🙂",
    ]

    private static var values: [AuditValue] {
        let plain: [AuditValue] = [
            .none, .bool(true), .bool(false), .integer(0), .integer(-7), .integer(.min), .integer(.max),
            .double(1.5),
            .double(.nan), .double(-0.0), .double(1e300), .json("{\"a\":[1]}"),
        ]
        let all = plain + texts.map(AuditValue.text)
        return all + [
            .list([]), .list(all), .tuple([]), .tuple([.text("a")]), .tuple(all), .object([]),
            .object(texts.map { ($0, .text($0)) }), .object([("x", .list([.object([("y", .none)])]))]),
        ]
    }

    @Test(arguments: values.indices)
    func `a value's bytes are its text`(index: Int) {
        let value = Self.values[index]
        var (json, python): ([UInt8], [UInt8]) = ([1], [2])
        value.appendJSON(to: &json)
        value.appendPython(to: &python)
        #expect(String(decoding: json.dropFirst(), as: UTF8.self) == value.jsonText)
        #expect(String(decoding: python.dropFirst(), as: UTF8.self) == value.pythonRepresentation)
    }

    @Test func `an entry's bytes are its message, priority and fields`() {
        var odd = SampleRecords.vk()
        odd.attempt.login = "o\"d\\d\u{1b}\u{202e}, <x>"
        let failure = FailureRecord(
            .revoked, reason: "password is \"deleted\"", attempt: SampleRecords.vk().attempt)
        for entry in [
            .login(SampleRecords.vk()), .login(SampleRecords.google()), .login(odd), .failure(failure),
        ] as [AuditEntry] {
            var members: [(key: String, value: AuditValue)] = [
                ("timestamp", .text(entry.time.description)), ("priority", AuditValue(entry.priority)),
                ("message", .text(entry.message)),
            ]
            for field in entry.fields {
                members.append((field.name.dropFirst("AUDIT_".count).lowercased(), field.value))
            }
            #expect(entry.jsonLine == AuditValue.object(members).jsonText)
            #expect(
                entry.fields.allSatisfy {
                    $0.name.hasPrefix("AUDIT_") && !$0.name.hasPrefix("AUDIT_AUDIT_")
                })
            var (bytes, ends): ([UInt8], [Int]) = ([], [])
            entry.appendJournalFields(to: &bytes, ends: &ends)
            var start = 0
            let parts = ends.map { end in
                defer { start = end }
                return String(decoding: bytes[start..<end], as: UTF8.self)
            }
            let expected = [
                "MESSAGE=\(entry.message)", "PRIORITY=\(entry.priority)",
                "SYSLOG_IDENTIFIER=\(entry.identifier)",
            ]
            #expect(parts == expected + entry.fields.map { "\($0.name)=\($0.journalText)" })
            #expect(start == bytes.count)
        }
    }
}

import AuditCore
import AuditCoreTesting
import Foundation
import Testing

/// The files under `lists/`.
struct ShippedListTests {
    private static let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test(arguments: DenyListKind.allCases)
    func `a sample list holds comments only, and its examples are good lines`(kind: DenyListKind) throws {
        let path = Self.top.appending(path: "lists/\(kind.rawValue).deny.lst")
        let text = try String(contentsOf: path, encoding: .utf8)
        let asShipped = DenyLists.build(
            [kind: DenyListFile(name: "l", text: text)], engine: LiteralPatternEngine())
        #expect(asShipped.problems.isEmpty)
        #expect(asShipped.lists.entryCounts == [kind: 0])

        // The examples stand after the last empty comment.
        let lines = text.split(separator: "\n")
        let examples = lines[((lines.lastIndex(of: "#") ?? 0) + 1)...].map { $0.dropFirst(2) }
        let build = DenyLists.build(
            [kind: DenyListFile(name: "l", text: examples.joined(separator: "\n"))], engine: LiteralPatternEngine())
        #expect(build.problems.isEmpty)
        #expect(build.lists.entryCounts == [kind: examples.count])
        #expect((2...4).contains(examples.count))
    }

    @Test func `the sample of exceptions for users holds comments only, and its examples are good lines`() throws {
        let text = try String(contentsOf: Self.top.appending(path: "lists/users.allow.lst"), encoding: .utf8)
        func build(_ text: String) -> DenyListsBuild {
            DenyLists.build(
                [.users: DenyListFile(name: "l", text: text)], effect: .allow, engine: LiteralPatternEngine())
        }
        #expect(build(text).lists.entryCounts == [.users: 0] && build(text).notes.isEmpty)
        let lines = text.split(separator: "\n")
        let examples = lines[((lines.lastIndex(of: "#") ?? 0) + 1)...].map { $0.dropFirst(2) }
        let asExamples = build(examples.joined(separator: "\n"))
        #expect(asExamples.lists.entryCounts == [.users: 2] && asExamples.problems.isEmpty && asExamples.notes.isEmpty)
    }
}

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
}

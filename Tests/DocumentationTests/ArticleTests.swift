import Foundation
import Testing

/// Holds the articles of the DocC catalogues to code that is compiled and run: each of their code blocks stands in this target,
/// line by line.
struct ArticleTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized

    @Test(arguments: ["AuditCore", "AppPasswordCore"])
    func `every code block of an article is run by a test`(room: String) throws {
        let articles = try Self.files(in: Self.root.appending(path: "Sources/Cores/\(room)/\(room).docc"), ending: "md")
        let sources = try Self.files(in: URL(filePath: #filePath).deletingLastPathComponent(), ending: "swift")
        let tests = try sources.map { Self.lines(try String(contentsOf: $0, encoding: .utf8)) }
        var count = 0
        for article in articles {
            for block in Self.codeBlocks(try String(contentsOf: article, encoding: .utf8)) {
                count += 1
                let isRun = tests.contains { $0.contains(block) }
                #expect(isRun, "no test has this of \(article.lastPathComponent):\n\(block.joined(separator: "\n"))")
            }
        }
        #expect(count > 3)
    }

    private static func files(in folder: URL, ending: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == ending }
    }

    /// What stands between fences, as ``lines(_:)`` has it.
    private static func codeBlocks(_ article: String) -> [[String]] {
        // Text and code take turns.
        article.components(separatedBy: "```").enumerated().filter { $0.offset % 2 == 1 }
            .map { lines($0.element.drop { $0 != "\n" }) }
    }

    /// The lines that are not empty, without what they are indented by.
    private static func lines(_ text: some StringProtocol) -> [String] {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}

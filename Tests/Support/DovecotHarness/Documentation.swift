internal import Foundation

/// What the pages of docs/ tell people to type.
public enum Documentation {
    /// The fenced block of a page that holds a text; empty if there is none.
    public static func block(_ page: String, with mark: String) -> String {
        let file = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../docs/\(page)")
            .standardizedFileURL
        let parts = (try? String(contentsOf: file, encoding: .utf8))?.components(separatedBy: "```") ?? []
        let blocks = parts.enumerated().filter { !$0.offset.isMultiple(of: 2) }.map(\.element)
        return blocks.first { $0.contains(mark) }?.trimmingCharacters(in: .newlines) ?? ""
    }
}

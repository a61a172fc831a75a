internal import Foundation

/// What the pages of docs/ tell people to type.
public enum Documentation {
    /// A page; empty if there is none.
    public static func text(_ page: String) -> String {
        let file = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../docs/\(page)")
            .standardizedFileURL
        return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    }

    /// The fenced block of a page that holds a text; empty if there is none.
    public static func block(_ page: String, with mark: String) -> String {
        let parts = text(page).components(separatedBy: "```")
        let blocks = parts.enumerated().filter { !$0.offset.isMultiple(of: 2) }.map(\.element)
        return blocks.first { $0.contains(mark) }?.trimmingCharacters(in: .newlines) ?? ""
    }
}

internal import Foundation

/// What the pages of docs/ tell people to type.
public enum Documentation {
    /// A fenced block of a page.
    public struct Block: Sendable, CustomStringConvertible {
        /// The page and the line of the fence: `docs/install.md:12`.
        public var place: String
        /// What the fence says: `sh run` is to be run by a test, `toml` is not; mostly it says nothing.
        public var info: String
        /// What stands in it.
        public var text: String

        /// How many commands it has: its lines, but for comments and for those that go on with the one before.
        public var commands: Int {
            var (count, goesOn) = (0, false)
            for line in text.split(separator: "\n") {
                if !goesOn, !line.hasPrefix("#") { count += 1 }
                goesOn = line.hasSuffix("\\")
            }
            return count
        }

        /// Place and text, for failures.
        public var description: String { "\(place)\n\(text)" }
    }

    /// A page; empty if there is none.
    public static func text(_ page: String) -> String {
        let file = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../docs/\(page)")
            .standardizedFileURL
        return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    }

    /// The blocks of a page, in order.
    ///
    /// - Parameter page: From docs/: `install.md`, `../README.md`.
    public static func blocks(_ page: String) -> [Block] {
        var (blocks, open): ([Block], Block?) = ([], nil)
        for (number, line) in text(page).split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let fence = line.drop { $0 == " " }
            if !fence.hasPrefix("```") {
                open?.text += line + "\n"
            } else if let block = open {
                blocks.append(block)
                open = nil
            } else {
                open = Block(place: "docs/\(page):\(number + 1)", info: String(fence.dropFirst(3)), text: "")
            }
        }
        return blocks
    }

    /// The fenced block of a page that holds a text; empty if there is none.
    public static func block(_ page: String, with mark: String) -> String {
        blocks(page).first { $0.text.contains(mark) }?.text.trimmingCharacters(in: .newlines) ?? ""
    }
}

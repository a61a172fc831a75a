import Foundation

/// Files of this folder.
enum Fixture {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures")

    static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
    }

    /// A file of the source tree.
    static func source(_ path: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent("../../../\(path)").standardizedFileURL, encoding: .utf8)
    }
}

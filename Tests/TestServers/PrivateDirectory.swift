import Foundation

/// A directory of one test server, removed with it or when the process exits.
///
/// Those of test processes that were killed are removed by the next.
public final class PrivateDirectory: Sendable {
    private static let prefix = "web-auth-tests-"
    private static let removeLeftovers: Void = {
        atexit { PrivateDirectory.remove { $0 == getpid() } }
        remove { kill($0, 0) != 0 && errno == ESRCH }
    }()

    /// Removes the directories of processes that `isGone` says so of.
    private static func remove(_ isGone: (pid_t) -> Bool) {
        let base = FileManager.default.temporaryDirectory.path
        for name in (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? [] where name.hasPrefix(prefix) {
            let owner = name.dropFirst(prefix.count).prefix { $0.isNumber }
            if let pid = pid_t(owner), isGone(pid) { try? FileManager.default.removeItem(atPath: "\(base)/\(name)") }
        }
    }

    /// Its absolute path; short enough for a socket's.
    public let path: String

    /// Makes a directory whose files others may use if they are told their names, as programs under test are.
    public init() throws {
        Self.removeLeftovers
        let base = FileManager.default.temporaryDirectory.path
        let name = Self.prefix + "\(getpid())-" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
        path = "\(base)/\(name)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o711])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and returns its path.
    public func write(_ text: String, to name: String) throws -> String {
        let file = "\(path)/\(name)"
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        return file
    }

    /// Reads a file.
    public func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")), as: UTF8.self)
    }
}

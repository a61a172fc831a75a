/// Why the files of a spool could not be used.
public struct SpoolError: Error, Hashable, CustomStringConvertible {
    /// What was tried: `open`, `write`, `lock`.
    public let operation: String
    /// The file or directory.
    public let path: String
    /// `errno`; 0 if the trouble is not the system's.
    public let code: Int32
    /// More about it, in words.
    public let reason: String

    /// Says which call failed on which file.
    public init(_ operation: String, path: String, code: Int32, reason: String) {
        (self.operation, self.path, self.code, self.reason) = (operation, path, code, reason)
    }

    /// For operators; holds no secret.
    public var description: String { "login spool: \(operation) \(path): \(reason)" }
}

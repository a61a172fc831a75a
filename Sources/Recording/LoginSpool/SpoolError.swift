/// Why the files of a spool could not be used.
package struct SpoolError: Error, Hashable, CustomStringConvertible {
    /// What was tried: `open`, `write`, `lock`.
    package let operation: String
    /// The file or directory.
    package let path: String
    /// `errno`; 0 if the trouble is not the system's.
    package let code: Int32
    /// More about it, in words.
    package let reason: String

    /// Says which call failed on which file.
    package init(_ operation: String, path: String, code: Int32, reason: String) {
        (self.operation, self.path, self.code, self.reason) = (operation, path, code, reason)
    }

    /// For operators; holds no secret.
    package var description: String { "login spool: \(operation) \(path): \(reason)" }
}

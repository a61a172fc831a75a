internal import Foundation

/// Why the last system call failed.
enum SystemReason {
    /// `No such file or directory`.
    static var words: String { unsafe String(cString: strerror(errno)) }
}

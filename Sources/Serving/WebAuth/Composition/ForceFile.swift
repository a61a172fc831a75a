import Foundation
import Logging

/// The file in the state directory that has a reload by SIGHUP taken into use though it refuses more users than it may: the next
/// reload, and no other.
enum ForceFile {
    static let name = "force-reload"
    /// What is said when it was there for nothing.
    static let unneeded = "\(name) was not needed, and was removed"
    /// What is said when it was there for a reload that was refused all the same.
    static let usedUp = "\(name) is for the next reload by SIGHUP alone: it was removed, and has to be made again"

    /// Removes the file, so that it forces once.
    ///
    /// - Returns: Whose it was: a user's name, else his number; nil if there is none, or it cannot be removed, which is logged,
    ///   and would force for ever.
    static func take(in directory: String, _ logger: Logger) -> String? {
        let path = directory + "/" + name
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        guard unsafe unlink(path) == 0 else {
            let reason = unsafe String(cString: strerror(errno))
            logger.error("a reload cannot be forced", metadata: ["problem": "\(path): cannot be removed: \(reason)"])
            return nil
        }
        return userName(status.st_uid) ?? "uid \(status.st_uid)"
    }

    private static func userName(_ id: uid_t) -> String? {
        var (entry, found): (passwd, UnsafeMutablePointer<passwd>?) = unsafe (passwd(), nil)
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard unsafe getpwuid_r(id, &entry, &buffer, buffer.count, &found) == 0, let user = unsafe found else {
            return nil
        }
        return unsafe String(cString: user.pointee.pw_name)
    }
}

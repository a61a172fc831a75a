import Foundation

/// The file in the state directory that has a reload by SIGHUP taken into use though it refuses more users than it may.
enum ForceFile {
    static let name = "force-reload"
    /// What is said when it was there for nothing.
    static let unneeded = "\(name) was not needed, and was removed"

    /// Removes the file.
    ///
    /// - Returns: Whose it was: a user's name, else his number; nil if there is none.
    /// - Throws: ``SetupFailure`` if it cannot be removed.
    static func take(in directory: String) throws(SetupFailure) -> String? {
        let path = directory + "/" + name
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        guard unsafe unlink(path) == 0 else {
            let reason = unsafe String(cString: strerror(errno))
            throw SetupFailure(["\(path): cannot be removed: \(reason)"], exitCode: .configuration)
        }
        return userName(status.st_uid) ?? "uid \(status.st_uid)"
    }

    private static func userName(_ id: uid_t) -> String? {
        var (entry, found): (passwd, UnsafeMutablePointer<passwd>?) = unsafe (passwd(), nil)
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard unsafe getpwuid_r(id, &entry, &buffer, buffer.count, &found) == 0, let user = unsafe found else { return nil }
        return unsafe String(cString: user.pointee.pw_name)
    }
}

import Foundation

/// The directory of spool, embedded database and caches.
enum StateDirectory {
    /// Makes the directory, readable for its owner only, if it is not there.
    static func prepare(_ path: String) throws(SetupFailure) {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) {
            guard isDirectory.boolValue else {
                throw SetupFailure(["\(path): is not a directory (server.state_directory)"], exitCode: .configuration)
            }
            guard access(path, W_OK | X_OK) == 0 else {
                throw SetupFailure(["\(path): cannot be written (server.state_directory)"], exitCode: .permission)
            }
            return
        }
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw SetupFailure(["\(path): cannot be made (server.state_directory)"], exitCode: .permission)
        }
    }
}

internal import AppPasswordCore
internal import Foundation

/// Makes an empty file that only its owner can read, for the one whose directory it is in.
enum OwnedFile {
    /// Makes a file (mode 0600) and the directories on the way to it (0700).
    ///
    /// Made by root, file and directory belong to the owner of the directory that they are in: a command that an
    /// administrator runs must not leave behind what the service cannot open.
    ///
    /// - Throws: ``BackendError`` naming the path. That somebody else has made the file meanwhile is no error.
    static func make(_ path: String) throws {
        let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
        if !FileManager.default.fileExists(atPath: directory) {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            giveAway(open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), in: directory + "/..")
        }
        let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 || errno == EEXIST else {
            throw BackendError(
                "database", .unreachable, detail: "cannot make \(path): \(String(cString: strerror(errno)))")
        }
        giveAway(file, in: directory)
    }

    /// Gives what is open to the owner of a directory if we are root and the owner is not; closes it. By descriptor, so that
    /// the owner cannot put another file in its place meanwhile.
    private static func giveAway(_ file: Int32, in directory: String) {
        guard file >= 0 else { return }
        defer { close(file) }
        var owner = stat()
        if geteuid() == 0, stat(directory, &owner) == 0, owner.st_uid != 0 {
            _ = fchown(file, owner.st_uid, owner.st_gid)
        }
    }
}

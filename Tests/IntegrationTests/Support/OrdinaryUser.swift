import Foundation
import TestServers

/// Who the programs under test run as when the tests run as root: a user without a name, a group, a capability or a way
/// back, who can write to the test's own directory and nowhere else on the root file system (as `ProtectSystem=strict`,
/// `NoNewPrivileges=` and `CapabilityBoundingSet=` of the shipped unit have it).
///
/// Tests that do not run as root run the programs as they are.
enum OrdinaryUser {
    /// Its user and group.
    static let id: uid_t = 23_456

    private static let isNeeded = geteuid() == 0

    /// Gives a file or directory to the user.
    static func own(_ path: String) {
        guard isNeeded else { return }
        chown(path, id, id)
    }

    /// A program that every user may run.
    struct SharedProgram: Sendable {
        var path: String
        /// Where its copy lies, as long as this value lives.
        var directory: PrivateDirectory?
    }

    /// Copies a program to where every user may run it: the tree it was built in may be root's alone.
    static func share(_ program: String) throws -> SharedProgram {
        guard isNeeded else { return SharedProgram(path: program) }
        let directory = try PrivateDirectory()
        let copy = directory.path + "/" + (program as NSString).lastPathComponent
        try FileManager.default.copyItem(atPath: program, toPath: copy)
        return SharedProgram(path: copy, directory: directory)
    }

    /// The command that runs `command` as the user.
    ///
    /// - Parameters:
    ///   - directory: What the user may write to.
    ///   - group: The name of a group that the user is to be in.
    static func command(_ command: [String], writingTo directory: String, group: String? = nil) -> [String] {
        guard isNeeded else { return command }
        let groups = group.flatMap { getgrnam($0)?.pointee.gr_gid }.map { ["--groups", "\($0)"] } ?? ["--clear-groups"]
        let asUser =
            ["/usr/bin/setpriv", "--reuid", "\(id)", "--regid", "\(id)"] + groups
            + ["--no-new-privs", "--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all", "--"]
        // The directory that the shell was started in is still the one before the mounts.
        let mounts = #"mount --bind "$1" "$1" && mount -o remount,bind,ro / && cd "$1" && shift && exec "$@""#
        return ["/usr/bin/unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", mounts, "sh", directory]
            + asUser
            + command
    }
}

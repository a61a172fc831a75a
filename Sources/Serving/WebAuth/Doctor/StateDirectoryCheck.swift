import Doctor
import Foundation
import Settings

extension DoctorCheck {
    /// The directory of spool, caches and embedded database: whose it is, and whether there is room.
    static func stateDirectory(_ context: DoctorContext) -> DoctorCheck {
        DoctorCheck("state") {
            guard let settings = context.settings(soundIn: "server", "database") else { return [] }
            let path = settings.server.stateDirectory
            var findings = unnamed(context, settings)
            guard let status = FileStatus(path) else { return findings + missing(path, context.user) }
            guard status.isDirectory else {
                return findings + [
                    .error(
                        "state.directory", "\(path) is no directory", why: "the service does not start",
                        change: "server.state_directory = \"/var/lib/dovecot-web-auth\"")
                ]
            }
            findings += readOnly(path)
            findings += unwritable(path, context.user)
            findings += full(path, settings)
            return findings
        }
    }

    private static func unnamed(_ context: DoctorContext, _ settings: Settings) -> [Finding] {
        guard !context.isStateNamed, let unit = context.unit?.stateDirectory, settings.databaseFile != nil else {
            return []
        }
        return [
            .warning(
                "state.unnamed", "server.state_directory is not set, and the unit alone says that it is \(unit)",
                why: "app-password in a shell uses an SQLite file in ./var of wherever one stands",
                change: "server.state_directory = \"\(unit)\"", hints: ["[server]", "state_directory = \"\(unit)\""])
        ]
    }

    /// The service makes it, if it may.
    private static func missing(_ path: String, _ user: ServiceUser) -> [Finding] {
        guard let parent = user.obstacleToMaking(path) else { return [] }
        let remedy = "install -d -m 700 -o \(user.name) \(path)"
        return [
            .error(
                "state.missing", "\(path) is not there, and \(user.name) cannot make it in \(parent)",
                why: "the service does not start without its state directory", change: remedy, hints: [remedy])
        ]
    }

    /// What no mode and owner tells.
    private static func readOnly(_ path: String) -> [Finding] {
        var file = statvfs()
        guard statvfs(path, &file) == 0, file.f_flag & UInt(ST_RDONLY) != 0 else { return [] }
        return [
            .error(
                "state.readonly", "\(path) is on a file system that is mounted read-only",
                why: "the service does not start without a state directory that it can write to",
                change: "mount -o remount,rw \(path); the kernel's log says whether the disk made it so")
        ]
    }

    /// The directory, and what root has left in it.
    private static func unwritable(_ path: String, _ user: ServiceUser) -> [Finding] {
        let remedy = "chown -R \(user.name) \(path)"
        if let obstacle = user.obstacle(.write, to: path) ?? user.obstacle(.enter, to: path + "/."),
            let status = FileStatus(obstacle)
        {
            return [
                .error(
                    "state.owner",
                    "\(user.name) cannot write to \(path): \(obstacle) has mode \(status.modeText), owner \(status.ownerName)",
                    why: "the service does not start, or loses the rows of the log that wait in the spool",
                    change: remedy, hints: [remedy])
            ]
        }
        let names = ["web-auth.sqlite", "web-auth.sqlite-wal", "web-auth.sqlite-shm", "lookups.sqlite", "spool"]
        let inside = ((try? FileManager.default.contentsOfDirectory(atPath: path + "/spool")) ?? []).sorted()
        for file in names.map({ "\(path)/\($0)" }) + inside.prefix(1000).map({ "\(path)/spool/\($0)" }) {
            guard user.obstacle(.write, to: file) != nil, let status = FileStatus(file) else { continue }
            return [
                .error(
                    "state.file",
                    "\(user.name) cannot write to \(file) (mode \(status.modeText), owner \(status.ownerName))",
                    why: "a file of another user, such as root's, keeps the service from its own database or spool",
                    change: remedy, hints: [remedy])
            ]
        }
        return []
    }

    private static func full(_ path: String, _ settings: Settings) -> [Finding] {
        var file = statvfs()
        guard statvfs(path, &file) == 0 else { return [] }
        let free = UInt64(file.f_bavail) * UInt64(file.f_frsize)
        let wanted = settings.databaseFile == nil ? settings.database.spoolMaximum : 64_000_000
        guard free < UInt64(wanted) || file.f_files > 0 && file.f_favail == 0 else { return [] }
        return [
            .warning(
                "state.full",
                "the disk of \(path) has \(free / 1_000_000) MB left, the spool may take \(wanted / 1_000_000) MB",
                why: "uses of app passwords that wait for the database are lost when the disk is full",
                change: "make room, or lower database.spool_max")
        ]
    }
}

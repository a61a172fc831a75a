import Foundation

/// The user that the service runs as, and what the file system lets him do.
struct ServiceUser: Sendable, Equatable {
    /// `dovecot-web-auth`; the number of one without a name.
    var name: String
    var id: uid_t
    /// His groups, the first of them his own.
    var groups: [gid_t]

    /// Something done with a file or directory.
    enum Access: UInt32, Sendable {
        case read = 4
        case write = 2
        case enter = 1
    }

    /// The user of the unit, else the one that the packages make, else whoever asks.
    ///
    /// - Parameter unit: The unit of the service, if there is one.
    static func find(_ unit: ServiceUnit?) -> ServiceUser {
        for name in [unit?.user, "dovecot-web-auth"] {
            if let name, let user = ServiceUser(named: name) { return user }
        }
        return .current
    }

    /// Whoever runs this program.
    static var current: ServiceUser {
        let id = geteuid()
        var groups = [gid_t](repeating: 0, count: 1024)
        let count = getgroups(Int32(groups.count), &groups)
        let name = getpwuid(id).map { String(cString: $0.pointee.pw_name) } ?? "\(id)"
        return ServiceUser(name: name, id: id, groups: [getegid()] + groups.prefix(max(0, Int(count))))
    }

    /// Whether this is who runs this program.
    var isCurrent: Bool { id == geteuid() }

    private init?(named name: String) {
        guard let entry = getpwnam(name) else { return nil }
        let (id, own) = (entry.pointee.pw_uid, entry.pointee.pw_gid)
        var groups = [gid_t](repeating: 0, count: 1024)
        var count = Int32(groups.count)
        guard getgrouplist(name, own, &groups, &count) >= 0 else { return nil }
        self.init(name: name, id: id, groups: Array(groups.prefix(Int(count))))
    }

    init(name: String, id: uid_t, groups: [gid_t]) {
        (self.name, self.id, self.groups) = (name, id, groups)
    }

    /// What keeps the user from doing this: the first directory on the way that he may not enter, or the file itself; nil
    /// if nothing does, or if there is no such file.
    ///
    /// Reads modes and owners; access control lists and security modules may have other ideas.
    func obstacle(_ access: Access, to path: String) -> String? {
        let directories = path.split(separator: "/").dropLast().reduce(into: ["/"]) { paths, part in
            paths.append((paths.last == "/" ? "/" : (paths.last ?? "") + "/") + part)
        }
        for directory in directories {
            guard let status = FileStatus(directory) else { return nil }
            if !may(.enter, status) { return directory }
        }
        guard let status = FileStatus(path) else { return nil }
        return may(access, status) ? nil : path
    }

    /// The directory in which the user would have to make a file or directory that is not there, with those on the way to it, if
    /// he may not; nil if he may.
    func obstacleToMaking(_ path: String) -> String? {
        var parent = (path as NSString).deletingLastPathComponent
        while FileStatus(parent) == nil, parent.count > 1 { parent = (parent as NSString).deletingLastPathComponent }
        return obstacle(.write, to: parent) ?? (FileStatus(parent)?.isDirectory == false ? parent : nil)
    }

    /// Whether the mode and owner of a file let the user do this.
    func may(_ access: Access, _ file: FileStatus) -> Bool {
        if id == 0 { return access != .enter || file.isDirectory || file.mode & 0o111 != 0 }
        let shift: UInt32 = file.owner == id ? 6 : groups.contains(file.group) ? 3 : 0
        return file.mode >> shift & access.rawValue != 0
    }
}

/// What the file system says of a file, links followed.
struct FileStatus: Sendable {
    var owner: uid_t
    var group: gid_t
    var mode: UInt32
    var isDirectory: Bool
    /// Neither a directory nor a pipe, a socket or a device.
    var isRegular: Bool

    /// nil if there is no such file, or we may not know.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        (owner, group, mode) = (status.st_uid, status.st_gid, status.st_mode & 0o7777)
        isDirectory = status.st_mode & S_IFMT == S_IFDIR
        isRegular = status.st_mode & S_IFMT == S_IFREG
    }

    /// `root`, or the owner's number.
    var ownerName: String { getpwuid(owner).map { String(cString: $0.pointee.pw_name) } ?? "\(owner)" }

    /// `0640`.
    var modeText: String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}

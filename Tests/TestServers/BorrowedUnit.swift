import Foundation

/// The control group of a unit of systemd, without systemd: journald takes what a process in it writes for the unit's.
public struct BorrowedUnit: Sendable {
    /// Where control groups are, in the hierarchy that journald looks at; nil if none can be made.
    static let hierarchy = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"].first {
        access($0 + "/cgroup.procs", W_OK) == 0
    }

    let path: String
    private let slice: String

    /// Makes the group, if it is not there.
    ///
    /// - Parameter name: `web-auth.service`.
    public init(_ name: String) throws {
        guard let hierarchy = Self.hierarchy else { throw ServerError("no control groups can be made here") }
        slice = hierarchy + "/system.slice"
        path = "\(slice)/\(name)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// Takes a process in; journald notices within a second.
    public func take(_ process: Int32) throws {
        try "\(process)".write(toFile: path + "/cgroup.procs", atomically: false, encoding: .utf8)
    }

    /// Removes the group. What others are in, such as a unit of a real systemd, stays.
    public func giveBack() { _ = (rmdir(path), rmdir(slice)) }
}

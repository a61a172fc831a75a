import Foundation

/// The files of a small Debian with systemd, of the release that this machine runs: a program built here runs there.
///
/// Made once by debootstrap, which takes a minute or two and some 250 MB, and kept for other test runs; nobody changes it.
/// To have it made anew, remove its directory.
enum DebianTree {
    /// Only root can write here, so nobody else can have put a tree there for us to run.
    static let cache = "/var/cache/web-auth-tests"
    private static let packages = ["dbus", "systemd", "systemd-sysv"]

    /// The release's code name: `bookworm`; nil if this is no Debian.
    static let release: String? = {
        let text = (try? String(contentsOfFile: "/etc/os-release", encoding: .utf8)) ?? ""
        let lines = text.split(separator: "\n")
        guard lines.contains("ID=debian") else { return nil }
        return lines.lazy.compactMap { $0.wholeMatch(of: /VERSION_CODENAME=(\w+)/) }.first.map { String($0.1) }
    }()

    /// Its path; it is made if it is not there.
    ///
    /// - Throws: ``ServerError`` with what debootstrap said.
    static func path() async throws -> String {
        guard let release else { throw ServerError("this machine runs no Debian") }
        try FileManager.default.createDirectory(
            atPath: cache, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let lock = open("\(cache)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw ServerError("\(cache)/lock cannot be opened") }
        defer { close(lock) }
        let deadline = ContinuousClock.now + .seconds(600)
        while flock(lock, LOCK_EX | LOCK_NB) != 0 {
            guard ContinuousClock.now < deadline else { throw ServerError("another test run has made \(cache) for 600 s") }
            try await Task.sleep(for: .milliseconds(100))
        }
        let path = ([release] + packages).joined(separator: "-")
        let finished = "\(cache)/\(path)"
        if FileManager.default.fileExists(atPath: finished) { return finished }
        let unfinished = finished + ".part"
        try? FileManager.default.removeItem(atPath: unfinished)
        _ = try await Command.run(
            ["debootstrap", "--variant=minbase", "--include=" + packages.joined(separator: ","), release, unfinished],
            within: .seconds(600))
        try? FileManager.default.removeItem(atPath: unfinished + "/var/cache/apt/archives")
        try FileManager.default.moveItem(atPath: unfinished, toPath: finished)
        return finished
    }
}

import Foundation

/// The files of a small Debian with some packages, to start programs of a release other than this machine's in.
///
/// Made once by debootstrap, which takes a minute or two and some 300 MB, and kept for other test runs; nobody changes it.
/// To have it made anew, remove its directory.
public struct DebianTree: Sendable {
    /// The release's code name: `bookworm`.
    public var release: String
    /// What it has besides the packages that every Debian has.
    public var packages: [String]

    /// Names one; nothing is made yet.
    public init(release: String, packages: [String]) {
        self.release = release
        self.packages = packages
    }

    /// Debian 13 with Dovecot 2.4 and MariaDB 11.8.
    public static let servers13 = DebianTree(
        release: "trixie",
        packages: [
            "dovecot-auth-lua", "dovecot-imapd", "dovecot-pop3d", "dovecot-submissiond", "lua-cjson",
            "mariadb-client-core", "mariadb-server-core",
        ])

    /// Why it cannot be used here; nil if it can, or should: in CI what is not installed is a failure.
    public var trouble: String? {
        if let trouble = Self.troubleOfMachine { return trouble }
        return Self.isCI || FileManager.default.fileExists(atPath: finished) || Self.mirrorHasName
            ? nil : "Debian's mirror cannot be reached"
    }

    /// Only root can write here, so nobody else can have put a tree there for us to run.
    private static let cache = "/var/cache/web-auth-tests"
    private var finished: String {
        let name = ([release] + packages).joined(separator: "-")
        // A long name is cut, and its end told apart by FNV-1a.
        let hash = name.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return "\(Self.cache)/" + (name.utf8.count <= 150 ? name : "\(name.prefix(130))-\(String(hash, radix: 16))")
    }

    /// Its path; it is made if it is not there.
    ///
    /// - Throws: ``ServerError`` with what debootstrap said.
    public func path() async throws -> String {
        let manager = FileManager.default
        try manager.createDirectory(
            atPath: Self.cache, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let lock = open(finished + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw ServerError("\(finished).lock cannot be opened") }
        defer { close(lock) }
        let deadline = ContinuousClock.now + .seconds(600)
        while flock(lock, LOCK_EX | LOCK_NB) != 0 {
            guard ContinuousClock.now < deadline else {
                throw ServerError("another test run has made \(finished) for 600 s")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        if manager.fileExists(atPath: finished) { return finished }
        let unfinished = finished + ".part"
        try? manager.removeItem(atPath: unfinished)
        _ = try await Command.run(
            ["debootstrap", "--variant=minbase", "--include=" + packages.joined(separator: ","), release, unfinished],
            within: .seconds(600))
        try? manager.removeItem(atPath: unfinished + "/var/cache/apt/archives")
        try manager.moveItem(atPath: unfinished, toPath: finished)
        return finished
    }

    /// What to write before a command so that it runs in it: as root, with this machine's network, processes and temporary
    /// directory. It has a `/run` of its own each time, and changes nothing else.
    ///
    /// The process stays the one that was started.
    public func entering() async throws -> [String] {
        let mounts = #"""
            tree=$1 temporary=$2
            shift 2
            mount --bind "$tree" "$tree"
            mount -t proc proc "$tree/proc"
            mount --rbind /dev "$tree/dev"
            mount -t tmpfs tmpfs "$tree/run"
            mount -t tmpfs -o mode=1777 tmpfs "$tree/tmp"
            mkdir -p "$tree$temporary"
            mount --bind "$temporary" "$tree$temporary"
            mount -o remount,bind,ro "$tree"
            exec chroot "$tree" "$@"
            """#
        let temporary = FileManager.default.temporaryDirectory.standardizedFileURL.path
        return try await [
            "/usr/bin/unshare", "--mount", "--propagation", "private", "/bin/sh", "-ec", mounts, "sh", path(),
            temporary,
        ]
    }
}

/// What this machine lets us do.
extension DebianTree {
    /// The release it runs; nil if it is no Debian.
    public static let releaseOfMachine: String? = {
        let text = (try? String(contentsOfFile: "/etc/os-release", encoding: .utf8)) ?? ""
        let lines = text.split(separator: "\n")
        guard lines.contains("ID=debian") else { return nil }
        return lines.lazy.compactMap { $0.wholeMatch(of: /VERSION_CODENAME=(\w+)/) }.first.map { String($0.1) }
    }()

    /// Why no tree can be used here; nil if one can, or should.
    static let troubleOfMachine: String? = {
        if geteuid() != 0 { return "they need root" }
        // Where even that is forbidden, as in most unprivileged containers, nothing that could be installed helps.
        if !mayMount { return "mounting is forbidden here" }
        if isCI { return nil }
        let missing = ["debootstrap", "unshare"].filter { Spawner.path(of: $0) == nil }
        return missing.isEmpty ? nil : "apt-get install debootstrap util-linux"
    }()

    private static let isCI = ProcessInfo.processInfo.environment["CI"] == "true"

    /// Whether debootstrap has somebody to ask.
    private static let mirrorHasName: Bool = {
        if ProcessInfo.processInfo.environment["http_proxy"] != nil { return true }
        var found: UnsafeMutablePointer<addrinfo>?
        defer { if let found { freeaddrinfo(found) } }
        return getaddrinfo("deb.debian.org", "80", nil, &found) == 0
    }()

    private static var mayMount: Bool {
        guard let unshare = Spawner.path(of: "unshare") else { return false }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: unshare)
        process.arguments = ["--mount", "--pid", "--fork", "mount", "-t", "tmpfs", "tmpfs", "/tmp"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}

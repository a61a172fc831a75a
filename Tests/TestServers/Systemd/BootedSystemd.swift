import Foundation
import Locks

/// A small Debian that runs beside this system, booted with systemd as its first process: units, sandboxing, journald,
/// reload and watchdog are the real ones.
///
/// It has a network of its own, with nothing but loopback, so that no port of this machine is touched; what it writes is
/// in memory. It ends with the test process, however that ends.
public final class BootedSystemd: Sendable {
    /// Why no machine can be booted here; nil if it can, or should: in CI what is not installed is a failure.
    public static let trouble: String? = {
        guard let tree else { return "this is no Debian" }
        if let trouble = tree.trouble { return trouble }
        if ProcessInfo.processInfo.environment["CI"] == "true" { return nil }
        let missing = ["systemd-nspawn", "nsenter", "curl"].filter { Spawner.path(of: $0) == nil }
        return missing.isEmpty ? nil : "apt-get install systemd-container util-linux curl"
    }()

    /// Of the release that this machine runs: a program built here runs there.
    private static let tree = DebianTree.releaseOfMachine.map {
        DebianTree(release: $0, packages: ["dbus", "systemd", "systemd-sysv"])
    }

    /// What a skipped suite says.
    public static let skipped = "tests under a booted systemd are skipped: \(trouble ?? "")"

    /// Its first process, as this machine numbers it.
    public let firstProcess: Int32
    private let machine: ServerProcess
    private let directory: PrivateDirectory

    /// Boots one and waits until every service of it has been started.
    ///
    /// - Parameters:
    ///   - files: Files and directories of this machine that it sees, by the path they have there; read-only.
    ///   - tree: What it is, with systemd among its packages; else the release that this machine runs.
    public init(files: [String: String], tree: DebianTree? = nil) async throws {
        guard let tree = tree ?? Self.tree else { throw ServerError("this machine runs no Debian") }
        let path = try await tree.path()
        let directory = try PrivateDirectory()
        let log = directory.path + "/boot.log"
        let command = [
            "systemd-nspawn", "--quiet", "--directory=\(path)", "--volatile=overlay", "--private-network", "--boot",
            "--machine=web-auth-\(getpid())-\(Self.number())", "--register=no", "--keep-unit",
            // nspawn itself forbids to lock memory, where systemd would allow it.
            "--system-call-filter=@memlock",
        ]
        let pidFile = directory.path + "/pid"
        let binds = files.sorted { $0.key < $1.key }.map { "--bind-ro=\($0.value):\($0.key)" }
        // The shell says who it is, then becomes nspawn. From Debian 13 on systemd wants control groups of version 2, which
        // it can have on a machine that has both.
        let groups = tree.release == "bookworm" ? "" : "systemd.unified_cgroup_hierarchy=1"
        let script = "echo $$ >'\(pidFile)'; export SYSTEMD_PROC_CMDLINE='\(groups)'; exec \"$@\""
        machine = ServerProcess(["sh", "-c", script, "sh"] + command + binds, log: log) {
            guard let first = Self.child(of: pidFile) else { return false }
            // "degraded": a service of Debian's own does not go with this kernel, which is not what is tested.
            let isUp = "systemctl is-system-running | grep -qxE 'running|degraded'"
            return (try? await Command.run(Self.entering(first) + ["sh", "-c", isUp])) != nil
        }
        do {
            try await machine.start()
        } catch {
            if let first = Self.child(of: pidFile) { kill(first, SIGKILL) }
            throw error
        }
        guard let first = Self.child(of: pidFile) else { throw ServerError("the booted system has ended") }
        firstProcess = first
        self.directory = directory
        Self.booted.withLock { $0.append(first) }
        _ = Self.endWithThisProcess
    }

    deinit {
        Self.booted.withLock { $0.removeAll { $0 == firstProcess } }
        kill(firstProcess, SIGKILL)
    }

    /// Those that are running. nspawn, killed, would leave them so, and killed it is, with this object or with this process.
    private static let booted = Mutex<[pid_t]>([])

    /// Each has a name of its own.
    private static func number() -> Int {
        numbers.withLock { number in
            number += 1
            return number
        }
    }
    private static let numbers = Mutex(0)

    /// All processes of one end with its first.
    private static let endWithThisProcess: Void = {
        atexit { BootedSystemd.booted.withLock { for first in $0 { kill(first, SIGKILL) } } }
    }()

    /// Runs a command in it and returns what it printed.
    ///
    /// - Throws: ``ServerError`` with what it printed, if it exits other than 0.
    @discardableResult
    public func run(_ command: String..., arguments: [String] = []) async throws -> String {
        try await Command.run(Self.entering(firstProcess) + command + arguments)
    }

    /// Runs a script of sh(1) in it, which ends at the first command that fails.
    @discardableResult
    public func shell(_ script: String) async throws -> String { try await run("sh", "-ec", script) }

    /// Writes a file in it, with the directories above.
    public func write(_ text: String, to path: String) async throws {
        _ = try await Command.run(
            Self.entering(firstProcess) + ["sh", "-ec", "mkdir -p \"$(dirname '\(path)')\"; cat >'\(path)'"],
            input: text)
    }

    /// Runs a program of this machine in its network.
    public func runInNetwork(_ command: [String], input: String = "") async throws -> String {
        try await Command.run(["nsenter", "--target=\(firstProcess)", "--net", "--"] + command, input: input)
    }

    private static func entering(_ process: pid_t) -> [String] {
        let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return ["nsenter", "--target=\(process)", "--all", "--", "/usr/bin/env", "-i", path, "LANG=C.UTF-8"]
    }

    /// The first process of a booted system: the only child of nspawn.
    private static func child(of pidFile: String) -> pid_t? {
        guard let text = try? String(contentsOfFile: pidFile, encoding: .utf8),
            let pid = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)),
            let children = try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8),
            let child = children.split(separator: " ").first.flatMap({ pid_t($0) }),
            let status = try? String(contentsOfFile: "/proc/\(child)/status", encoding: .utf8),
            status.split(separator: "\n").contains(where: { $0.wholeMatch(of: /NSpid:.*\t1/) != nil })
        else { return nil }
        return child
    }
}

import Foundation

/// Writes lines to the machine's journal as a unit of systemd, without systemd: journald takes the unit from the control
/// group of the process that writes.
public enum UnitWriter {
    /// Whether tests should run.
    public static var isAvailable: Bool {
        ProcessInfo.processInfo.environment["CI"] == "true"
            || (JournaldServer.isAvailable && BorrowedUnit.hierarchy != nil && InstalledServers.has("python3"))
    }
    /// What a skipped test says.
    public static let missing =
        "tests with units are skipped: run them as root, with journald and writable control groups"

    /// `argv`: the control group or nothing, then pairs of an identifier and a line.
    private static let script = #"""
        import os, socket, subprocess, sys
        group, pairs = sys.argv[1], sys.argv[2:]
        if group:
            with open(group + "/cgroup.procs", "w") as processes:
                processes.write(str(os.getpid()))
        journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        journal.connect("/run/systemd/journal/socket")
        for identifier, message in zip(pairs[::2], pairs[1::2]):
            journal.send(("MESSAGE=%s\nSYSLOG_IDENTIFIER=%s\nPRIORITY=5\n" % (message, identifier)).encode())
        # journald looks at a process that is still there.
        subprocess.run(["journalctl", "--sync"], check=True)
        """#

    /// Writes lines, each with its identifier.
    ///
    /// - Parameter unit: `web-auth.service`; nil: whatever this process belongs to.
    public static func write(_ lines: [(identifier: String, message: String)], asUnit unit: String? = nil) async throws
    {
        _ = try await JournaldServer.shared
        let group = try unit.map { try BorrowedUnit($0) }
        defer { group?.giveBack() }
        _ = try await Command.run(
            ["python3", "-c", script, group?.path ?? ""] + lines.flatMap { [$0.identifier, $0.message] })
    }
}

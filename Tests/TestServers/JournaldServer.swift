import Foundation

/// The machine's systemd-journald. There can be only one, so it is started only if none runs, and test processes take
/// turns with it.
public final class JournaldServer: Sendable {
    private static let program = "/lib/systemd/systemd-journald"
    private static let socket = "/run/systemd/journal/socket"
    private static let turn = Task {
        let lock = open("/tmp/web-auth-tests-journald.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard lock >= 0 else { throw ServerError("no lock for journald") }
        let deadline = ContinuousClock.now + .seconds(300)
        while flock(lock, LOCK_EX | LOCK_NB) != 0 {  // held until the process ends
            guard ContinuousClock.now < deadline else { throw ServerError("other tests have held journald for 300 s") }
            try await Task.sleep(for: .milliseconds(100))
        }
        return try await JournaldServer()
    }

    /// The server, started when it is first asked for.
    public static var shared: JournaldServer { get async throws { try await turn.value } }

    /// Its process, to end, freeze and start; nil if it is not ours.
    public let process: ServerProcess?

    /// Whether tests should run: it runs, could be started, or this is CI, where its absence is a failure.
    public static var isAvailable: Bool {
        ProcessInfo.processInfo.environment["CI"] == "true" || isListening
            || (geteuid() == 0 && access(program, X_OK) == 0)
    }

    /// What a skipped suite says.
    public static let missing = "journal tests are skipped: run them as root, with systemd-journald installed"

    private init() async throws {
        guard !Self.isListening else {
            process = nil
            return
        }
        for folder in ["/run/systemd/journald.conf.d", "/run/log/journal"] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        // Its files are readable for this group, as systemd-tmpfiles has it.
        _ = try await Command.run(["chgrp", "-R", "systemd-journal", "/run/log/journal"])
        _ = try await Command.run(["find", "/run/log/journal", "-type", "d", "-exec", "chmod", "2755", "{}", "+"])
        try "[Journal]\nStorage=volatile\nReadKMsg=no\nAudit=no\nRateLimitIntervalSec=0\nRuntimeMaxUse=256M\n"
            .write(toFile: "/run/systemd/journald.conf.d/web-auth-tests.conf", atomically: true, encoding: .utf8)
        let log = NSTemporaryDirectory() + "/web-auth-tests-journald.log"
        process = ServerProcess([Self.program], log: log) { Self.isListening }
        try await process?.start()
    }

    /// Reads entries back once all that was sent has been written.
    ///
    /// - Parameter matches: As journalctl takes them: `SYSLOG_IDENTIFIER=mail-audit`.
    /// - Returns: The fields of each entry, oldest first.
    public func entries(_ matches: String...) async throws -> [[String: String]] { try await entries(matches) }

    /// The same, of matches that are in a list.
    public func entries(_ matches: [String]) async throws -> [[String: String]] {
        _ = try await Command.run(["journalctl", "--sync"])
        let output = try await Command.run(["journalctl", "--all", "--no-pager", "--quiet", "-o", "json"] + matches)
        return try output.split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            return object.mapValues { value in
                // What is no printable text comes as a list of bytes.
                (value as? [Int]).map { String(decoding: $0.map(UInt8.init), as: UTF8.self) } ?? "\(value)"
            }
        }
    }

    private static var isListening: Bool {
        let descriptor = Foundation.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: socket.utf8) }
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }
}

import Foundation

/// The real fail2ban with the shipped filter.
public enum Fail2ban {
    /// Whether tests should run.
    public static let isAvailable = InstalledServers.has("fail2ban-regex")
    /// What a skipped suite says.
    public static let missing = "fail2ban tests are skipped: apt-get install fail2ban python3-systemd"

    /// Whom the filter would count failures of.
    ///
    /// - Parameters:
    ///   - filter: `dovecot-web-auth`, with options as fail2ban takes them: `dovecot-web-auth[mode=aggressive]`.
    ///   - file: A filter file to use with those of the system.
    ///   - log: Lines of a syslog file; nil to read the journal.
    /// - Returns: Address and user of each failure, separated by a blank.
    public static func failures(_ filter: String, file: String, log: String?) async throws -> [String] {
        let directory = try PrivateDirectory()
        _ = try await Command.run(["cp", "-r", "/etc/fail2ban", directory.path + "/etc"])
        _ = try await Command.run(["cp", file, directory.path + "/etc/filter.d/"])
        let source = try log.map { try directory.write($0, to: "log") } ?? "systemd-journal"
        let output = try await Command.run([
            "fail2ban-regex", "-c", directory.path + "/etc", "--usedns", "no", "-o", "<ip> <F-USER>", source, filter,
        ])
        return output.split(separator: "\n").map(String.init)
    }
}

/// A private `fail2ban-server` with the shipped filter and jail, which reads this machine's journal; what it bans it only
/// remembers.
public final class Fail2banServer: Sendable {
    private static let jail = "dovecot-web-auth"

    private let process: ServerProcess
    private let directory: PrivateDirectory
    private let client: [String]

    /// Starts it and waits until the jail is in operation.
    ///
    /// - Parameter packaging: The folder of the shipped files: `packaging/fail2ban`.
    public init(packaging: String) async throws {
        // Without a journal there would be nothing to read, then or later.
        _ = try await JournaldServer.shared
        directory = try PrivateDirectory()
        let home = directory.path
        _ = try await Command.run(["cp", "-r", "/etc/fail2ban", "\(home)/etc"])
        _ = try await Command.run(["sh", "-c", "rm -f '\(home)'/etc/jail.d/* '\(home)'/etc/*.local"])
        for folder in ["filter.d", "jail.d"] {
            _ = try await Command.run([
                "cp", "\(packaging)/\(folder)/\(Self.jail).conf", "\(home)/etc/\(folder)/",
            ])
        }
        // Nobody's firewall is touched.
        _ = try directory.write("[\(Self.jail)]\naction =\n", to: "etc/jail.d/\(Self.jail).local")
        _ = try directory.write("[Definition]\ndbfile = :memory:\n", to: "etc/fail2ban.local")
        let socket = "\(home)/socket"
        let client = ["fail2ban-client", "-c", "\(home)/etc", "-s", socket, "-p", "\(home)/pid"]
        self.client = client
        process = ServerProcess(
            [
                "fail2ban-server", "-f", "-c", "\(home)/etc", "-s", socket, "-p", "\(home)/pid", "--logtarget",
                "STDOUT", "start",
            ], log: "\(home)/log"
        ) {
            let log = (try? String(contentsOfFile: "\(home)/log", encoding: .utf8)) ?? ""
            return log.contains("Jail is in operation now")
        }
        try await process.start()
    }

    /// The addresses that the jail holds.
    public func banned() async throws -> [String] {
        try await Command.run(client + ["get", Self.jail, "banip"]).split { $0.isWhitespace }.map(String.init)
    }

    /// What it has logged.
    public var log: String { (try? directory.read("log")) ?? "" }
}

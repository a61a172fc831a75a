import Foundation

/// The real `fail2ban-regex` with the shipped filter.
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

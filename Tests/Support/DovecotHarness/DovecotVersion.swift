internal import Foundation
internal import TestServers

/// The Dovecots that the shipped scripts and examples are for; tests with one take it as their argument.
public enum DovecotVersion: String, Sendable, CaseIterable, CustomStringConvertible {
    /// Debian 12's, as installed on this machine.
    case v23 = "2.3"
    /// Debian 13's, in a directory of its own (``DebianTree``), with this machine's network.
    case v24 = "2.4"

    /// As people call it: `2.4`.
    public var description: String { rawValue }

    /// Those that tests run with here.
    public static let tested = allCases.filter(\.shouldRun)

    /// Those of ``tested`` that have its submission server, too.
    public static let testedWithSubmission = tested.filter(\.hasSubmission)

    /// Whether tests with it are to run: where it can, and in CI always, so that none is skipped unseen.
    public var shouldRun: Bool { Self.isCI || trouble == nil }

    /// What to say when tests with it are skipped.
    public var skipped: String { "tests with Dovecot \(rawValue) are skipped: \(trouble ?? "")" }

    /// Why it cannot run here.
    var trouble: String? { self == .v23 ? Self.troubleOfInstalled : Self.troubleOfTree }

    /// Whether it has a submission server: a package of its own, which one may do without outside of CI.
    var hasSubmission: Bool {
        self == .v24 || Self.isCI || FileManager.default.fileExists(atPath: "/usr/lib/dovecot/submission")
    }

    /// What to write before a command so that it is this Dovecot's.
    func entering() async throws -> [String] { self == .v23 ? [] : try await DebianTree.servers13.entering() }

    /// The directory that Debian's configuration is in, seen from this machine: `/etc/dovecot`.
    public func debianConfiguration() async throws -> String {
        self == .v23 ? "/etc/dovecot" : try await DebianTree.servers13.path() + "/etc/dovecot"
    }

    /// What `doveconf -n` says of a configuration, which lies in the temporary directory.
    public func doveconf(_ file: String) async throws -> CommandResult {
        let entering = try await entering()
        return try await offPool { try Command.run(entering + ["/usr/bin/doveconf", "-n", "-c", file]) }
    }

    private static let isCI = ProcessInfo.processInfo.environment["CI"] == "true"

    private static let troubleOfTree = DebianTree.servers13.trouble

    private static let troubleOfInstalled: String? = {
        let parts = [
            "/usr/sbin/dovecot", "/usr/lib/dovecot/imap", "/usr/lib/dovecot/pop3",
            "/usr/lib/dovecot/modules/auth/libauthdb_lua.so",
        ]
        let json = ["x86_64", "aarch64"].map { "/usr/lib/\($0)-linux-gnu/lua/5.4/cjson.so" }
        let exists = FileManager.default.fileExists(atPath:)
        let version = (try? Command.run(["/usr/sbin/dovecot", "--version"]))?.output ?? ""
        guard getuid() == 0, parts.allSatisfy(exists), json.contains(where: exists), version.hasPrefix("2.3.") else {
            return "as root: apt-get install dovecot-imapd dovecot-pop3d dovecot-submissiond dovecot-auth-lua lua-cjson"
        }
        return nil
    }()
}

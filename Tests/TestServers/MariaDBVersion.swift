/// The MariaDBs that the shipped tables are for; tests with one take it as their argument.
public enum MariaDBVersion: String, Sendable, CaseIterable, CustomStringConvertible {
    /// Debian 12's, as installed on this machine.
    case v1011 = "10.11"
    /// Debian 13's, in a directory of its own (``DebianTree``).
    case v118 = "11.8"

    /// As people call it: `11.8`.
    public var description: String { rawValue }

    /// Those that tests run with here.
    public static let tested = allCases.filter(\.shouldRun)

    /// Whether tests with it are to run: where it can, and in CI always.
    public var shouldRun: Bool {
        switch self {
        case .v1011: InstalledServers.mariadb
        case .v118: DebianTree.servers13.trouble == nil
        }
    }

    /// What a skipped test says.
    public var skipped: String {
        switch self {
        case .v1011: InstalledServers.mariadbMissing
        case .v118: "tests with MariaDB 11.8 are skipped: \(DebianTree.servers13.trouble ?? "")"
        }
    }

    /// What to write before a command so that it is this MariaDB's.
    func entering() async throws -> [String] { self == .v1011 ? [] : try await DebianTree.servers13.entering() }

    /// An empty data directory, made once for the process and copied for each server.
    var template: PrivateDirectory {
        get async throws { try await (self == .v1011 ? Self.template1011 : Self.template118).value }
    }

    private static let template1011 = Task { try await makeTemplate(.v1011) }
    private static let template118 = Task { try await makeTemplate(.v118) }

    private static func makeTemplate(_ version: MariaDBVersion) async throws -> PrivateDirectory {
        let directory = try PrivateDirectory()
        _ = try await Command.run(
            version.entering() + [
                "mariadb-install-db", "--no-defaults", "--force", "--datadir=\(directory.path)/data",
                "--user=\(MariaDBServer.user)", "--auth-root-authentication-method=normal", "--skip-test-db",
                "--innodb-log-file-size=4M",
            ])
        return directory
    }
}

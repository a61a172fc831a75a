import Foundation

/// Which servers tests can start.
public enum InstalledServers {
    /// Whether tests that need a program should run: it is installed, or this is CI, where its absence is a failure.
    public static func has(_ program: String) -> Bool {
        Spawner.path(of: program) != nil || ProcessInfo.processInfo.environment["CI"] == "true"
    }

    /// Whether MariaDB tests should run.
    public static let mariadb = has("mariadbd")
    /// Whether LDAP tests should run.
    public static let slapd = has("slapd")
    /// Whether Redis tests should run.
    public static let redis = has("redis-server")

    /// What a skipped suite says.
    public static let mariadbMissing = "MariaDB tests are skipped: apt-get install mariadb-server"
    /// What a skipped suite says.
    public static let slapdMissing = "LDAP tests are skipped: apt-get install slapd ldap-utils openssl"
    /// What a skipped suite says.
    public static let redisMissing = "Redis tests are skipped: apt-get install redis-server"
}

import Foundation

/// A private MariaDB and its replica, both with the shipped tables in the database `mail_auth`, and with the row of one account.
///
/// The user `s` with the password `p` may read the tables on both, and write heartbeats into the primary.
public final class ReplicatedMariaDB: Sendable {
    /// What is written to.
    public let primary: MariaDBServer
    /// What follows it, and takes no changes of its own.
    public let replica: MariaDBServer

    /// Starts both, and waits until the replica has what the primary has.
    ///
    /// - Parameters:
    ///   - options: More options of both.
    ///   - delay: How many seconds the replica waits before it does what it has heard (`MASTER_DELAY`), from then on.
    public init(options: [String] = [], delay: Int = 0) async throws {
        primary = try await MariaDBServer(options: ["--server-id=1", "--log-bin=bin", "--binlog-format=ROW"] + options)
        replica = try await MariaDBServer(
            options: ["--server-id=2", "--read-only=1", "--slave-net-timeout=5"] + options)
        try await replica.sql(
            """
            CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT=\(primary.port), MASTER_USER='r', MASTER_PASSWORD='r', \
            MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1;
            """)
        try await primary.sql(
            """
            CREATE USER 'r'@'127.0.0.1' IDENTIFIED BY 'r'; GRANT REPLICATION SLAVE ON *.* TO 'r'@'127.0.0.1';
            CREATE DATABASE mail_auth; CREATE USER 's'@'127.0.0.1' IDENTIFIED BY 'p';
            GRANT SELECT ON mail_auth.* TO 's'@'127.0.0.1';
            """)
        for file in ["mariadb.sql", "mariadb-replica.sql"] {
            try await primary.sql(try Self.shipped(file), database: "mail_auth")
        }
        try await primary.sql(
            """
            GRANT SELECT, INSERT, UPDATE, DELETE ON mail_auth.web_auth_heartbeat TO 's'@'127.0.0.1';
            INSERT INTO mail_auth.app_passwords (id, uid, password) VALUES (1, 'alice', 'x');
            """)
        try await replica.sql("START SLAVE")
        let deadline = ContinuousClock.now + .seconds(60)
        while (try? await replica.sql("SELECT uid FROM mail_auth.app_passwords")) != "alice\n" {
            guard ContinuousClock.now < deadline else { throw ServerError("waited 60 s for the replica to follow") }
            try await Task.sleep(for: .milliseconds(20))
        }
        if delay > 0 {
            try await replica.sql("STOP SLAVE; CHANGE MASTER TO MASTER_DELAY=\(delay); START SLAVE")
        }
    }

    private static func shipped(_ file: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../..").standardizedFileURL
        return try String(contentsOf: root.appendingPathComponent("database/\(file)"), encoding: .utf8)
    }
}

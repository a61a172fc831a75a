import Foundation

/// A private MariaDB server on a Unix socket and a port of 127.0.0.1; its `root` has no password.
public final class MariaDBServer: Sendable {
    /// The server's process, to end, freeze and start.
    public let process: ServerProcess
    /// Its Unix socket.
    public let socket: String
    /// Its TCP port.
    public let port: UInt16
    /// Its general log, if it writes one: every statement it got.
    public let generalLog: String

    private let directory: PrivateDirectory

    /// Whom it runs as.
    static let user = NSUserName()

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - version: Which.
    ///   - options: More options of `mariadbd`.
    public convenience init(_ version: MariaDBVersion = .v1011, options: [String] = []) async throws {
        let template = try await version.template
        try await self.init(version, copying: template.path + "/data", options: options) { _ in true }
    }

    /// Starts a server with a copy of another one's data.
    ///
    /// - Parameter isReady: Whether it is, besides answering.
    init(
        _ version: MariaDBVersion = .v1011, copying data: String, options: [String],
        isReady: @escaping @Sendable (MariaDBServer) async -> Bool
    ) async throws {
        directory = try PrivateDirectory()
        _ = try await Command.run(["cp", "-r", data, directory.path + "/data"])
        let path = directory.path
        // State transfers of Galera are done by nobody where the tests are run by root.
        if options.contains("--wsrep-on=ON") { _ = try await Command.run(["chmod", "777", path + "/data"]) }
        let (socket, port) = (path + "/s", try freePort())
        (self.socket, self.port, generalLog) = (socket, port, path + "/general.log")
        let command =
            try await version.entering() + [
                "mariadbd", "--no-defaults", "--datadir=\(path)/data", "--socket=\(socket)", "--port=\(port)",
                "--bind-address=127.0.0.1", "--user=\(Self.user)", "--pid-file=\(path)/pid", "--tmpdir=\(path)",
                "--innodb-log-file-size=4M", "--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=0",
                "--general-log-file=\(generalLog)", "--skip-name-resolve",
            ] + options
        process = ServerProcess(command, log: path + "/log") {
            (try? await Command.run(["mariadb-admin", "--no-defaults", "-uroot", "-S", socket, "ping"])) != nil
        }
        try await process.start()
        let deadline = ContinuousClock.now + .seconds(60)
        while await !isReady(self) {
            guard ContinuousClock.now < deadline else { throw ServerError("waited 60 s for a server of MariaDB") }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Where its data are, for copies while it is stopped.
    var data: String { directory.path + "/data" }

    /// Runs statements as `root` by way of the `mariadb` client and returns its output: rows as lines, columns with tabs.
    @discardableResult
    public func sql(_ statements: String, database: String = "") async throws -> String {
        try await sql(statements, user: "root", password: "", database: database)
    }

    /// Runs statements as some user.
    @discardableResult
    public func sql(_ statements: String, user: String, password: String, database: String) async throws -> String {
        try await Command.run(
            [
                "mariadb", "--no-defaults", "-u\(user)", "--password=\(password)", "-S", socket, "--batch",
                "--skip-column-names", "--default-character-set=utf8mb4", database,
            ].filter { !$0.isEmpty }, input: statements)
    }
}

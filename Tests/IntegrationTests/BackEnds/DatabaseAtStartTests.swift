import TestServers
import Testing

/// What is said at the start of a database that will not serve, before the first login meets it.
@Suite(.timeLimit(.minutes(2)))
struct DatabaseAtStartTests {
    /// Starts with a DSN, waits for what the log says of it, and asks whether it is ready.
    private func start(_ dsn: String) async throws -> (log: String, ready: String) {
        let directory = try TemporaryDirectory()
        try directory.write("config.toml", "[database]\ndsn = \"\(dsn)\"\n")
        let server = try await ServerProcess(in: directory)
        await server.waitForLog("a back end cannot be asked")
        await server.waitForLog("error=")
        let ready = try server.request("GET", "/readyz")
        #expect(ready.status == 503)
        #expect(try server.auth("alice", "x").status == 503)
        for text in [server.logText, ready.body] { #expect(!text.contains("s3cret")) }
        return (server.logText, ready.body)
    }

    @Test(.enabled(if: InstalledServers.mariadb, "\(InstalledServers.mariadbMissing)"))
    func `a wrong password is said in the server's words`() async throws {
        let mariadb = try await MariaDBServer()
        defer { withExtendedLifetime(mariadb) {} }
        let (log, ready) = try await start("mysql://mailserver:s3cret@127.0.0.1:\(mariadb.port)/mail_auth")
        #expect(log.contains("Access denied for user"))
        #expect(ready.contains("database: refused (access denied)"))
    }

    @Test func `a socket that is not there is named, with the reason`() async throws {
        let path = "/tmp/there-is-no-such-directory/mysql.sock"
        let (log, ready) = try await start("mysql://mailserver:s3cret@localhost/mail_auth?unix_socket=\(path)")
        #expect(log.contains(path))
        #expect(ready.contains("database: unreachable (\(path): No such file or directory (errno 2))"))
    }
}

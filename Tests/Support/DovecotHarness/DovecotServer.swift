public import Foundation

/// A private, real Dovecot 2.3 with our Lua scripts as passdbs: its own directory, ports and processes.
///
/// Started as root, because Dovecot drops to its own users. It ends with ``stop()`` and, should the test process end
/// without that, by itself.
public final class DovecotServer: Sendable {
    /// The TCP ports of its IMAP and POP3 servers on 127.0.0.1.
    public let ports: (imap: UInt16, pop3: UInt16)
    /// Its directory, readable by Dovecot's users; gone after ``stop()``.
    public let directory: URL
    private let process: WatchedProcess

    /// Whether this machine can run it: Dovecot 2.3 with IMAP, POP3 and Lua, lua-cjson, and we are root.
    public static let isAvailable: Bool =
        getuid() == 0
        && [
            "/usr/sbin/dovecot", "/usr/lib/dovecot/imap", "/usr/lib/dovecot/pop3",
            "/usr/lib/dovecot/modules/auth/libauthdb_lua.so",
        ].allSatisfy(FileManager.default.fileExists(atPath:))
        && ["/usr/lib/x86_64-linux-gnu/lua/5.4/cjson.so", "/usr/lib/aarch64-linux-gnu/lua/5.4/cjson.so"]
            .contains(where: FileManager.default.fileExists(atPath:))
        && ((try? Command.run(["/usr/sbin/dovecot", "--version"]))?.output.hasPrefix("2.3.") ?? false)

    /// What to say when a test is skipped because of ``isAvailable``.
    public static let requirement: String =
        "needs root and Dovecot 2.3: apt-get install dovecot-core dovecot-imapd dovecot-pop3d dovecot-auth-lua lua-cjson"

    /// Whether tests with Dovecot are to run: where it is installed, and in CI always, so that none is skipped unseen.
    public static var shouldRun: Bool { isAvailable || ProcessInfo.processInfo.environment["CI"] == "true" }

    /// Starts Dovecot and waits until it takes logins.
    ///
    /// - Parameters:
    ///   - apiURL: The service that the scripts ask: `http://127.0.0.1:8000`.
    ///   - passdbs: The chain of passdbs.
    ///   - users: Main passwords by user name, for the chains that have a passwd-file.
    ///   - environment: More for the scripts: `["WEB_AUTH_TIMEOUT": "2", "WEB_AUTH_TOKEN": "…"]`.
    /// - Throws: ``DovecotError`` if it does not start, with what it said.
    public static func start(
        apiURL: String, passdbs: DovecotPassdbs = .authOnly, users: [String: String] = [:],
        environment: [String: String] = [:]
    ) async throws -> DovecotServer {
        try await offPool {
            try DovecotServer(apiURL: apiURL, passdbs: passdbs, users: users, environment: environment)
        }
    }

    /// Starts Dovecot, lends it, and ends it however the closure ends.
    public static func with<Result: Sendable>(
        apiURL: String, passdbs: DovecotPassdbs = .authOnly, users: [String: String] = [:],
        environment: [String: String] = [:], _ body: (DovecotServer) async throws -> Result
    ) async throws -> Result {
        let dovecot = try await start(apiURL: apiURL, passdbs: passdbs, users: users, environment: environment)
        do {
            let result = try await body(dovecot)
            await dovecot.stop()
            return result
        } catch {
            await dovecot.stop()
            throw error
        }
    }

    /// Ends Dovecot and removes its directory.
    public func stop() async {
        _ = try? await offPool { [process, directory] in
            process.end()
            try? FileManager.default.removeItem(at: directory)
        }
    }

    /// What Dovecot has logged so far.
    public var log: String {
        (try? String(contentsOf: directory.appendingPathComponent("log"), encoding: .utf8)) ?? ""
    }

    /// Logs in over IMAP with `LOGIN`, quoted or as literals, and logs out again.
    ///
    /// - Parameters:
    ///   - password: Any bytes.
    ///   - address: The client's address, as Dovecot is told by `ID` (it trusts this client); nil: 127.0.0.1.
    public func imapLogin(user: String, password: some Sequence<UInt8> & Sendable, from address: String? = nil)
        async throws -> LoginReply
    {
        try await offPool { [port = ports.imap] in
            try IMAPClient(port: port).login(user: user, password: Array(password), from: address)
        }
    }

    /// Logs in over IMAP with a password that is text.
    public func imapLogin(user: String, password: String, from address: String? = nil) async throws -> LoginReply {
        try await imapLogin(user: user, password: password.utf8, from: address)
    }

    /// Logs in over POP3 with `USER` and `PASS`, and quits.
    public func popLogin(user: String, password: String, from address: String? = nil) async throws -> LoginReply {
        try await offPool { [port = ports.pop3] in
            try POP3Client(port: port).login(user: user, password: password, from: address)
        }
    }

    /// Runs `doveadm auth test`: one authentication without mail protocol, for any service.
    ///
    /// - Parameter address: The client's address; nil: Dovecot knows none, as for logins over local sockets.
    /// - Returns: Exit code 0 (accepted) or 77 (refused) and what it printed: `code=temp_fail`, `code=user_disabled`.
    public func doveadmAuthTest(
        service: String, user: String, password: String, from address: String? = nil
    ) async throws -> CommandResult {
        let rip = address.map { ["-x", "rip=\($0)"] } ?? []
        return try await doveadm(["auth", "test", "-x", "service=\(service)"] + rip + [user, password])
    }

    /// Runs any `doveadm` command.
    public func doveadm(_ arguments: [String]) async throws -> CommandResult {
        try await offPool { [directory] in
            let configuration = directory.appendingPathComponent("dovecot.conf").path
            return try Command.run(["/usr/bin/doveadm", "-c", configuration] + arguments)
        }
    }

    private init(
        apiURL: String, passdbs: DovecotPassdbs, users: [String: String], environment: [String: String]
    ) throws {
        guard Self.isAvailable else { throw DovecotError(Self.requirement) }
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("dovecot-\(UUID().uuidString)")
        self.directory = directory
        ports = try (FreePort.find(), FreePort.find())
        let variables = environment.merging(["WEB_AUTH_URL": apiURL]) { $1 }
        try DovecotDirectory(directory).fill(ports: ports, passdbs: passdbs, users: users, variables: variables)

        let configuration = directory.appendingPathComponent("dovecot.conf").path
        let check = try Command.run(["/usr/bin/doveconf", "-c", configuration, "-n"])
        guard check.status == 0 else { throw DovecotError("doveconf: \(check.output)") }
        process = try WatchedProcess(["/usr/sbin/dovecot", "-F", "-c", configuration], environment: variables)
        do {
            try waitUntilReady()
        } catch {
            let log = log
            process.end()
            try? FileManager.default.removeItem(at: directory)
            throw DovecotError("\(error)\n\(log)")
        }
    }

    /// Waits for the banner, then lets one login fail before it reaches a passdb (a name that is not ASCII): the first
    /// one after a start may wait for seconds on a socket that the configuration switches off.
    private func waitUntilReady() throws {
        let deadline = Date().addingTimeInterval(20)
        while true {
            do {
                _ = try IMAPClient(port: ports.imap).login(user: "wärm", password: Array("up".utf8), from: nil)
                return
            } catch {
                guard Date() < deadline, process.isRunning else { throw error }
                usleep(50_000)
            }
        }
    }
}

public import Foundation
internal import TestServers

/// A private, real Dovecot with our Lua scripts as passdbs: its own directory, ports and processes.
///
/// Started as root, because Dovecot drops to its own users. It ends with ``stop()`` and, should the test process end
/// without that, by itself.
public final class DovecotServer: Sendable {
    /// TCP ports on 127.0.0.1.
    public struct Ports: Sendable {
        /// IMAP in clear text.
        public let imap: UInt16
        /// IMAP within TLS.
        public let imaps: UInt16
        /// POP3 in clear text.
        public let pop3: UInt16
        /// Submission (SMTP) in clear text; nil: it has none.
        public let submission: UInt16?
    }

    /// Which Dovecot it is.
    public let version: DovecotVersion
    /// Where its servers are.
    public let ports: Ports
    /// Its directory, readable by Dovecot's users; gone after ``stop()``.
    public let directory: URL
    private let process: WatchedProcess
    private let entering: [String]
    let certificates: TestCertificates

    /// Those of this process's Dovecots.
    private static let certificates = Task { try await TestCertificates() }

    /// Starts Dovecot and waits until it takes logins.
    ///
    /// - Parameters:
    ///   - version: Which.
    ///   - apiURL: The service that the scripts ask: `http://127.0.0.1:8000`.
    ///   - passdbs: The chain of passdbs.
    ///   - users: Main passwords by user name, for the chains that have a passwd-file.
    ///   - environment: More for the scripts: `["WEB_AUTH_TIMEOUT": "2", "WEB_AUTH_TOKEN": "…"]`; on 2.4 it goes to their
    ///     `lua_settings`.
    /// - Throws: ``DovecotError`` if it does not start, with what it said.
    public static func start(
        _ version: DovecotVersion, apiURL: String, passdbs: DovecotPassdbs = .authOnly, users: [String: String] = [:],
        environment: [String: String] = [:]
    ) async throws -> DovecotServer {
        if let trouble = version.trouble { throw DovecotError("Dovecot \(version): \(trouble)") }
        let entering = try await version.entering()
        let certificates = try await certificates.value
        let variables = environment.merging(["WEB_AUTH_URL": apiURL]) { $1 }
        return try await offPool {
            try DovecotServer(
                version, entering, certificates, passdbs: passdbs, users: users, variables: variables)
        }
    }

    /// Starts Dovecot, lends it, and ends it however the closure ends.
    public static func with<Result: Sendable>(
        _ version: DovecotVersion, apiURL: String, passdbs: DovecotPassdbs = .authOnly, users: [String: String] = [:],
        environment: [String: String] = [:], _ body: (DovecotServer) async throws -> Result
    ) async throws -> Result {
        let dovecot = try await start(version, apiURL: apiURL, passdbs: passdbs, users: users, environment: environment)
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

    /// Whether Dovecot logs a text within ten seconds: its log has a process of its own, which may write a line after the client
    /// has its answer.
    public func logs(_ text: String) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(10)
        while !log.contains(text) {
            guard .now < deadline else { return false }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return true
    }

    /// Runs `doveadm auth test`: one authentication without mail protocol, for any service.
    ///
    /// - Parameter address: The client's address; nil: Dovecot knows none, as for logins over local sockets.
    /// - Returns: Exit code 0 (accepted), 77 (refused) or, on 2.4, 75 (undecided), and what it printed: `code=temp_fail`,
    ///   `code=user_disabled`.
    public func doveadmAuthTest(
        service: String, user: String, password: String, from address: String? = nil
    ) async throws -> CommandResult {
        let rip = address.map { ["-x", "rip=\($0)"] } ?? []
        return try await doveadm(["auth", "test", "-x", "service=\(service)"] + rip + [user, password])
    }

    /// Runs any `doveadm` command.
    public func doveadm(_ arguments: [String]) async throws -> CommandResult {
        try await offPool { [configuration, entering] in
            try Command.run(entering + ["/usr/bin/doveadm", "-c", configuration] + arguments)
        }
    }

    /// The Unix socket at which it says who may log in, to programs of any user: `smtpd_sasl_path` of Postfix.
    public var authenticationSocket: String { directory.appendingPathComponent("run/test-auth").path }

    private var configuration: String { directory.appendingPathComponent("dovecot.conf").path }

    private init(
        _ version: DovecotVersion, _ entering: [String], _ certificates: TestCertificates, passdbs: DovecotPassdbs,
        users: [String: String], variables: [String: String]
    ) throws {
        (self.version, self.entering, self.certificates) = (version, entering, certificates)
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("dovecot-\(UUID().uuidString)")
        ports = try Ports(
            imap: FreePort.find(), imaps: FreePort.find(), pop3: FreePort.find(),
            submission: version.hasSubmission ? FreePort.find() : nil)
        let settings = DovecotSettings(
            version: version, ports: ports, directory: directory.path,
            certificate: (certificates.certificate, certificates.key), variables: variables.keys.sorted())
        try DovecotDirectory(directory).fill(settings, passdbs: passdbs, users: users, variables: variables)

        let configuration = directory.appendingPathComponent("dovecot.conf").path
        let check = try Command.run(entering + ["/usr/bin/doveconf", "-c", configuration, "-n"])
        guard check.status == 0 else { throw DovecotError("doveconf: \(check.output)") }
        process = try WatchedProcess(
            entering + ["/usr/sbin/dovecot", "-F", "-c", configuration], environment: variables)
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

import Foundation

/// A private Redis server on a port of 127.0.0.1 and on a Unix socket; keeps nothing on disk.
public final class RedisServer: Sendable {
    /// The server's process, to end, freeze and start.
    public let process: ServerProcess
    /// Its TCP port; with certificates it speaks TLS there and nothing else.
    public let port: UInt16
    /// Its Unix socket.
    public let socket: String

    private let directory: PrivateDirectory
    private let password: String
    private let certificates: TestCertificates?

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - password: What clients must `AUTH` with; empty for none.
    ///   - certificates: For TLS; nil for none.
    ///   - options: More options of `redis-server`.
    public init(password: String = "", certificates: TestCertificates? = nil, options: [String] = []) async throws {
        directory = try PrivateDirectory()
        (self.password, self.certificates) = (password, certificates)
        let (port, socket) = (try freePort(), directory.path + "/s")
        (self.port, self.socket) = (port, socket)
        process = ServerProcess(
            [
                "redis-server", "--bind", "127.0.0.1", "--unixsocket", socket, "--unixsocketperm",
                "777", "--save", "",
                "--appendonly", "no", "--dir", directory.path, "--daemonize", "no",
            ] + Self.listening(port, certificates) + (password.isEmpty ? [] : ["--requirepass", password]) + options,
            log: directory.path + "/log"
        ) { isListening(port) }
        try await process.start()
    }

    /// How it is told where to listen.
    static func listening(_ port: UInt16, _ certificates: TestCertificates?) -> [String] {
        guard let certificates else { return ["--port", "\(port)"] }
        return [
            "--port", "0", "--tls-port", "\(port)", "--tls-cert-file", certificates.certificate, "--tls-key-file",
            certificates.key, "--tls-ca-cert-file", certificates.authority, "--tls-auth-clients", "no",
            "--tls-replication", "yes",
        ]
    }

    /// Runs one command by way of `redis-cli` and returns what it printed.
    public func run(_ command: String...) async throws -> String {
        try await Self.run(command, port, password, certificates)
    }

    static func run(
        _ command: [String], _ port: UInt16, _ password: String, _ certificates: TestCertificates?
    ) async throws -> String {
        try await Command.run(
            ["redis-cli", "-p", "\(port)"] + (password.isEmpty ? [] : ["--no-auth-warning", "-a", password])
                + (certificates.map { ["--tls", "--cacert", $0.authority] } ?? []) + command)
    }
}

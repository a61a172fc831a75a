import Foundation

/// A private Redis server on a port of 127.0.0.1 and on a Unix socket; keeps nothing on disk.
public final class RedisServer: Sendable {
    /// The server's process, to end, freeze and start.
    public let process: ServerProcess
    /// Its TCP port.
    public let port: UInt16
    /// Its Unix socket.
    public let socket: String

    private let directory: PrivateDirectory
    private let password: String

    /// Starts a server.
    ///
    /// - Parameters:
    ///   - password: What clients must `AUTH` with; empty for none.
    ///   - options: More options of `redis-server`.
    public init(password: String = "", options: [String] = []) async throws {
        directory = try PrivateDirectory()
        self.password = password
        let (port, socket) = (try freePort(), directory.path + "/s")
        (self.port, self.socket) = (port, socket)
        process = ServerProcess(
            [
                "redis-server", "--port", "\(port)", "--bind", "127.0.0.1", "--unixsocket", socket, "--unixsocketperm",
                "777", "--save", "",
                "--appendonly", "no", "--dir", directory.path, "--daemonize", "no",
            ] + (password.isEmpty ? [] : ["--requirepass", password]) + options, log: directory.path + "/log"
        ) { isListening(port) }
        try await process.start()
    }

    /// Runs one command by way of `redis-cli` and returns what it printed.
    public func run(_ command: String...) async throws -> String {
        try await Command.run(
            ["redis-cli", "-p", "\(port)"] + (password.isEmpty ? [] : ["--no-auth-warning", "-a", password]) + command)
    }
}

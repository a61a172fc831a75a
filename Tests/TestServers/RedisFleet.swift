import Foundation

/// A private Redis with two replicas, and three sentinels that watch over them; all of it speaks TLS, nothing is kept.
public final class RedisFleet: Sendable {
    /// The primary that it begins with, and its replicas.
    public let servers: [RedisServer]
    /// The sentinels' processes.
    public let sentinels: [ServerProcess]
    /// The sentinels' ports.
    public let sentinelPorts: [UInt16]
    /// What sentinels call it.
    public static let name = "mymaster"
    /// The sentinels' password.
    public static let sentinelPassword = "watch"
    /// A user who may do what the service needs.
    public static let user = (name: "webauth", password: "s3cret")

    private static let password = "replication"
    private let directories: [PrivateDirectory]
    private let certificates: TestCertificates

    /// Starts all six, and waits until the replicas follow and the sentinels know each other.
    public init(_ certificates: TestCertificates) async throws {
        self.certificates = certificates
        // What docs/settings.md says that the service needs.
        let rights = [
            "--user", Self.user.name, "on", ">" + Self.user.password, "%R~*", "~dw:*", "resetchannels", "&dw:*",
            "-@all", "+auth", "+ping", "+role", "+getrange", "+set", "+eval", "+time", "+get", "+hmget",
            "+hset", "+hincrby", "+hdel", "+pexpire", "+publish", "+subscribe",
        ]
        let shared = rights + ["--masterauth", Self.password, "--repl-diskless-sync-delay", "0"]
        let primary = try await RedisServer(password: Self.password, certificates: certificates, options: shared)
        var servers = [primary]
        for _ in 0..<2 {
            servers.append(
                try await RedisServer(
                    password: Self.password, certificates: certificates,
                    options: shared + ["--replicaof", "127.0.0.1", "\(primary.port)"]))
        }
        self.servers = servers
        var (sentinels, ports, directories): ([ServerProcess], [UInt16], [PrivateDirectory]) = ([], [], [])
        for _ in 0..<3 {
            let (directory, port) = (try PrivateDirectory(), try freePort())
            let settings = try directory.write(
                """
                port 0
                tls-port \(port)
                bind 127.0.0.1
                tls-cert-file \(certificates.certificate)
                tls-key-file \(certificates.key)
                tls-ca-cert-file \(certificates.authority)
                tls-auth-clients no
                tls-replication yes
                dir \(directory.path)
                requirepass \(Self.sentinelPassword)
                sentinel sentinel-pass \(Self.sentinelPassword)
                sentinel monitor \(Self.name) 127.0.0.1 \(primary.port) 2
                sentinel auth-pass \(Self.name) \(Self.password)
                sentinel down-after-milliseconds \(Self.name) 500
                sentinel failover-timeout \(Self.name) 3000

                """, to: "sentinel.conf")
            let process = ServerProcess(["redis-server", settings, "--sentinel"], log: directory.path + "/log") {
                isListening(port)
            }
            try await process.start()
            sentinels.append(process)
            ports.append(port)
            directories.append(directory)
        }
        (self.sentinels, sentinelPorts, self.directories) = (sentinels, ports, directories)
        try await waits("the replicas to follow") {
            try await primary.run("INFO", "replication").components(separatedBy: "state=online").count == 3
        }
        for port in ports {
            try await waits("the sentinels to know each other") {
                let state = try await self.sentinel(port, "SENTINEL", "CKQUORUM", Self.name)
                let known = try await self.sentinel(port, "SENTINEL", "SENTINELS", Self.name)
                let replicas = try await self.sentinel(port, "SENTINEL", "REPLICAS", Self.name)
                return state.hasPrefix("OK") && known.components(separatedBy: "runid").count == 3
                    && replicas.components(separatedBy: "runid").count == 3
            }
        }
    }

    /// Where a sentinel says that the primary is.
    public func primaryPort() async throws -> UInt16? {
        let words = try await sentinel(sentinelPorts[0], "SENTINEL", "GET-MASTER-ADDR-BY-NAME", Self.name)
        return words.split(whereSeparator: \.isNewline).last.flatMap { UInt16($0) }
    }

    /// Runs one command of a sentinel.
    public func sentinel(_ port: UInt16, _ command: String...) async throws -> String {
        try await RedisServer.run(command, port, Self.sentinelPassword, certificates)
    }

    private func waits(_ what: String, _ isSo: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try await !isSo() {
            guard ContinuousClock.now < deadline else { throw ServerError("waited 60 s for \(what)") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

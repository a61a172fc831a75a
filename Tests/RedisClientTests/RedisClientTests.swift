import AppPasswordCore
import AuditCore
import RedisClient
import TestServers
import Testing

@Suite(
    .enabled(if: InstalledServers.redis, "\(InstalledServers.redisMissing)"), .serialized, .timeLimit(.minutes(5)))
struct RedisClientTests {
    private func configuration(_ port: UInt16, _ certificates: TestCertificates? = nil) -> RedisClient.Configuration {
        var configuration = RedisClient.Configuration()
        configuration.servers = [.tcp(host: "127.0.0.1", port: port)]
        configuration.timeout = .seconds(10)
        configuration.patience = .seconds(10)
        configuration.tls = certificates.map {
            var tls = RedisClient.TLS()
            tls.authority = $0.authority
            return tls
        }
        return configuration
    }

    @Test func `TLS and a user: what it may do it does, and nothing else`() async throws {
        let certificates = try await TestCertificates()
        let server = try await RedisServer(
            certificates: certificates,
            options: ["--user", "webauth", "on", ">s3cret", "~dw:*", "-@all", "+auth", "+ping", "+get", "+set"])
        var configuration = configuration(server.port, certificates)
        configuration.credentials.user = "webauth"
        configuration.credentials.password = Secret("s3cret")
        let client = RedisClient(configuration)
        try await client.ping()
        #expect(
            try await client.send([RedisCommand("SET", "dw:a", "1"), RedisCommand("GET", "dw:a")])
                == [.status(Array("OK".utf8)), .bytes(Array("1".utf8))])
        // What it may not do says nothing of the connection: who uses it at the same time goes on.
        async let others = client.send([
            RedisCommand("GET", "dw:a"), RedisCommand("FLUSHALL"), RedisCommand("GET", "x"),
        ])
        #expect(
            try await client.send([RedisCommand("FLUSHALL"), RedisCommand("GET", "dw:a")])
                == [.error("NOPERM"), .bytes(Array("1".utf8))])
        #expect(try await others == [.bytes(Array("1".utf8)), .error("NOPERM"), .error("NOPERM")])
        configuration.credentials.password = Secret("wr0ng")
        let refused = await #expect(throws: LookupError.self) { try await RedisClient(configuration).ping() }
        #expect(refused?.detail == "redis: WRONGPASS")
    }

    @Test func `another authority, another name and no TLS are errors, and nothing is said before`() async throws {
        let certificates = try await TestCertificates()
        let server = try await RedisServer(certificates: certificates)
        var other = configuration(server.port, certificates)
        other.tls?.authority = try await TestCertificates().authority
        other.credentials.password = Secret("s3cret")
        let error = await #expect(throws: LookupError.self) { try await RedisClient(other).ping() }
        #expect(error?.detail.contains("TLS") == true, "\(String(describing: error))")
        let foreign = try await TestCertificates(names: "DNS:redis.example.org,IP:192.0.2.1")
        let impostor = try await RedisServer(certificates: foreign)
        for host in ["127.0.0.1", "localhost"] {
            var named = configuration(impostor.port, foreign)
            named.servers = [.tcp(host: host, port: impostor.port)]
            let error = await #expect(throws: LookupError.self) { try await RedisClient(named).ping() }
            #expect(error?.detail.contains("another name") == true, "\(String(describing: error))")
        }
        await #expect(throws: LookupError.self) { try await RedisClient(configuration(server.port)).ping() }
        let plain = try await RedisServer()
        var secret = configuration(plain.port, certificates)
        secret.credentials.password = Secret("s3cret")
        await #expect(throws: LookupError.self) { try await RedisClient(secret).ping() }
        let commands = try await plain.run("INFO", "commandstats")
        #expect(!commands.contains("cmdstat_auth"))
    }

    @Test func `a server that wants a certificate gets ours`() async throws {
        let certificates = try await TestCertificates()
        let server = try await RedisServer(certificates: certificates, options: ["--tls-auth-clients", "yes"])
        var configuration = configuration(server.port, certificates)
        await #expect(throws: LookupError.self) { try await RedisClient(configuration).ping() }
        configuration.tls?.certificate = certificates.certificate
        configuration.tls?.key = certificates.key
        try await RedisClient(configuration).ping()
        configuration.tls?.key = "/nonexistent"
        let error = await #expect(throws: LookupError.self) { try await RedisClient(configuration).ping() }
        #expect(error?.code == .unreadable)
    }

    @Test func `of several servers the first that takes changes is used, and another one when that changes`()
        async throws
    {
        let primary = try await RedisServer()
        let replica = try await RedisServer(options: ["--replicaof", "127.0.0.1", "\(primary.port)"])
        var configuration = configuration(1)
        configuration.servers = [1, replica.port, primary.port].map { .tcp(host: "127.0.0.1", port: $0) }
        let client = RedisClient(configuration)
        #expect(try await client.send([RedisCommand("SET", "a", "1")]) == [.status(Array("OK".utf8))])
        #expect(try await primary.run("GET", "a").hasPrefix("1"))
        // They change places while the connection stays open.
        _ = try await replica.run("REPLICAOF", "NO", "ONE")
        _ = try await primary.run("REPLICAOF", "127.0.0.1", "\(replica.port)")
        #expect(try await client.send([RedisCommand("SET", "b", "2")]) == [.status(Array("OK".utf8))])
        #expect(try await replica.run("GET", "b").hasPrefix("2"))
    }

    @Test func `who is not needed any more keeps no connection, also not one that was being made`() async throws {
        let server = try await RedisServer()
        for isUsed in [false, true, false] {
            for _ in 0..<20 {
                let client = RedisClient(configuration(server.port))
                client.connect()
                if isUsed { try await client.ping() }
                client.post([RedisCommand("SET", "dw:a", "1")], mayRepeat: true)
            }
        }
        let deadline = ContinuousClock.now + .seconds(30)
        // The one that asks.
        while try await server.run("CLIENT", "LIST").split(separator: "\n").count > 1, .now < deadline {
            try await Task.sleep(for: .milliseconds(20))
        }
        #expect(try await server.run("CLIENT", "LIST").split(separator: "\n").count == 1)
    }

    @Test(arguments: ["killed", "frozen"])
    func `when the primary is gone the one that sentinels name is used`(way: String) async throws {
        let certificates = try await TestCertificates()
        let fleet = try await RedisFleet(certificates)
        var configuration = configuration(1, certificates)
        configuration.servers = fleet.sentinelPorts.map { .tcp(host: "127.0.0.1", port: $0) }
        configuration.sentinel = RedisFleet.name
        configuration.sentinelCredentials.password = Secret(RedisFleet.sentinelPassword)
        configuration.credentials.user = RedisFleet.user.name
        configuration.credentials.password = Secret(RedisFleet.user.password)
        configuration.timeout = .milliseconds(500)
        configuration.patience = .seconds(2)
        configuration.longestPause = .milliseconds(500)
        let client = RedisClient(configuration)
        func works() async -> Bool {
            let set = try? await client.send([RedisCommand("SET", "dw:a", "1", "PX", "60000")])
            return set == [.status(Array("OK".utf8))]
        }
        func comesBack() async -> Bool {
            let deadline = ContinuousClock.now + .seconds(40)
            while ContinuousClock.now < deadline {
                if await works() { return true }
                try? await Task.sleep(for: .milliseconds(20))
            }
            return false
        }
        #expect(await comesBack())
        // One of the sentinels hangs, too.
        fleet.sentinels[1].freeze()
        if way == "killed" { try await fleet.servers[0].process.kill() } else { fleet.servers[0].process.freeze() }
        #expect(await comesBack())
        let port = try #require(try await fleet.primaryPort())
        #expect(port != fleet.servers[0].port)
        #expect(fleet.servers.contains { $0.port == port })
        fleet.servers[0].process.thaw()
        fleet.sentinels[1].thaw()
    }
}

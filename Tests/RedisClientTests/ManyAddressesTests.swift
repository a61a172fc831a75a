import NIOCore
import NIOPosix
import TestServers
import Testing

@testable import RedisClient

/// Names that have more than one address, of which the first is of no use.
@Suite(
    .enabled(if: InstalledServers.redis, "\(InstalledServers.redisMissing)"), .serialized, .timeLimit(.minutes(5)))
struct ManyAddressesTests {
    /// Says what it was told of every name.
    private struct FixedResolver: Resolver {
        let loop: any EventLoop
        let ports: [UInt16]

        func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
            loop.makeCompletedFuture {
                try ports.map { try SocketAddress(ipAddress: "127.0.0.1", port: Int($0)) }
            }
        }

        func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
            loop.makeSucceededFuture([])
        }

        func cancelQueries() {}
    }

    private func client(_ ports: [UInt16]) -> RedisClient {
        var configuration = RedisClient.Configuration()
        configuration.servers = [.tcp(host: "redis.example.org", port: 6379)]
        (configuration.timeout, configuration.patience) = (.seconds(10), .seconds(10))
        return RedisClient(configuration) { FixedResolver(loop: $0, ports: ports) }
    }

    @Test func `where the first address refuses or hangs, the next is used`() async throws {
        let server = try await RedisServer()
        try await client([try freePort(), server.port]).ping()
        let full = try FullListener()
        let client = client([full.port, server.port])
        try await client.ping()
        // And goes on being used when the race is over.
        for _ in 0..<20 { try await client.ping() }
        withExtendedLifetime(full) {}
    }
}

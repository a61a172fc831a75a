import Foundation
import NIOCore
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

    /// A port at which nobody accepts and where there is no room to wait: who connects there hangs.
    private final class FullListener {
        let port: UInt16
        private let sockets: [Int32]

        init() throws {
            let (port, listener) = (try freePort(), socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
            address.sin_port = in_port_t(port).bigEndian
            func with(_ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
                withUnsafePointer(to: &address) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        call($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                    }
                }
            }
            guard with({ bind(listener, $0, $1) }) == 0, listen(listener, 0) == 0 else {
                throw POSIXError(.EADDRINUSE)
            }
            var sockets = [listener]
            for _ in 0..<4 {
                let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
                _ = with { connect(client, $0, $1) }
                sockets.append(client)
            }
            (self.port, self.sockets) = (port, sockets)
        }

        deinit { for socket in sockets { close(socket) } }
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

internal import Locks
package import AppPasswordCore
package import AuditCore
internal import BlockingLanes

/// A lookup cache in Redis, KeyDB or Valkey.
///
/// Optional by nature: while the server is dead or frozen, calls fail at once but for one that tries again after each
/// pause, so that a login hardly ever waits for it and never longer than the timeout.
package final class RedisCache: LookupCache, Sendable {
    /// How to reach the server.
    package struct Configuration: Sendable, Equatable {
        /// Name or address.
        package var host = "localhost"
        /// TCP port.
        package var port: UInt16 = 6379
        /// The socket's path; if set, host and port are not used.
        package var unixSocket: String?
        /// What `AUTH` sends; empty: nothing.
        package var password = Secret("")
        /// What a call waits at most, connecting included.
        package var timeout: Duration = .milliseconds(250)
        /// Connections.
        package var poolSize = 2
        /// Calls that may wait for a connection; one more is refused as overloaded.
        package var queueLimit = 256

        /// Makes a configuration with the defaults.
        package init() {}
    }

    /// Values of more bytes count as not there.
    package static let longestValue = 64 << 10

    private let lanes: BlockingLanes<RedisConnection, LookupError>
    private let timeout: Duration
    private let onTooLong: @Sendable (Int) -> Void

    /// Makes a cache; connects when it is first asked.
    ///
    /// - Parameter onTooLong: Told how many values of a lookup were longer than ``longestValue``, if any were.
    package init(_ configuration: Configuration, onTooLong: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.onTooLong = onTooLong
        timeout = configuration.timeout
        let circuit = Circuit(firstPause: .milliseconds(500), longestPause: .seconds(8))
        lanes = BlockingLanes(
            name: "redis", count: configuration.poolSize, queueLimit: configuration.queueLimit,
            refusal: { refusal in
                switch refusal {
                case .overloaded: LookupError(.overloaded, detail: "redis")
                case .timedOut: LookupError(.timedOut, detail: "redis")
                }
            }, open: { RedisConnection(configuration, circuit: circuit) })
    }

    /// Reads keys with one `GETRANGE` each, all sent at once; an empty value counts as not there.
    package func values(for keys: [String]) async throws(LookupError) -> [String: [UInt8]] {
        guard !keys.isEmpty else { return [:] }
        let (found, tooLong) = try await lanes.run(within: timeout) { connection, _ throws(LookupError) in
            try connection.values(for: keys)
        }
        if tooLong > 0 { onTooLong(tooLong) }
        return found
    }

    /// Writes entries with one `SET … PX` each, all sent at once; those that live less than a millisecond are left out.
    package func store(_ entries: [LookupCacheEntry]) async throws(LookupError) {
        let entries = entries.filter { $0.lifetime >= .milliseconds(1) }
        guard !entries.isEmpty else { return }
        try await lanes.run(within: timeout) { connection, _ throws(LookupError) in
            try connection.store(entries)
        }
    }

    /// Asks the server for a sign of life, for readiness.
    package func ping() async throws(LookupError) {
        try await lanes.run(within: timeout) { connection, _ throws(LookupError) in try connection.ping() }
    }
}

package import AuditCore
package import RedisClient

/// A lookup cache in Redis, KeyDB or Valkey.
///
/// Optional by nature: while the server is dead or frozen, calls fail at once but for one that tries again after each
/// pause, so that a login hardly ever waits for it and never longer than the timeout.
package final class RedisCache: LookupCache, Sendable {
    /// Values of more bytes count as not there.
    package static let longestValue = 64 << 10

    private let client: RedisClient
    private let onTooLong: @Sendable (Int) -> Void

    /// Makes a cache; connects when it is first asked.
    ///
    /// - Parameter onTooLong: Told how many values of a lookup were longer than ``longestValue``, if any were.
    package init(_ configuration: RedisClient.Configuration, onTooLong: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.onTooLong = onTooLong
        client = RedisClient(configuration)
    }

    /// Reads keys with one `GETRANGE` each, all sent at once; an empty value counts as not there.
    ///
    /// Who asks for no more than a value may have gets no more, whoever wrote it.
    package func values(for keys: [String]) async throws(LookupError) -> [String: [UInt8]] {
        guard !keys.isEmpty else { return [:] }
        let replies = try await perform(keys.map { RedisCommand("GETRANGE", $0, "0", "\(Self.longestValue)") })
        var found: [String: [UInt8]] = [:]
        var tooLong = 0
        for (key, reply) in zip(keys, replies) {
            guard case .bytes(let bytes) = reply, !bytes.isEmpty else { continue }
            if bytes.count <= Self.longestValue { found[key] = bytes } else { tooLong += 1 }
        }
        if tooLong > 0 { onTooLong(tooLong) }
        return found
    }

    /// Writes entries with one `SET … PX` each, all sent at once; those that live less than a millisecond are left out.
    package func store(_ entries: [LookupCacheEntry]) async throws(LookupError) {
        let entries = entries.filter { $0.lifetime >= .milliseconds(1) }
        guard !entries.isEmpty else { return }
        _ = try await perform(
            entries.map { entry in
                let (seconds, attoseconds) = entry.lifetime.components
                let milliseconds = min(seconds, 1 << 40) * 1000 + attoseconds / 1_000_000_000_000_000
                var command = RedisCommand("SET", entry.key)
                command.words += [entry.value, Array("PX".utf8), Array("\(milliseconds)".utf8)]
                return command
            })
    }

    /// Asks the server for a sign of life, for readiness.
    package func ping() async throws(LookupError) { try await client.ping() }

    private func perform(_ commands: [RedisCommand]) async throws(LookupError) -> [RedisReply] {
        let replies = try await client.send(commands)
        // Somebody else's key, and no text, is as good as none.
        for case .error(let word) in replies where word != "WRONGTYPE" {
            throw LookupError(.unreachable, detail: "redis: \(word)")
        }
        return replies
    }
}

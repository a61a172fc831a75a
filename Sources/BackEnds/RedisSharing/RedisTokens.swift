internal import AuditCore
package import RedisClient
package import Whois

/// Tokens for registries in Redis: one bucket for each server, whoever asks it.
///
/// The bucket is a time, as of the generic cell rate algorithm (ITU-T I.371): when it would be full again.
package final class RedisTokens: SharedTokens, Sendable {
    private let client: RedisClient

    /// Takes them there.
    package init(_ client: RedisClient) { self.client = client }

    /// Runs a script.
    package func take(_ server: String, _ limit: RequestLimit, within patience: Duration) async -> SharedToken? {
        let command = RedisCommand(
            "EVAL", Self.script, "1", "dw:r:\(server)", "\(Self.microseconds(limit.spacing))", "\(limit.burst)",
            "\(Self.microseconds(patience))")
        guard let parts = try? await client.send([command]).first?.elements, parts.count == 2,
            let isGiven = parts[0].number, let wait = parts[1].number, (0...86_400_000_000).contains(wait)
        else { return nil }
        return isGiven == 1 ? .given(after: .microseconds(wait)) : .refused(for: .microseconds(wait))
    }

    private static func microseconds(_ duration: Duration) -> Int { Int(duration / .microseconds(1)) }

    private static let script = """
        local t = redis.call('TIME')
        local now = t[1] * 1000000 + t[2]
        local spacing = tonumber(ARGV[1])
        local full = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
        local wait = math.max(0, full - (tonumber(ARGV[2]) - 1) * spacing - now)
        if wait > tonumber(ARGV[3]) then return {0, wait} end
        full = full + spacing
        redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + 1)
        return {1, wait}
        """
}

internal import AuditCore
package import RedisClient
package import Whois

/// Tokens for registries in Redis: one bucket for each server, whoever asks it.
///
/// The bucket is a time, as of the generic cell rate algorithm (ITU-T I.371): when it would be full again. One that lies further
/// ahead than we could have brought it is another clock's, or nobody's, and counts as a bucket that is just empty.
package final class RedisTokens: SharedTokens, Sendable {
    private let client: RedisClient

    /// Takes them there.
    package init(_ client: RedisClient) { self.client = client }

    /// Runs a script.
    package func take(_ server: String, _ limit: RequestLimit, within patience: Duration) async -> SharedToken? {
        let command = RedisCommand(
            "EVAL", Self.script, "1", "dw:r:\(server)", "\(Self.microseconds(limit.spacing))", "\(limit.burst)",
            "\(Self.microseconds(patience))", "\(Self.microseconds(Self.longestPatience))")
        guard let parts = try? await client.send([command]).first?.elements, parts.count == 2,
            let isGiven = parts[0].number, let wait = parts[1].number, wait >= 0
        else { return nil }
        let (isInTime, longest) = (isGiven == 1, limit.spacing + max(patience, Self.longestPatience))
        guard .microseconds(wait) <= (isInTime ? patience : longest) else { return nil }
        return isInTime ? .given(after: .microseconds(wait)) : .refused(for: .microseconds(wait))
    }

    private static func microseconds(_ duration: Duration) -> Int { Int(duration / .microseconds(1)) }

    /// What any of our servers waits for a token at most.
    private static let longestPatience = Duration.seconds(60)

    private static let script = """
        local t = redis.call('TIME')
        local now = t[1] * 1000000 + t[2]
        local spacing = tonumber(ARGV[1])
        local deepest = (tonumber(ARGV[2]) - 1) * spacing
        local furthest = now + deepest + spacing + math.max(tonumber(ARGV[3]), tonumber(ARGV[4]))
        local full = tonumber(redis.call('GET', KEYS[1]) or '0') or 0
        if not (full <= furthest) then full = now + deepest end
        full = math.max(full, now)
        local wait = math.max(0, full - deepest - now)
        if wait > tonumber(ARGV[3]) then return {0, wait} end
        full = full + spacing
        redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + 1)
        return {1, wait}
        """
}

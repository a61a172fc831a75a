import AuditCore
import Doctor
import RedisCache
import Settings

extension DoctorCheck {
    /// Redis: whether it answers, and takes what is written.
    static func redis(_ context: DoctorContext) -> DoctorCheck {
        DoctorCheck("redis") {
            guard let settings = context.settings(soundIn: "cache"), settings.cache.mode == .redis else { return [] }
            let cache = RedisCache(RedisCache.Configuration(settings.cache))
            if let (_, trouble) = await BackEndQuestion.ask([.redis(cache)]).first, let trouble {
                return [.unreachable(trouble, settings.cache)]
            }
            let key = "dovecot-web-auth:doctor"
            do throws(LookupError) {
                try await cache.store([LookupCacheEntry(key: key, value: Array("well".utf8), lifetime: .seconds(5))])
                if try await cache.values(for: [key])[key] == nil {
                    return [.forgetful("what was written is not there")]
                }
            } catch {
                return [.forgetful(error.debugDescription)]
            }
            return []
        }
    }
}

extension Finding {
    private static let consequence =
        "what is looked up is kept in memory alone, and registries are asked again after each start"

    fileprivate static func unreachable(_ trouble: BackEndQuestion.Trouble, _ cache: Settings.Cache) -> Finding {
        let isRefused = trouble.detail.contains("AUTH") || trouble.detail.contains("WRONGPASS")
        let place = cache.unixSocket?.resolved ?? "\(cache.host):\(cache.port)"
        return .warning(
            isRefused ? "redis.access" : "redis.unreachable", "\(place): \(trouble.detail)", why: consequence,
            change: isRefused
                ? "cache.password or cache.password_file: the server wants another"
                : "cache.host, cache.port or cache.unix_socket; or cache.mode = \"sqlite\" without a Redis")
    }

    fileprivate static func forgetful(_ words: String) -> Finding {
        .warning(
            "redis.write", "Redis takes nothing: \(words)", why: consequence,
            change: "cache.host: name the server that is written to; or maxmemory-policy allkeys-lru in redis.conf")
    }
}

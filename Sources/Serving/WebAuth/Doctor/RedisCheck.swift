import AuditCore
import Doctor
import RedisCache
import RedisClient
import Settings

extension DoctorCheck {
    /// Redis: whether it answers, and takes what is written.
    static func redis(_ context: DoctorContext) -> DoctorCheck {
        DoctorCheck("redis") {
            guard let settings = context.settings(soundIn: "cache"), settings.cache.mode == .redis else { return [] }
            let place = RedisClient.Configuration(settings.cache.server)
            let cache = RedisCache(place)
            if let (_, trouble) = await BackEndQuestion.ask([.redis(RedisClient(place))]).first, let trouble {
                return [.unreachable(trouble, settings.cache)]
            }
            // Under what the service's user may write to.
            let key = "dw:doctor"
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
        let place = cache.server.description
        return .warning(
            isRefused ? "redis.access" : "redis.unreachable", "\(place): \(trouble.detail)", why: consequence,
            change: isRefused
                ? "cache.user, and cache.password or cache.password_file: the server wants others"
                : "cache.host, cache.port, cache.hosts or cache.unix_socket; or cache.mode = \"sqlite\" without a Redis"
        )
    }

    fileprivate static func forgetful(_ words: String) -> Finding {
        .warning(
            "redis.write", "Redis takes nothing: \(words)", why: consequence,
            change: "cache.host: name the server that is written to; or maxmemory-policy allkeys-lru in redis.conf")
    }
}

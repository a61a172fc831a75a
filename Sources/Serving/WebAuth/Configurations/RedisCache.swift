import AppPasswordCore
import RedisCache
import Settings

extension RedisCache.Configuration {
    /// The server of `[cache]`.
    init(_ cache: Settings.Cache) {
        self.init()
        if let socket = cache.unixSocket {
            unixSocket = socket.resolved
        } else {
            (host, port) = (cache.host, UInt16(clamping: cache.port))
        }
        if let secret = cache.password { password = secret }
    }
}

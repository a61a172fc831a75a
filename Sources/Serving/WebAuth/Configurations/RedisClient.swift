import AppPasswordCore
import RedisClient
import Settings

extension RedisClient.Configuration {
    /// The servers of `[cache]` or of `[shared]`.
    init(_ place: Settings.RedisPlace) {
        self.init()
        if let socket = place.unixSocket {
            servers = [.socket(path: socket.resolved)]
        } else if place.hosts.isEmpty {
            servers = [.tcp(host: place.host, port: UInt16(clamping: place.port))]
        } else {
            servers = place.hosts.map { .tcp(host: $0.host, port: UInt16(clamping: $0.port)) }
        }
        sentinel = place.sentinel
        credentials.user = place.user
        if let password = place.password { credentials.password = password }
        if let password = place.sentinelPassword { sentinelCredentials.password = password }
        if place.usesTLS, place.unixSocket == nil {
            var tls = RedisClient.TLS()
            (tls.authority, tls.certificate, tls.key) =
                (place.authority?.resolved, place.certificate?.resolved, place.key?.resolved)
            self.tls = tls
        }
    }
}

extension Settings.RedisPlace {
    /// For messages.
    var description: String {
        if let socket = unixSocket { return socket.resolved }
        if hosts.isEmpty { return HostAndPort(host: host, port: port).description }
        return hosts.map(\.description).joined(separator: ", ") + (sentinel.map { " (\($0))" } ?? "")
    }

    /// The files of its TLS, which are read once.
    var files: [String] { usesTLS ? [authority, certificate, key].compactMap { $0?.resolved } : [] }
}

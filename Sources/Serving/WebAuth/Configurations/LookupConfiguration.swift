import DNSResolver
import Foundation
import LookupAnswers
import RedisClient
import Settings
import Whois

/// What lookups are made from, with the state of the files that are read once: a reload takes a new resolver or host into
/// use.
struct LookupConfiguration: Sendable, Equatable {
    /// Where answers are kept.
    enum Cache: Sendable, Equatable {
        case memory
        case sqlite(path: String)
        case redis(RedisClient.Configuration)
    }

    /// Whether nobody is ever asked.
    var isOffline: Bool
    var dns: DNSConfiguration
    var registries: RegistryConfiguration
    var keeping: CachedSources.Configuration
    var cache: Cache
    /// Where other servers take their tokens for registries, too; nil: this one's limits are its own.
    var tokens: RedisClient.Configuration?
    /// How long a lookup may take.
    var timeout: Duration
    private var files: [FileStamp]

    /// Which file is there under a name.
    private struct FileStamp: Equatable {
        var number: Int?
        var date: Date?
    }

    /// What the settings say.
    ///
    /// - Parameter makesFiles: Whether a cache file may be made; if not, one is only used if it is this user's already, so
    ///   that a verb run by root leaves nothing behind that the service cannot open.
    init(_ settings: Settings, makesFiles: Bool = true) {
        let state = settings.server.stateDirectory
        isOffline = settings.lookup.isOffline
        dns = DNSConfiguration(settings.lookup.dns)
        registries = RegistryConfiguration(settings, stateDirectory: makesFiles ? state : nil)
        keeping = CachedSources.Configuration(settings)
        timeout = settings.lookup.timeout
        let path = state + "/lookups.sqlite"
        cache =
            switch settings.cache.mode {
            case .memory: .memory
            case .sqlite: makesFiles || Self.isOurs(path) ? .sqlite(path: path) : .memory
            case .redis: .redis(RedisClient.Configuration(settings.cache.server))
            }
        tokens = settings.shared.asksAsOne ? settings.shared.client : nil
        var paths = ["/etc/hosts", "/etc/resolv.conf"]
        if case .directory(let path) = settings.lookup.rdap.bootstrap {
            paths += ["ipv4.json", "ipv6.json"].map { "\(path.resolved)/\($0)" }
        }
        if case .redis = cache { paths += settings.cache.server.files }
        if tokens != nil { paths += settings.shared.server.files }
        files = paths.map { path in
            let state = try? FileManager.default.attributesOfItem(atPath: path)
            return FileStamp(
                number: state?[.systemFileNumber] as? Int, date: state?[.modificationDate] as? Date)
        }
    }

    private static func isOurs(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_uid == geteuid()
    }
}

extension Settings.RDAP {
    /// Where the settings name a directory of bootstrap files; nil if they name none.
    var bootstrapPlace: String? {
        if case .directory(let path) = bootstrap, !path.place.isEmpty { path.place } else { nil }
    }
}

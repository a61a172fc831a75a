import AppPasswordCore
import AuditCore
import DNSResolver
import Foundation
import Locks
import LookupCaches
import Logging
import RedisCache
import SQLiteStore
import Settings
import Whois

/// Everything that asks others about addresses, made whole for one set of settings and replaced whole.
final class Lookups: Sendable {
    /// Who tells names, networks and origins.
    let sources: FactSources

    private let identity: String
    private let clients: RegistryClients?
    private let cached: CachedSources
    private let timeout: Duration
    /// Whether what is behind memory can be read; nil if there is nothing.
    private let isCacheWhole: @Sendable () -> Bool?
    private let ended = Latch()
    private let refused: Counter

    /// Opens the caches and reads `/etc/hosts`, `/etc/resolv.conf` and the bootstrap; asks nobody yet.
    ///
    /// - Parameter makesFiles: Whether a cache file may be made; if not, one is only used if it is this user's already, so
    ///   that a verb run by root leaves nothing behind that the service cannot open.
    /// - Parameter old: What this replaces; what was counted so far is counted on.
    /// - Throws: ``SetupFailure`` if a bootstrap directory or a resolver named in the settings cannot be used. A cache that
    ///   cannot be had is a warning: what was looked up is then kept in memory alone.
    init(
        _ settings: Settings, makesFiles: Bool = true, replacing old: Lookups? = nil, logger: Logger
    ) throws(SetupFailure) {
        let refused = old?.refused ?? Counter()
        self.refused = refused
        identity = Self.identity(settings)
        timeout = settings.lookup.timeout
        var configuration = CachedSources.Configuration()
        configuration.freshFor = settings.audit.cacheTTL
        configuration.readsOldEntries = settings.cache.mode == .redis
        let cache = Self.cache(settings, makesFiles: makesFiles, logger) { refused.add($0) }
        isCacheWhole = { (cache as? TieredLookupCache)?.isWhole }
        guard let (resolver, clients) = try Self.clients(settings, makesFiles: makesFiles, logger) else {
            clients = nil
            cached = CachedSources(offlineFrom: cache, configuration, now: { .now })
            sources = FactSources(reverse: HostsFileResolver(), network: cached, origin: cached)
            return
        }
        self.clients = clients
        cached = CachedSources(
            configuration, cache: cache, network: clients.network, origin: clients.origin, now: { .now })
        sources = FactSources(
            reverse: resolver, network: clients.network == nil ? nil : cached,
            origin: clients.origin == nil ? nil : cached)
    }

    /// The resolver and the clients of the registries; nil if nobody may be asked.
    static func clients(
        _ settings: Settings, makesFiles: Bool, _ logger: Logger
    ) throws(SetupFailure) -> (resolver: CaresResolver, clients: RegistryClients)? {
        guard !settings.lookup.isOffline else { return nil }
        var dns = DNSConfiguration()
        dns.servers = settings.lookup.dns.servers.map(\.description)
        dns.timeout = settings.lookup.dns.timeout
        let bootstrap = settings.lookup.rdap.bootstrap
        do throws(LookupError) {
            let resolver = try CaresResolver(dns)
            var configuration = RegistryConfiguration(settings)
            if makesFiles { configuration.stateDirectory = settings.server.stateDirectory }
            return (resolver, try RegistryClients(configuration, txt: resolver, logger: logger))
        } catch {
            // Of what is read here only the bootstrap has files; what is wrong in one is named with its place there.
            let isFile = error.code == .malformed && !error.detail.isEmpty
            let place = if case .directory(let path) = bootstrap, !path.place.isEmpty { path.place } else { "lookup" }
            let problem = isFile ? "\(error.detail) (lookup.rdap.bootstrap)" : "\(place): \(error.debugDescription)"
            throw SetupFailure([problem], exitCode: .configuration)
        }
    }

    /// How the cache and each server that was asked so far are doing, a line each.
    var statusLines: [String] {
        (isCacheWhole().map { ["lookup cache: \($0 ? "ok" : "memory alone")"] } ?? [])
            + (clients?.statuses ?? []).map(\.description)
    }

    /// How many values of the shared cache were not read because they are too long, since the start.
    var refusedValues: Int { refused.value }

    /// Whether it is what other settings would make.
    func matches(_ settings: Settings) -> Bool { identity == Self.identity(settings) }

    /// Asks until ``end()``, and for as long afterwards as a lookup may take; or until the task is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.cached.run() }
            if let clients { group.addTask { await clients.run() } }
            await ended.wait()
            try? await Task.sleep(for: timeout)
            group.cancelAll()
        }
        await clients?.shutDown(within: .seconds(1))
    }

    /// Lets ``run()`` return when what is under way has had its time.
    func end() { ended.open() }

    private static func cache(
        _ settings: Settings, makesFiles: Bool, _ logger: Logger, onTooLong: @escaping @Sendable (Int) -> Void
    ) -> any LookupCache {
        let memory = MemoryLookupCache()
        let path = settings.server.stateDirectory + "/lookups.sqlite"
        switch settings.cache.mode {
        case .memory: return memory
        case .sqlite where !makesFiles && !isOurs(path): return memory
        case .sqlite:
            do throws(LookupError) {
                let file = try SQLiteLookupCache(
                    path: path, now: { .now },
                    onTrouble: { logger.warning("lookup cache", metadata: ["error": "\($0)"]) })
                return TieredLookupCache(memory: memory, behind: file)
            } catch {
                logger.warning("lookups are kept in memory alone", metadata: ["error": "\(error.debugDescription)"])
                return memory
            }
        case .redis:
            return TieredLookupCache(memory: memory, behind: redis(settings, onTooLong: onTooLong))
        }
    }

    /// The Redis of `[cache]`; connects when it is first asked.
    static func redis(
        _ settings: Settings, onTooLong: @escaping @Sendable (Int) -> Void = { _ in }
    ) -> RedisCache {
        RedisCache(RedisCache.Configuration(settings.cache), onTooLong: onTooLong)
    }

    private static func isOurs(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_uid == geteuid()
    }

    /// The settings, and the state of the files that are read once: a reload takes a new resolver or host into use.
    private static func identity(_ settings: Settings) -> String {
        var files = ["/etc/hosts", "/etc/resolv.conf"]
        if case .directory(let path) = settings.lookup.rdap.bootstrap {
            files += ["ipv4.json", "ipv6.json"].map { "\(path.resolved)/\($0)" }
        }
        let stamps = files.map { file in
            let state = try? FileManager.default.attributesOfItem(atPath: file)
            let (number, date) = (state?[.systemFileNumber] as? Int, state?[.modificationDate] as? Date)
            return "\(number ?? 0) \(date?.timeIntervalSince1970 ?? 0)"
        }
        return
            "\(settings.lookup) \(settings.cache) \(settings.cache.password?.revealed ?? "") \(settings.audit.cacheTTL) "
            + stamps.joined(separator: ", ")
    }
}

/// A count that outlives what is counted.
private final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add(_ more: Int) { count.withLock { $0 += more } }
}

extension RedisCache.Configuration {
    fileprivate init(_ cache: Settings.Cache) {
        self.init()
        if let socket = cache.unixSocket {
            unixSocket = socket.resolved
        } else {
            (host, port) = (cache.host, UInt16(clamping: cache.port))
        }
        if let secret = cache.password { password = secret }
    }
}

extension RegistryConfiguration {
    fileprivate init(_ settings: Settings) {
        self.init()
        let lookup = settings.lookup
        asksRDAP = lookup.rdap.isEnabled
        switch lookup.rdap.bootstrap {
        case .shipped: bootstrap = .shipped
        case .url(let url): bootstrap = .url(url)
        case .directory(let path): bootstrap = .directory(path.resolved)
        }
        allowsHTTP = lookup.rdap.allowsHTTP
        spread = { $0 * Double.random(in: 0..<1) }
        product = "dovecot-web-auth/\(programVersion)"
        contact = lookup.rdap.contact
        asksWHOIS = lookup.whois.isEnabled
        for (name, server) in lookup.whois.servers {
            if let registry = Registry(rawValue: name) { whoisServers[registry] = Endpoint(server) }
        }
        asksCymru = lookup.cymru.isEnabled
        cymruWhoisServer = Endpoint(lookup.cymru.whoisServer)
        // More than a login waits, so that slow registries fill the cache; RDAP and WHOIS in turn must fit the timeout.
        timeout = min(.seconds(3), lookup.timeout / 2)
        rate = RequestLimit(lookup.rate.count, per: lookup.rate.interval)
    }
}

extension Endpoint {
    fileprivate init(_ server: HostAndPort) { self.init(host: server.host, port: server.port) }
}

import AppPasswordCore
import AuditCore
import DNSResolver
import Foundation
import Locks
import LookupAnswers
import LookupCaches
import Logging
import RedisCache
import RedisClient
import RedisSharing
import SQLiteStore
import Settings
import Whois

/// Everything that asks others about addresses, made whole for one set of settings and replaced whole.
final class Lookups: Sendable {
    /// Who tells names, networks and origins.
    let sources: FactSources

    private let clients: RegistryClients?
    private let cached: CachedSources
    private let names: CachedNames
    private let timeout: Duration
    /// Whether what is behind memory can be read; nil if there is nothing.
    private let isCacheWhole: @Sendable () -> Bool?
    private let ended = Latch()
    private let refused: Counter

    /// Opens the caches and reads `/etc/hosts`, `/etc/resolv.conf` and the bootstrap; asks nobody yet.
    ///
    /// - Parameters:
    ///   - place: Where the settings name a bootstrap, for messages.
    ///   - old: What this replaces; what was counted so far is counted on.
    /// - Throws: ``SetupFailure`` if a bootstrap directory or a resolver named in the settings cannot be used. A cache that
    ///   cannot be had is a warning: what was looked up is then kept in memory alone.
    init(
        _ configuration: LookupConfiguration, place: String?, replacing old: Lookups? = nil, logger: Logger
    ) throws(SetupFailure) {
        let refused = old?.refused ?? Counter()
        self.refused = refused
        timeout = configuration.timeout
        let (cache, nameCache) = Self.caches(configuration.cache, logger) { refused.add($0) }
        isCacheWhole = { (cache as? TieredLookupCache)?.isWhole }
        let longest = configuration.keeping.freshFor
        guard let (resolver, clients) = try Self.clients(configuration, place: place, logger) else {
            clients = nil
            cached = CachedSources(offlineFrom: cache, configuration.keeping, now: { .now })
            names = CachedNames(
                asking: HostsFileResolver(), cache: nameCache, isOffline: true, longest: longest, now: { .now })
            sources = FactSources(reverse: names, network: cached.networks, origin: cached.origins)
            return
        }
        self.clients = clients
        cached = CachedSources(
            configuration.keeping, cache: cache, network: clients.network, origin: clients.origin, now: { .now })
        names = CachedNames(asking: resolver, cache: nameCache, longest: longest, now: { .now })
        sources = FactSources(
            reverse: names, network: clients.network == nil ? nil : cached.networks,
            origin: clients.origin == nil ? nil : cached.origins)
    }

    /// The resolver and the clients of the registries; nil if nobody may be asked.
    ///
    /// - Parameter place: Where the settings name a bootstrap, for messages.
    static func clients(
        _ configuration: LookupConfiguration, place: String?, _ logger: Logger
    ) throws(SetupFailure) -> (resolver: CaresResolver, clients: RegistryClients)? {
        guard !configuration.isOffline else { return nil }
        do throws(LookupError) {
            let resolver = try CaresResolver(configuration.dns)
            var registries = configuration.registries
            registries.tokens = configuration.tokens.map { RedisTokens(RedisClient($0)) }
            return (resolver, try RegistryClients(registries, txt: resolver, logger: logger))
        } catch {
            // Of what is read here only the bootstrap has files; what is wrong in one is named with its place there.
            let isFile = error.code == .malformed && !error.detail.isEmpty
            let problem =
                isFile
                ? "\(error.detail) (lookup.rdap.bootstrap)" : "\(place ?? "lookup"): \(error.debugDescription)"
            throw SetupFailure([problem], exitCode: .configuration)
        }
    }

    /// How the cache and each server that was asked so far are doing, a line each.
    var statusLines: [String] {
        (isCacheWhole().map { ["lookup cache: \($0 ? "ok" : "memory alone")"] } ?? [])
            + (clients?.statuses ?? []).map(\.description)
    }

    /// Whether a login waits for what somebody is asked about networks and origins.
    var isWaitedFor: Bool { cached.networksUnderWay.askers + cached.originsUnderWay.askers > 0 }

    /// How many values of the shared cache were not read because they are too long, since the start.
    var refusedValues: Int { refused.value }

    /// Asks until ``end()``, and for as long afterwards as a lookup may take; or until the task is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.cached.run() }
            group.addTask { await self.names.run() }
            if let clients { group.addTask { await clients.run() } }
            await ended.wait()
            try? await Task.sleep(for: timeout)
            group.cancelAll()
        }
        await clients?.shutDown(within: .seconds(1))
    }

    /// Lets ``run()`` return when what is under way has had its time.
    func end() { ended.open() }

    /// Opens a cache for what registries say, and one for names, in front of the same store.
    ///
    /// Memory is shared out: a client with many addresses and a zone of his own makes as many names as he likes, at no pace of
    /// ours, and they must not drive out what registries said.
    static func caches(
        _ configuration: LookupConfiguration.Cache, _ logger: Logger, onTooLong: @escaping @Sendable (Int) -> Void
    ) -> (answers: any LookupCache, names: any LookupCache) {
        let (answers, names) = (MemoryLookupCache(capacity: 24 << 20), MemoryLookupCache(capacity: 8 << 20))
        let behind: any LookupCache
        switch configuration {
        case .memory: return (answers, names)
        case .sqlite(let path):
            do throws(LookupError) {
                behind = try SQLiteLookupCache(
                    path: path, now: { .now },
                    onTrouble: { logger.warning("lookup cache", metadata: ["error": "\($0)"]) })
            } catch {
                logger.warning("lookups are kept in memory alone", metadata: ["error": "\(error.debugDescription)"])
                return (answers, names)
            }
        case .redis(let server): behind = RedisCache(server, onTooLong: onTooLong)
        }
        return (TieredLookupCache(memory: answers, behind: behind), TieredLookupCache(memory: names, behind: behind))
    }
}

/// A count that outlives what is counted.
private final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    func add(_ more: Int) { count.withLock { $0 += more } }
}

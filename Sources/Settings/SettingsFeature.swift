internal import AppPasswordCore
internal import AuditCore

/// A part of the program that settings steer and that a version of it may lack.
public enum SettingsFeature: String, Sendable, CaseIterable {
    /// App passwords in MariaDB.
    case mariaDB
    /// The directory of accounts.
    case ldap
    /// The lookup cache in Redis.
    case redisCache
    /// The lookup cache in memory and SQLite.
    case localCache
    /// Remembering checked passwords.
    case verifyCache
    /// Lists of networks.
    case networkLists
    /// Lists of patterns, and how they match.
    case patternLists
    /// Lists of country codes, entities, AS numbers.
    case literalLists
    /// Lists of places.
    case placeLists
    /// MaxMind's files.
    case maxMind
    /// Records to the journal.
    case journal
    /// Waiting for facts, and what follows when they cannot be had.
    case lookup
    /// RDAP.
    case rdap
    /// WHOIS.
    case whois
    /// Team Cymru.
    case cymru
    /// DNS.
    case dns

    /// The feature without which a key does nothing; nil for keys of what every version has.
    static func needed(by path: [String], in settings: Settings) -> SettingsFeature? {
        switch (path.first ?? "", path.dropFirst().first ?? "") {
        case ("ldap", _): .ldap
        case ("cache", "mode"): settings.cache.mode == .redis ? .redisCache : .localCache
        case ("cache", _): .redisCache
        case ("database", "dsn"), ("database", "pool_size"), ("database", "timeout"):
            settings.database.isMariaDB ? .mariaDB : nil
        case ("auth", "verify_cache_ttl"): .verifyCache
        case ("audit", "cache_ttl"), ("audit", "on_unknown"): .lookup
        case ("audit", "regex_match"): .patternLists
        case ("audit", "sinks"): settings.audit.sinks.contains(.journal) ? .journal : nil
        case ("audit", "maxmind"): .maxMind
        case ("audit", "lists"): path.last.flatMap(DenyListKind.init(rawValue:)).map(list)
        case ("lookup", "rdap"): .rdap
        case ("lookup", "whois"): .whois
        case ("lookup", "cymru"): .cymru
        case ("lookup", "dns"): .dns
        case ("lookup", _): .lookup
        default: nil
        }
    }

    private static func list(_ kind: DenyListKind) -> SettingsFeature {
        switch kind {
        case .ipNetworks: .networkLists
        case .reverseHostname, .networkName, .asNames: .patternLists
        case .networkCountry, .entities, .asNumbers, .asCountry: .literalLists
        case .geoLocationIDs, .coordinates: .placeLists
        }
    }
}

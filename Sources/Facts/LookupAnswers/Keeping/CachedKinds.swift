internal import AuditCore

/// Networks, as ``CachedAnswers`` needs to know them.
enum NetworkKind: CachedKind {
    static let word: StaticString = "net"
    static func blocks(around address: IPAddress) -> [IPPrefix] { Reach.networks(around: address) }
    static func read(_ bytes: [UInt8], now: Timestamp) -> StoredAnswer<NetworkFacts>? {
        StoredForm.network(bytes, now: now)
    }
    static func take(_ entry: OldEntry) -> NetworkFacts? { entry.network }
    static func freshness(of value: NetworkFacts) -> Duration? { nil }
}

/// Origins, as ``CachedAnswers`` needs to know them.
enum OriginKind: CachedKind {
    static let word: StaticString = "pfx"
    static func blocks(around address: IPAddress) -> [IPPrefix] { Reach.origins(around: address) }
    static func read(_ bytes: [UInt8], now: Timestamp) -> StoredAnswer<OriginFacts>? {
        StoredForm.origin(bytes, now: now)
    }
    static func take(_ entry: OldEntry) -> OriginFacts? { entry.origin }
    /// One whose AS has no name is asked for again in a while, one whose name could not be had soon.
    static func freshness(of value: OriginFacts) -> Duration? {
        value.asNameTrouble != nil ? .seconds(60) : value.asName == nil ? .seconds(900) : nil
    }
}

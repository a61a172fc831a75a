public import AuditCore

/// A database file in use.
public struct GeoDatabase: Sendable {
    /// The setting that names it: `city` or `asn`.
    public let name: String
    /// Its path.
    public let path: String
    /// What it says it is: `GeoLite2-City`; foreign text.
    public let type: String
    /// What its records hold.
    public let details: GeoDetails
    /// When it was built.
    public let built: Timestamp

    /// After this long a file is worth a warning: networks move, and geoipupdate brings a new one every few days.
    public static let freshFor = Duration.seconds(30 * 86_400)

    /// Whole days since it was built; 0 for one from the future.
    public func ageInDays(at now: Timestamp) -> Int64 { max(0, (now.milliseconds - built.milliseconds) / 86_400_000) }

    /// Whether it is older than ``freshFor``.
    public func isOld(at now: Timestamp) -> Bool { ageInDays(at: now) > Self.freshFor.components.seconds / 86_400 }
}

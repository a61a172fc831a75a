package import AuditCore

/// A database file in use.
package struct GeoDatabase: Sendable {
    /// The setting that names it: `city` or `asn`.
    package let name: String
    /// Its path.
    package let path: String
    /// What it says it is: `GeoLite2-City`; foreign text.
    package let type: String
    /// What its records hold.
    package let details: GeoDetails
    /// When it was built.
    package let built: Timestamp

    /// After this long a file is worth a warning: networks move, and geoipupdate brings a new one every few days.
    package static let freshFor = Duration.seconds(30 * 86_400)

    /// Whole days since it was built; 0 for one from the future.
    package func ageInDays(at now: Timestamp) -> Int64 { max(0, (now.milliseconds - built.milliseconds) / 86_400_000) }

    /// Whether it is older than ``freshFor``.
    package func isOld(at now: Timestamp) -> Bool { ageInDays(at: now) > Self.freshFor.components.seconds / 86_400 }
}

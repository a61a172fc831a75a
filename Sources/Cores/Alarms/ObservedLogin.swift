package import AuditCore

/// A login as alarms look at it: who, with what password, from where, and whether it was let in.
package struct ObservedLogin: Sendable, Equatable {
    /// What alarms know of the place that an address is in.
    package struct Point: Sendable, Equatable {
        /// Degrees north.
        package var latitude: Double
        /// Degrees east.
        package var longitude: Double
        /// Kilometres around it within which the client is likely to be.
        package var radius: Double

        /// A point, in degrees, and how far off it may be, in kilometres.
        package init(latitude: Double, longitude: Double, radius: Double) {
            (self.latitude, self.longitude, self.radius) = (latitude, longitude, radius)
        }

        /// How far both are apart at least, in kilometres, if each is as far off as it may be; less than none if they may be one.
        func leastDistance(to other: Point) -> Double {
            let here = GreatCircle.point(latitude: latitude, longitude: longitude)
            let there = GreatCircle.point(latitude: other.latitude, longitude: other.longitude)
            return GreatCircle.kilometres(here, there) - radius - other.radius
        }
    }

    /// MaxMind's point without a radius may be off so far, in kilometres: as one of which it knows the country alone.
    package static let unknownRadius = 1000.0

    /// When it arrived.
    package var time: Timestamp
    /// The name typed.
    package var user: String
    /// The app password; nil if it was none.
    package var passwordID: Int64?
    /// `imap`, `submission`, …
    package var service: String
    /// Where it came from; nil for a local socket.
    package var address: IPAddress?
    /// Whether the address is one of our own or of nobody, so that it is in no country and no AS.
    package var isLocal: Bool
    /// ISO 3166-1 code, upper case; nil if it is not known.
    package var country: String?
    /// Those who announce the address's prefix; empty if they are not known.
    package var asNumbers: [UInt32]
    /// The name of the first of these.
    package var asName: String?
    /// The network that counts as one: the announced prefix, else an IPv4 /24, an IPv6 /48.
    package var network: IPPrefix?
    /// Where MaxMind has it.
    package var point: Point?
    /// Where it is, in words.
    package var placeName: String?
    /// What it came to.
    package var end: LoginEnd

    /// A login of which only this is known.
    package init(
        time: Timestamp, user: String, passwordID: Int64?, service: String, address: IPAddress?, end: LoginEnd
    ) {
        (self.time, self.user, self.passwordID) = (time, user, passwordID)
        (self.service, self.address, self.end) = (service, address, end)
        (isLocal, asNumbers) = (false, [])
        network = client.flatMap { IPPrefix($0, length: $0.family == .v4 ? 24 : 48) }
    }

    /// Where the client is: of an address that wraps an IPv4 address, that one.
    var client: IPAddress? { address.map { $0.embeddedIPv4 ?? $0 } }
    /// The name, for telling users apart: directories take it in any case.
    var account: String { user.lowercased() }

    /// Takes what is known of a login when its facts are complete.
    package init(_ attempt: LoginAttempt, passwordID: Int64?, facts: Facts, end: LoginEnd) {
        self.init(
            time: attempt.time, user: attempt.login, passwordID: passwordID, service: attempt.service,
            address: attempt.address, end: end)
        isLocal = facts.isPrivate || facts.isReserved
        placeName = Self.placeName(facts)?.visible(limit: 80)
        guard !isLocal else { return }
        let origin = facts.originOrMaxMind.value
        asNumbers = Array((origin?.asNumbers ?? []).prefix(4))
        asName = origin?.asName?.visible(limit: 80)
        country = [facts.geo.value?.country?.code, facts.network.value?.country].lazy.compactMap { $0 }
            .first {
                $0.utf8.count == 2 && $0 != Facts.localCountry && $0.utf8.allSatisfy { (0x41...0x5A).contains($0) }
            }
        if let prefix = origin?.prefix.flatMap({ IPPrefix($0) }), let client, prefix.contains(client),
            prefix.length >= 8
        {
            network = prefix
        }
        if let location = facts.geo.value?.location, (-90...90).contains(location.latitude),
            (-180...180).contains(location.longitude)
        {
            let radius = location.accuracyRadius.map(Double.init) ?? Self.unknownRadius
            point = Point(latitude: location.latitude, longitude: location.longitude, radius: max(0, radius))
        }
    }

    private static func placeName(_ facts: Facts) -> String? {
        if let network = facts.localNetwork { return network }
        guard let geo = facts.geo.value, geo.hasPlace else { return nil }
        let parts = [geo.city?.name, geo.subdivisions.first?.code, geo.country?.name].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}

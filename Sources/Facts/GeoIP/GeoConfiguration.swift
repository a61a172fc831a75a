internal import AuditCore

/// Which database files there are.
public struct GeoConfiguration: Sendable, Equatable {
    /// The City file, or any that holds places: MaxMind's, DB-IP's, IPinfo's, IPLocate's, sapics'. nil: places are unknown.
    package var city: String?
    /// The ASN file, or any that holds AS numbers or names. nil: organisations are unknown.
    package var asn: String?

    /// Names the files.
    public init(city: String? = nil, asn: String? = nil) {
        self.city = city
        self.asn = asn
    }
}

/// What a file is opened for.
enum DatabaseKind: String, CaseIterable, Sendable {
    case city
    case asn

    /// What records are wanted for, in a message.
    var subject: String {
        switch self {
        case .city: "places"
        case .asn: "AS numbers or names"
        }
    }

    /// Whether a file can be used: by what its records hold, whatever it is called. Where they show nothing, its type
    /// decides, as in `GeoLite2-City`.
    func fits(_ details: GeoDetails, type: String) -> Bool {
        let (wanted, words): (GeoDetails, [String]) =
            switch self {
            case .city: (.places, ["City", "Country", "Enterprise", "Location"])
            case .asn: ([.asNumbers, .asNames], ["ASN", "ISP"])
            }
        return details.isEmpty ? words.contains { type.contains($0) } : !details.isDisjoint(with: wanted)
    }

    func path(in configuration: GeoConfiguration) -> String? {
        switch self {
        case .city: configuration.city
        case .asn: configuration.asn
        }
    }
}

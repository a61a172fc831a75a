/// Which database files there are.
public struct GeoConfiguration: Sendable, Equatable {
    /// The City file; a Country or Enterprise file does too, for what it holds. nil: places are unknown.
    public var city: String?
    /// The ASN file; an ISP file does too. nil: organisations are unknown.
    public var asn: String?

    /// Names the files.
    public init(city: String? = nil, asn: String? = nil) {
        self.city = city
        self.asn = asn
    }
}

/// What a file is opened for.
enum DatabaseKind: CaseIterable, Sendable {
    case city
    case asn

    /// Words of which a fitting `database_type` holds at least one, as in `GeoLite2-City`, `GeoIP2-Enterprise`.
    var typeWords: [String] {
        switch self {
        case .city: ["City", "Country", "Enterprise"]
        case .asn: ["ASN", "ISP"]
        }
    }

    func path(in configuration: GeoConfiguration) -> String? {
        switch self {
        case .city: configuration.city
        case .asn: configuration.asn
        }
    }
}

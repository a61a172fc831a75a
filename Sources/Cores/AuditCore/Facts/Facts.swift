/// All that is known about the address a login comes from.
///
/// ``Facts/init(address:localNetworks:localLocationName:)`` fills in what follows from the address alone; a gatherer
/// replaces what it learned from elsewhere.
public struct Facts: Sendable, Equatable {
    /// The address itself; nil for a login that has none (a local socket), which counts as private.
    public var address: IPAddress?
    /// Whether the address counts as private: then nothing but a disabled service can deny the login.
    package var isPrivate: Bool
    /// The special-purpose block the address lies in, if any.
    package var reserved: ReservedBlock?
    /// The name that `audit.local_networks` gives to the address's network; for a login without an address
    /// `audit.local_locationname`.
    package var localNetwork: String?
    /// The PTR names; absent for NXDOMAIN and no data.
    public var reverseHost: Sourced<PTRNames>
    /// What the registry says of the network.
    public var network: Sourced<NetworkFacts>
    /// Who announces the prefix.
    public var origin: Sourced<OriginFacts>
    /// What MaxMind says.
    public var geo: Sourced<GeoFacts>
}

/// A network object of a registry, from RDAP or WHOIS; members that the registry left out are nil.
public struct NetworkFacts: Sendable, Equatable, Codable {
    /// The network's name (`netname`), as the registry spells it.
    public var name: String?
    /// ISO 3166-1 alpha-2 code, upper case.
    public var country: String?
    /// The network as CIDR blocks joined by `, `.
    package var cidr: String?
    /// The registry's handle of the network.
    package var handle: String?
    /// Handles of related entities, as the registry spells them, each once.
    public var entities: [String]

    /// Makes a network object.
    public init(
        name: String? = nil, country: String? = nil, cidr: String? = nil, handle: String? = nil,
        entities: [String] = []
    ) {
        self.name = name
        self.country = country
        self.cidr = cidr
        self.handle = handle
        self.entities = entities
    }
}

/// Who announces a prefix to the Internet, as Team Cymru tells it.
public struct OriginFacts: Sendable, Equatable {
    /// All origin AS numbers, the one shown first; empty if the prefix is not routed or reserved.
    public var asNumbers: [UInt32]
    /// The announced prefix.
    package var prefix: String?
    /// ISO 3166-1 alpha-2 code of the prefix's registration, upper case; `ZZ` for reserved space.
    public var country: String?
    /// The first AS's name, as in `VODANET International IP-Backbone of Vodafone, DE`.
    public var asName: String?
    /// Why the first AS's name could not be had; nil if it is known, or if there is none.
    package var asNameTrouble: LookupError?

    /// What is known of an announcement; nothing if nothing is said.
    public init(
        asNumbers: [UInt32] = [], prefix: String? = nil, country: String? = nil, asName: String? = nil,
        asNameTrouble: LookupError? = nil
    ) {
        self.asNumbers = asNumbers
        self.prefix = prefix
        self.country = country
        self.asName = asName
        self.asNameTrouble = asNameTrouble
    }
}

/// A place in MaxMind's database, named in English.
public struct Place: Sendable, Equatable, Codable {
    /// GeoNames number.
    package var geonameID: UInt32?
    /// English name.
    public var name: String?
    /// ISO code of a country, subdivision or continent; nil for cities.
    public var code: String?

    /// What a database says of one of the places around an address.
    public init(geonameID: UInt32? = nil, name: String? = nil, code: String? = nil) {
        self.geonameID = geonameID
        self.name = name
        self.code = code
    }
}

/// A point with the radius within which the client is likely to be.
public struct GeoLocation: Sendable, Equatable, Codable {
    /// Degrees north.
    package var latitude: Double
    /// Degrees east.
    package var longitude: Double
    /// Kilometres.
    package var accuracyRadius: Int?
    /// IANA name.
    package var timeZone: String?

    /// A point, in degrees, and how far off it may be, in kilometres.
    public init(latitude: Double, longitude: Double, accuracyRadius: Int? = nil, timeZone: String? = nil) {
        self.latitude = latitude
        self.longitude = longitude
        self.accuracyRadius = accuracyRadius
        self.timeZone = timeZone
    }
}

/// What MaxMind's City and ASN databases say of an address.
public struct GeoFacts: Sendable, Equatable, Codable {
    /// AS number of the ASN database.
    package var asNumber: UInt32?
    /// Organisation of the ASN database.
    package var asOrganization: String?
    /// The network of the ASN record.
    package var asNetwork: String?
    /// The city.
    public var city: Place?
    /// Subdivisions, the largest first.
    package var subdivisions: [Place]
    /// The country the client is in.
    public var country: Place?
    /// The country the network is registered in.
    package var registeredCountry: Place?
    /// The country a base or embassy belongs to.
    package var representedCountry: Place?
    /// The continent.
    package var continent: Place?
    /// The postal code.
    package var postalCode: String?
    /// Where it is.
    package var location: GeoLocation?

    /// What a database says; nothing unless given. `subdivisions`: the largest first.
    public init(
        asNumber: UInt32? = nil, asOrganization: String? = nil, asNetwork: String? = nil, city: Place? = nil,
        subdivisions: [Place] = [], country: Place? = nil, registeredCountry: Place? = nil,
        representedCountry: Place? = nil, continent: Place? = nil, postalCode: String? = nil,
        location: GeoLocation? = nil
    ) {
        (self.asNumber, self.asOrganization, self.asNetwork) = (asNumber, asOrganization, asNetwork)
        (self.city, self.subdivisions, self.country) = (city, subdivisions, country)
        (self.registeredCountry, self.representedCountry) = (registeredCountry, representedCountry)
        (self.continent, self.postalCode, self.location) = (continent, postalCode, location)
    }

    /// Whether the City database knew the address; if not, the record holds at most an AS.
    package var hasPlace: Bool {
        city != nil || !subdivisions.isEmpty || country != nil || registeredCountry != nil || representedCountry != nil
            || continent != nil || postalCode != nil || location != nil
    }
}

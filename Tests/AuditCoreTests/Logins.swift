import AuditCore
import AuditCoreTesting

/// The login of the old README's sample record, from `176.112.169.218`, with everything known.
enum Logins {
    static let text = "176.112.169.218"

    static func attempt(service: String = "imap", from address: String = text) -> LoginAttempt {
        LoginAttempt(
            login: "honey-craig", service: service, address: IPAddress(address), time: Timestamp(milliseconds: 0))
    }

    static func facts(of address: String = text) -> Facts {
        var facts = Facts(
            address: IPAddress(address), localNetworks: LocalNetworks(), localLocationName: "local network")
        facts.reverseHost = Sourced(.known("rimap26.i.mail.ru"), source: .dns)
        facts.network = Sourced(
            .known(
                NetworkFacts(
                    name: "VK-FRONT", country: "RU", cidr: "176.112.168.0/21",
                    handle: "176.112.168.0 - 176.112.175.255",
                    entities: ["EY1327-RIPE", "VKCOMPANY-MNT", "MAIL-RU"])), source: .rdap, age: .seconds(3))
        facts.origin = Sourced(
            .known(
                OriginFacts(asNumbers: [47764, 4134], prefix: "176.112.168.0/21", country: "CH", asName: "VK-AS, RU")),
            source: .cymruDNS)
        facts.geo = Sourced(.known(geo), source: .maxmind)
        return facts
    }

    static var geo: GeoFacts {
        var geo = GeoFacts()
        geo.asNumber = 47541
        geo.asOrganization = "LLC VK"
        geo.city = Place(geonameID: 550_478, name: "Khasavyurt")
        geo.subdivisions = [
            Place(geonameID: 567_293, name: "Dagestan", code: "DA"), Place(geonameID: 1, name: "A Rayon", code: "AR"),
        ]
        geo.country = Place(geonameID: 2_017_370, name: "Russia", code: "RU")
        geo.registeredCountry = Place(geonameID: 2_017_371, name: "elsewhere", code: "XX")
        geo.continent = Place(geonameID: 6_255_148, name: "Europe", code: "EU")
        geo.location = GeoLocation(latitude: 43.2465, longitude: 46.59, accuracyRadius: 20, timeZone: "Europe/Moscow")
        return geo
    }

    static func lists(_ texts: [DenyListKind: String], matching: PatternMatching = .full) -> DenyLists {
        let files = texts.map { kind, text in (kind, DenyListFile(name: "lists/\(kind.rawValue).lst", text: text)) }
        return DenyLists.build(
            Dictionary(uniqueKeysWithValues: files), engine: LiteralPatternEngine(), matching: matching
        ).lists
    }

    /// An entry for each list that applies to ``facts(of:)``, on line 2.
    static let hits: [DenyListKind: String] = [
        .ipNetworks: "#\n176.112.168.0/21", .reverseHostname: "#\nrimap26.i.mail.ru", .networkName: "#\nVK-FRONT",
        .networkCountry: "#\nru", .entities: "#\nvkcompany-mnt", .asNumbers: "#\nAS4134", .asNames: "#\nVK-AS, RU",
        .asCountry: "#\nCH", .geoLocationIDs: "#\n567293", .coordinates: "#\n43.2,46.6,50,0.5",
    ]
}

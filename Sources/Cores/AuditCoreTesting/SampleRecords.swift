package import AuditCore

/// The logins whose records stand in the old program's README.
package enum SampleRecords {
    /// From a data centre in Russia, with everything known.
    package static func vk() -> AuditRecord {
        var facts = facts("176.112.169.218")
        facts.reverseHost = Sourced(.known("rimap26.i.mail.ru"), source: .dns)
        facts.network = Sourced(
            .known(
                NetworkFacts(
                    name: "VK-FRONT", country: "RU",
                    entities: [
                        "EY1327-RIPE", "ORG-LLCn4-RIPE", "RIPE-NCC-END-MNT", "VKCOMPANY-MNT", "VKNC", "MAIL-RU",
                    ])), source: .rdap)
        facts.origin = Sourced(
            .known(OriginFacts(asNumbers: [47764], country: "RU", asName: "VK-AS, RU")), source: .cymruDNS)
        let russia = Place(geonameID: 2_017_370, name: "Russia", code: "RU")
        var geo = GeoFacts()
        geo.asOrganization = "LLC VK"
        geo.city = Place(geonameID: 550_478, name: "Khasavyurt")
        geo.subdivisions = [Place(geonameID: 567_293, name: "Dagestan", code: "DA")]
        geo.country = russia
        geo.registeredCountry = russia
        geo.location = GeoLocation(latitude: 43.2465, longitude: 46.59, accuracyRadius: 20, timeZone: "Europe/Moscow")
        facts.geo = Sourced(.known(geo), source: .maxmind)
        return record("honey-craig", "imap", facts)
    }

    /// From a large provider, with no city and no country of the network.
    package static func google() -> AuditRecord {
        var facts = facts("209.85.218.53")
        facts.reverseHost = Sourced(.known("mail-ej1-f53.google.com"), source: .dns)
        facts.network = Sourced(.known(NetworkFacts(name: "GOOGLE", entities: ["GOGL"])), source: .rdap)
        facts.origin = Sourced(
            .known(OriginFacts(asNumbers: [15169], country: "US", asName: "GOOGLE, US")), source: .cymruDNS)
        let us = Place(geonameID: 6_252_001, name: "United States", code: "US")
        var geo = GeoFacts()
        geo.asOrganization = "GOOGLE"
        geo.country = us
        geo.registeredCountry = us
        geo.continent = Place(geonameID: 6_255_149, name: "North America", code: "NA")
        geo.location = GeoLocation(
            latitude: 37.751, longitude: -97.822, accuracyRadius: 1000, timeZone: "America/Chicago")
        facts.geo = Sourced(.known(geo), source: .maxmind)
        return record("bbecker", "smtp", facts)
    }

    /// From a network of our own that the settings name.
    package static func local() -> AuditRecord {
        var facts = facts("172.17.1.204")
        facts.reverseHost = Sourced(.known("dhcp204.internal"), source: .dns)
        return record("honey", "imap", facts)
    }

    private static func facts(_ address: String) -> Facts {
        let ours = IPPrefix("172.17.1.0/24").map { [($0, "DHCP Network")] } ?? []
        return Facts(
            address: IPAddress(address), localNetworks: LocalNetworks(ours),
            localLocationName: "MPI PKS local network")
    }

    private static func record(_ login: String, _ service: String, _ facts: Facts) -> AuditRecord {
        AuditRecord(
            attempt: LoginAttempt(
                login: login, service: service, address: facts.address,
                time: Timestamp(milliseconds: 1_714_529_194_120)),
            passwordID: nil, facts: facts, isBlocked: false, matched: nil, rule: nil, duration: .microseconds(1500))
    }
}

import AuditCore
import AuditCoreTesting
import GeoIP
import Testing

struct PlaceTests {
    private func facts(_ address: String) throws -> GeoFacts? {
        let answer = try Databases.source().place(of: #require(IPAddress(address)))
        #expect(answer.source == .maxmind)
        if answer.value == nil { #expect(answer.fact == .absent) }
        return answer.value
    }

    @Test func `the files keep what is asked of adapters`() async throws {
        try await GeoSourceContract(known: IPAddress("176.112.169.218"), unknown: IPAddress("127.0.0.1")) {
            try Databases.source()
        }.run()
    }

    @Test func `a city is found with everything around it`() throws {
        var expected = GeoFacts()
        expected.asNumber = 47764
        expected.asOrganization = "LLC VK"
        expected.asNetwork = "176.112.160.0/20"
        expected.city = Place(geonameID: 550478, name: "Khasavyurt")
        expected.subdivisions = [Place(geonameID: 567293, name: "Dagestan", code: "DA")]
        expected.country = Place(geonameID: 2_017_370, name: "Russia", code: "RU")
        expected.registeredCountry = expected.country
        expected.continent = Place(geonameID: 6_255_148, name: "Europe", code: "EU")
        expected.location = GeoLocation(
            latitude: 43.2465, longitude: 46.59, accuracyRadius: 20, timeZone: "Europe/Moscow")
        #expect(try facts("176.112.169.218") == expected)
    }

    @Test func `the registered country may be another`() throws {
        let facts = try #require(try facts("139.162.133.252"))
        #expect(facts.city == Place(geonameID: 2_925_533, name: "Frankfurt am Main"))
        #expect(facts.subdivisions == [Place(geonameID: 2_905_330, name: "Hesse", code: "HE")])
        #expect(facts.country == Place(geonameID: 2_921_044, name: "Germany", code: "DE"))
        #expect(facts.registeredCountry == Place(geonameID: 2_750_405, name: "The Netherlands", code: "NL"))
        #expect(facts.location?.latitude == 50.1188 && facts.location?.longitude == 8.6843)
        #expect(facts.asNumber == 63949 && facts.asOrganization == "Akamai Connected Cloud")
        #expect(facts.asNetwork == "139.162.0.0/16" && facts.postalCode == nil)
    }

    @Test func `a country without city is found`() throws {
        let facts = try #require(try facts("209.85.218.77"))
        #expect(facts.city == nil && facts.subdivisions.isEmpty)
        #expect(facts.country == Place(geonameID: 6_252_001, name: "United States", code: "US"))
        #expect(facts.continent == Place(geonameID: 6_255_149, name: "North America", code: "NA"))
        #expect(
            facts.location
                == GeoLocation(latitude: 37.751, longitude: -97.822, accuracyRadius: 1000, timeZone: "America/Chicago"))
        #expect(facts.asNetwork == "209.85.128.0/17")
    }

    @Test func `IPv6 addresses are found, with the network of the AS`() throws {
        let facts = try #require(try facts("2001:db8:a::25"))
        #expect(facts.city?.name == "Frankfurt am Main" && facts.postalCode == "60313")
        #expect(facts.asNetwork == "2001:db8:a::/47")
    }

    @Test func `an IPv4-mapped address is an IPv4 address`() throws {
        #expect(try facts("::ffff:176.112.169.218") == facts("176.112.169.218"))
        #expect(try facts("::176.112.169.218")?.city == facts("176.112.169.218")?.city)
    }

    @Test func `two subdivisions keep their order, the larger first`() throws {
        let facts = try #require(try facts("192.0.2.1"))
        #expect(facts.subdivisions.map(\.name) == ["England", "Hampshire"])
        #expect(facts.subdivisions.map(\.code) == ["ENG", "HAM"])
        #expect(facts.postalCode == "GU11" && facts.location == nil)
    }

    @Test func `a base abroad has a represented country`() throws {
        let facts = try #require(try facts("192.0.2.17"))
        #expect(facts.country?.code == "DE" && facts.registeredCountry?.code == "US")
        #expect(facts.representedCountry == Place(geonameID: 6_252_001, name: "United States", code: "US"))
    }

    @Test(arguments: ["192.0.2.33", "192.0.2.81", "192.0.2.97", "8.8.8.8", "2001::1"])
    func `a record that holds nothing usable is absent`(address: String) throws {
        #expect(try facts(address) == nil)
    }

    @Test func `texts in place of maps and numbers are read as other makers write them`() throws {
        let place = try #require(try facts("192.0.2.49"))
        #expect(place.city == Place(name: "Frankfurt") && place.country == nil && place.location == nil)
        #expect(place.registeredCountry == nil && place.postalCode == nil && place.subdivisions.isEmpty)
        let system = try #require(try facts("198.51.100.200"))
        #expect(system.asNumber == 64500 && system.asOrganization == nil)
    }

    @Test func `members of a wrong type are left out, good ones stay`() throws {
        let facts = try #require(try facts("192.0.2.65"))
        #expect(facts.city == Place(name: "Munich"))
        #expect(facts.country == Place(geonameID: 2_921_044))
        #expect(facts.location == GeoLocation(latitude: 48.5, longitude: 11.5))
        #expect(facts.subdivisions == [Place(geonameID: 2_951_839, name: "Bavaria", code: "BY")])
    }

    @Test func `no more than sixteen subdivisions are kept`() throws {
        #expect(try facts("192.0.2.113")?.subdivisions.map(\.geonameID) == (100..<116).map { UInt32($0) })
    }

    @Test func `an AS without organisation is found`() throws {
        let facts = try #require(try facts("198.51.100.7"))
        #expect(facts.asNumber == .max && facts.asOrganization == nil && facts.asNetwork == "198.51.100.0/25")
        #expect(!facts.hasPlace)
    }

    @Test func `each file answers without the other`() throws {
        let address = try #require(IPAddress("176.112.169.218"))
        let city = try Databases.source(asn: nil).place(of: address).value
        #expect(city?.city?.name == "Khasavyurt" && city?.asNumber == nil)
        let asn = try Databases.source(city: nil).place(of: address).value
        #expect(asn?.hasPlace == false && asn?.asNumber == 47764)
        #expect(try Databases.source(city: nil, asn: nil).place(of: address) == .notAsked)
    }

    @Test func `an IPv4 file knows its networks and no IPv6 address`() throws {
        let source = try Databases.source(city: nil, asn: Databases.fixture("asn-v4.mmdb"))
        let known = try source.place(of: #require(IPAddress("198.51.100.7"))).value
        #expect(known?.asNumber == 64500 && known?.asNetwork == "198.51.100.0/24")
        #expect(try source.place(of: #require(IPAddress("2001:db8::1"))).fact == .absent)
    }
}

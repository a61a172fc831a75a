import AuditCore
import Foundation
import GeoIP
import Testing

/// Databases of others than MaxMind: judged by what their records hold, not by their names.
struct LayoutTests {
    /// What a database says of an address if every record is `record`.
    private func facts(_ record: MMDBValue, type: String, as name: String = "city") throws -> GeoFacts {
        let databases = try Databases()
        let path = try databases.replace("x.mmdb", with: OneRecord.database(record.bytes, type: type))
        let source = try MMDBGeoSource(
            GeoConfiguration(city: name == "city" ? path : nil, asn: name == "asn" ? path : nil), logger: .silent)
        let address = try #require(IPAddress("89.0.0.7"))
        return try #require(source.place(of: address).value)
    }

    private static func munich(_ number: MMDBValue, radius: MMDBValue, latitude: MMDBValue, longitude: MMDBValue)
        -> MMDBValue
    {
        .map([
            "city": .map(["geoname_id": number, "names": .map(["en": .text("Munich")])]),
            "country": .map(["geoname_id": .uint32(2_921_044), "iso_code": .text("DE")]),
            "location": .map(["accuracy_radius": radius, "latitude": latitude, "longitude": longitude]),
        ])
    }

    @Test(arguments: [
        "DBIP-Location (compat=City)", "DBIP-Location-ISP (compat=Enterprise)", "DBIP-City-Lite", "GeoIP2-Enterprise",
        "GeoIP2-Country", "somebody's own", "",
    ])
    func `a file is taken for its records, whatever it is called`(type: String) throws {
        let record = Self.munich(
            .uint32(2_867_714), radius: .uint16(20), latitude: .double(48.1374), longitude: .double(11.5755))
        let facts = try facts(record, type: type.isEmpty ? "x" : type)
        #expect(facts.city == Place(geonameID: 2_867_714, name: "Munich"))
        #expect(facts.location == GeoLocation(latitude: 48.1374, longitude: 11.5755, accuracyRadius: 20))
    }

    @Test func `every type of number is one`() throws {
        let numbers: [MMDBValue] = [
            .int32(20), .uint16(20), .uint32(20), .uint64(20), .uint128(20), .double(20), .float(20),
        ]
        for number in numbers {
            let facts = try facts(
                Self.munich(number, radius: number, latitude: number, longitude: number), type: "x-City")
            #expect(facts.city?.geonameID == 20, "\(number)")
            #expect(facts.location == GeoLocation(latitude: 20, longitude: 20, accuracyRadius: 20), "\(number)")
            #expect(
                try self.facts(.map(["autonomous_system_number": number]), type: "x", as: "asn").asNumber == 20,
                "\(number)")
        }
    }

    @Test func `what is no such number is left out`() throws {
        for number in [MMDBValue.int32(-5), .double(1.5), .uint64(.max), .uint128(.max), .double(.nan), .text("20")] {
            #expect(
                try facts(Self.munich(number, radius: number, latitude: .double(1), longitude: .double(1)), type: "x")
                    .city?.geonameID == nil)
        }
        let southWest = Self.munich(.uint32(1), radius: .uint16(1), latitude: .int32(-33), longitude: .int32(-70))
        #expect(try facts(southWest, type: "x").location?.latitude == -33)
        #expect(try facts(southWest, type: "x").location?.longitude == -70)
        let nowhere = Self.munich(.uint32(1), radius: .uint16(1), latitude: .int32(-91), longitude: .int32(0))
        #expect(try facts(nowhere, type: "x").location == nil)
    }

    @Test func `flat records of IPinfo, IPLocate and sapics are read`() throws {
        let lite: MMDBValue = .map([
            "network": .text("89.0.0.0/8"), "country": .text("Germany"), "country_code": .text("DE"),
            "continent": .text("Europe"),
            "continent_code": .text("EU"), "asn": .text("AS64496"), "as_name": .text("Example GmbH"),
            "as_domain": .text("example.net"),
        ])
        let place = try facts(lite, type: "ipinfo generic_bundle_free.mmdb")
        #expect(
            place.country == Place(name: "Germany", code: "DE") && place.continent == Place(name: "Europe", code: "EU"))
        let system = try facts(lite, type: "ipinfo generic_bundle_free.mmdb", as: "asn")
        #expect(system.asNumber == 64496 && system.asOrganization == "Example GmbH")
        let locate: MMDBValue = .map([
            "asn": .uint32(64497), "org": .text("Example Org"), "name": .text("EXAMPLE"), "country_code": .text("DE"),
        ])
        let other = try facts(locate, type: "ip-to-asn", as: "asn")
        #expect(other.asNumber == 64497 && other.asOrganization == "Example Org")
        let sapics: MMDBValue = .map([
            "city": .text("Munich"), "country_code": .text("DE"), "latitude": .float(48.5), "longitude": .float(11.5),
            "postcode": .text("80331"), "state1": .text("Bavaria"), "state2": .text("Upper Bavaria"),
            "timezone": .text("Europe/Berlin"),
        ])
        let city = try facts(sapics, type: "dbip-city")
        #expect(city.city == Place(name: "Munich") && city.country == Place(code: "DE") && city.postalCode == "80331")
        #expect(city.subdivisions == [Place(name: "Bavaria"), Place(name: "Upper Bavaria")])
        #expect(city.location == GeoLocation(latitude: 48.5, longitude: 11.5, timeZone: "Europe/Berlin"))
    }

    @Test func `an enterprise file's traits name the AS`() throws {
        let record: MMDBValue = .map([
            "country": .map(["iso_code": .text("DE")]),
            "traits": .map([
                "autonomous_system_number": .uint32(64498), "autonomous_system_organization": .text("Example AG"),
            ]),
        ])
        let facts = try facts(record, type: "DBIP-Location-ISP (compat=Enterprise)", as: "asn")
        #expect(facts.asNumber == 64498 && facts.asOrganization == "Example AG")
    }

    @Test func `what the records hold is told, so that a list without its facts is named`() throws {
        let databases = try Databases()
        let flat = try databases.replace(
            "flat.mmdb",
            with: OneRecord.database(MMDBValue.map(["country_code": .text("DE")]).bytes, type: "ip-to-country"))
        let source = try MMDBGeoSource(GeoConfiguration(city: flat), logger: .silent)
        #expect(source.databases.map(\.details) == [[.places]])
        #expect(source.databases.map(\.type) == ["ip-to-country"])
        let full = try Databases.source()
        #expect(full.databases.map(\.name) == ["city", "asn"])
        #expect(full.databases.first?.details == [.places, .geonameIDs, .coordinates])
        #expect(full.databases.last?.details == [.asNumbers, .asNames])
    }

    @Test func `a file is old after thirty days`() throws {
        let database = try #require(try Databases.source().databases.first)
        let day: Int64 = 86_400_000
        #expect(!database.isOld(at: Timestamp(milliseconds: database.built.milliseconds + 30 * day)))
        #expect(database.isOld(at: Timestamp(milliseconds: database.built.milliseconds + 31 * day)))
        #expect(database.ageInDays(at: Timestamp(milliseconds: 0)) == 0)
    }
}

internal import AuditCore

extension GeoFacts {
    /// The most subdivisions kept; real records have at most two.
    private static let mostSubdivisions = 16

    /// Takes over what a record of a City or Country database holds.
    ///
    /// Members that are missing or of a wrong type are left out. Field names: MaxMind's description of its City and
    /// Country databases.
    mutating func read(city record: DataValue, _ reader: inout DataReader) throws(MalformedData) {
        city = try reader.place("city", of: record, code: nil)
        country = try reader.place("country", of: record, code: "iso_code")
        registeredCountry = try reader.place("registered_country", of: record, code: "iso_code")
        representedCountry = try reader.place("represented_country", of: record, code: "iso_code")
        continent = try reader.place("continent", of: record, code: "code")
        location = try reader.location(of: record)
        if let postal = try reader.member("postal", of: record), let code = try reader.member("code", of: postal) {
            postalCode = reader.text(code)
        }
        if let list = try reader.member("subdivisions", of: record), list.kind == .array {
            var found: [Place] = []
            try reader.forEach(in: list) { (reader, element) throws(MalformedData) in
                if let place = try reader.place(element, code: "iso_code") { found.append(place) }
                return found.count < Self.mostSubdivisions
            }
            subdivisions = found
        }
    }

    /// Takes over what a record of an ASN or ISP database holds; the network only if there is anything else.
    mutating func read(
        asn record: DataValue, _ reader: inout DataReader, network: IPPrefix?
    ) throws(MalformedData) {
        if let number = try reader.member("autonomous_system_number", of: record) {
            asNumber = reader.unsigned(number).flatMap(UInt32.init(exactly:))
        }
        if let organization = try reader.member("autonomous_system_organization", of: record) {
            asOrganization = reader.text(organization)
        }
        if hasAS { asNetwork = network?.description }
    }

    /// Whether the ASN database knew the address.
    var hasAS: Bool { asNumber != nil || asOrganization != nil }
}

extension DataReader {
    /// A member that is a place.
    fileprivate mutating func place(
        _ name: StaticString, of record: DataValue, code: StaticString?
    ) throws(MalformedData) -> Place? {
        guard let map = try member(name, of: record) else { return nil }
        return try place(map, code: code)
    }

    /// A place, named in English; nil if the value holds nothing of one.
    fileprivate mutating func place(_ map: DataValue, code codeName: StaticString?) throws(MalformedData) -> Place? {
        var place = Place()
        if let number = try member("geoname_id", of: map) {
            place.geonameID = unsigned(number).flatMap(UInt32.init(exactly:))
        }
        if let names = try member("names", of: map), let english = try member("en", of: names) {
            place.name = text(english)
        }
        if let codeName, let code = try member(codeName, of: map) { place.code = text(code) }
        return place == Place() ? nil : place
    }

    /// The location; nil unless it has both coordinates, and they lie on the globe.
    fileprivate mutating func location(of record: DataValue) throws(MalformedData) -> GeoLocation? {
        guard let map = try member("location", of: record),
            let latitude = try member("latitude", of: map).flatMap({ double($0) }), abs(latitude) <= 90,
            let longitude = try member("longitude", of: map).flatMap({ double($0) }), abs(longitude) <= 180
        else { return nil }
        var location = GeoLocation(latitude: latitude, longitude: longitude)
        if let radius = try member("accuracy_radius", of: map) {
            location.accuracyRadius = unsigned(radius).flatMap(Int.init(exactly:))
        }
        if let zone = try member("time_zone", of: map) { location.timeZone = text(zone) }
        return location
    }
}

internal import AuditCore

extension GeoFacts {
    /// The most subdivisions kept; real records have at most two.
    private static let mostSubdivisions = 16

    /// Takes over what a record says of a place.
    ///
    /// Members that are missing or of a wrong type are left out. Two layouts are read: MaxMind's, which DB-IP's
    /// `compat=` files share, with a map for each place; and the flat one of IPinfo, IPLocate and sapics, with texts
    /// (`city`, `country_code`, `latitude`).
    mutating func read(city record: DataValue, _ reader: inout DataReader) throws(MalformedData) {
        city = try reader.place("city", of: record, code: nil)
        if city == nil { city = try reader.place(record, name: FlatNames.city, code: FlatNames.none) }
        country = try reader.place("country", of: record, code: "iso_code")
        if country == nil { country = try reader.place(record, name: FlatNames.country, code: FlatNames.countryCode) }
        registeredCountry = try reader.place("registered_country", of: record, code: "iso_code")
        representedCountry = try reader.place("represented_country", of: record, code: "iso_code")
        continent = try reader.place("continent", of: record, code: "code")
        if continent == nil {
            continent = try reader.place(record, name: FlatNames.continent, code: FlatNames.continentCode)
        }
        location = try reader.location(of: record)
        if let postal = try reader.member("postal", of: record), let code = try reader.member("code", of: postal) {
            postalCode = reader.text(code)
        } else {
            postalCode = try reader.text(FlatNames.postalCode, of: record)
        }
        if let list = try reader.member("subdivisions", of: record), list.kind == .array {
            var found: [Place] = []
            try reader.forEach(in: list) { (reader, element) throws(MalformedData) in
                if let place = try reader.place(element, code: "iso_code") { found.append(place) }
                return found.count < Self.mostSubdivisions
            }
            subdivisions = found
        } else {
            if let name = try reader.text(FlatNames.subdivision, of: record) { subdivisions.append(Place(name: name)) }
            if let name = try reader.text(FlatNames.smallerSubdivision, of: record) {
                subdivisions.append(Place(name: name))
            }
        }
    }

    /// Takes over what a record says of an AS; the network only if there is anything else.
    ///
    /// MaxMind's names of members, in the record or in its `traits`, and those of IPinfo and IPLocate (`asn` as a number or
    /// as `AS64496`, `as_name`, `org`).
    mutating func read(
        asn record: DataValue, _ reader: inout DataReader, network: IPPrefix?
    ) throws(MalformedData) {
        try read(asMembers: record, &reader)
        if !hasAS, let traits = try reader.member("traits", of: record) { try read(asMembers: traits, &reader) }
        if hasAS { asNetwork = network?.description }
    }

    private mutating func read(asMembers map: DataValue, _ reader: inout DataReader) throws(MalformedData) {
        for name in FlatNames.asNumber where asNumber == nil {
            if let value = try reader.member(name, of: map) { asNumber = reader.asNumber(value) }
        }
        asOrganization = try reader.text(FlatNames.asName, of: map)
    }

    /// Whether the ASN database knew the address.
    var hasAS: Bool { asNumber != nil || asOrganization != nil }
}

/// Names of members that are texts or numbers of the record itself, each list with the most usual first.
private enum FlatNames {
    static let none: [StaticString] = []
    static let city: [StaticString] = ["city", "city_name"]
    static let country: [StaticString] = ["country", "country_name"]
    static let countryCode: [StaticString] = ["country_code"]
    static let continent: [StaticString] = ["continent", "continent_name"]
    static let continentCode: [StaticString] = ["continent_code"]
    static let postalCode: [StaticString] = ["postal_code", "postcode", "zip_code"]
    static let subdivision: [StaticString] = ["state1", "region", "subdivision", "state"]
    static let smallerSubdivision: [StaticString] = ["state2"]
    static let latitude: [StaticString] = ["latitude", "lat"]
    static let longitude: [StaticString] = ["longitude", "lng", "lon"]
    static let timeZone: [StaticString] = ["time_zone", "timezone"]
    static let asNumber: [StaticString] = ["autonomous_system_number", "asn", "as_number"]
    static let asName: [StaticString] = [
        "autonomous_system_organization", "as_name", "as_organization", "org", "as_org", "name",
    ]
}

extension DataReader {
    /// A member that is a place.
    fileprivate mutating func place(
        _ name: StaticString, of record: DataValue, code: StaticString?
    ) throws(MalformedData) -> Place? {
        guard let map = try member(name, of: record), map.kind == .map else { return nil }
        return try place(map, code: code)
    }

    /// The first member that is a text.
    fileprivate mutating func text(_ names: [StaticString], of record: DataValue) throws(MalformedData) -> String? {
        for name in names {
            if let value = try member(name, of: record), let text = text(value) { return text }
        }
        return nil
    }

    /// A place whose name and code are texts of the record.
    fileprivate mutating func place(
        _ record: DataValue, name: [StaticString], code: [StaticString]
    ) throws(MalformedData) -> Place? {
        let place = Place(name: try text(name, of: record), code: try text(code, of: record))
        return place == Place() ? nil : place
    }

    /// An AS number, or `AS64496`.
    fileprivate func asNumber(_ value: DataValue) -> UInt32? {
        if let number = unsigned(value) { return UInt32(exactly: number) }
        guard let text = text(value), text.prefix(2).uppercased() == "AS" else { return nil }
        return UInt32(text.dropFirst(2))
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

    /// The location, in a map of its own or in the record; nil unless it has both coordinates, and they lie on the globe.
    fileprivate mutating func location(of record: DataValue) throws(MalformedData) -> GeoLocation? {
        var map = record
        if let nested = try member("location", of: record), nested.kind == .map { map = nested }
        guard let latitude = try number(FlatNames.latitude, of: map), abs(latitude) <= 90,
            let longitude = try number(FlatNames.longitude, of: map), abs(longitude) <= 180
        else { return nil }
        var location = GeoLocation(latitude: latitude, longitude: longitude)
        if let radius = try member("accuracy_radius", of: map) {
            location.accuracyRadius = unsigned(radius).flatMap(Int.init(exactly:))
        }
        location.timeZone = try text(FlatNames.timeZone, of: map)
        return location
    }

    /// The first member that is a number.
    private mutating func number(_ names: [StaticString], of record: DataValue) throws(MalformedData) -> Double? {
        for name in names {
            if let value = try member(name, of: record), let number = double(value) { return number }
        }
        return nil
    }
}

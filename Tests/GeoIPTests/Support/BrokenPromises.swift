import AuditCore

@testable import GeoIP

/// What the reader of records promises, whatever it was given; also what the fuzzer holds it to.
enum BrokenPromises {
    /// Reads one input as a file's records and as its metadata, and names each promise that is broken.
    ///
    /// - Parameter section: The data section; the record begins at its start.
    static func of(_ section: [UInt8]) -> [String] {
        _ = try? Metadata(tail: section, fileSize: 1 << 20)
        var broken: [String] = []
        func promise(_ holds: Bool, _ what: String) { if !holds { broken.append(what) } }
        let facts = facts(section)
        let places = [facts.city, facts.country, facts.registeredCountry, facts.representedCountry, facts.continent]
        let known = (places + facts.subdivisions).compactMap(\.self)
        let texts =
            known.flatMap { [$0.name, $0.code] }
            + [facts.asOrganization, facts.postalCode, facts.location?.timeZone]
        promise(texts.compactMap(\.self).allSatisfy { (1...DataReader.longestText).contains($0.utf8.count) }, "texts")
        promise(known.allSatisfy { $0 != Place() }, "a place of nothing is none")
        promise(facts.subdivisions.count <= 16, "subdivisions are few")
        promise(facts.location.map { abs($0.latitude) <= 90 && abs($0.longitude) <= 180 } ?? true, "on the globe")
        promise(facts.location?.accuracyRadius.map { $0 >= 0 } ?? true, "a radius is not negative")
        return broken
    }

    private static func facts(_ section: [UInt8]) -> GeoFacts {
        var facts = GeoFacts()
        section.withUnsafeBytes { bytes in
            var reader = DataReader(bytes)
            guard let record = try? reader.value(at: 0), record.kind == .map else { return }
            try? facts.read(city: record, &reader)
            reader = DataReader(bytes)
            try? facts.read(asn: record, &reader, network: nil)
        }
        return facts
    }
}

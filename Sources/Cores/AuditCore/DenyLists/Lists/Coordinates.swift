extension DenyListKind {
    /// Circles on the globe.
    public static let coordinates = DenyListKind(Coordinates.self)
}

/// Circles on the globe, compared with MaxMind's point and its accuracy radius.
final class Coordinates: DetailedDenyList {
    static let name = "coordinates"
    static let label = "coords"
    static let facts = [FactKind.geo]
    static let geoDetails = GeoDetails.coordinates
    static let syntax = ListSyntax()

    let entries: IndexedEntries<CircleIndex>

    init(reading reader: inout DenyListReader) {
        var circles: [Circle] = []
        var lines = EntryLines()
        reader.eachEntry { line, problems in
            switch CircleLine(line).circle {
            case .success(let circle):
                lines.add(line)
                circles.append(circle)
            case .failure(let refusal): problems.add(line: line.number, column: refusal.column, refusal.reason)
            }
        }
        entries = IndexedEntries(file: reader.file.name, lines, CircleIndex(circles))
    }

    func denial(_ attempt: LoginAttempt, _ facts: Facts) -> Denial? {
        guard let geo = facts.geo.value, let location = geo.location, (-90...90).contains(location.latitude),
            (-180...180).contains(location.longitude)
        else { return nil }
        let point = GreatCircle.point(latitude: location.latitude, longitude: location.longitude)
        let accuracy = Double(max(0, location.accuracyRadius ?? 0))
        guard let line = entries.index.firstLine(holding: point, accuracy: accuracy, at: attempt.time) else {
            return nil
        }
        return denial(of: geo.city?.name ?? geo.country?.name ?? "this location", line: line)
    }

    static func troubles(_ facts: Facts) -> (LookupError?, LookupError?) { (facts.geo.trouble, nil) }

    static func comparable(_ line: ListLine) -> String {
        let fields = line.bytes.split(separator: UInt8(ascii: ","), maxSplits: 3, omittingEmptySubsequences: false)
        return fields.map { field in
            String(decoding: field.drop(while: ListLine.isBlank).prefix { !ListLine.isBlank($0) }, as: UTF8.self)
        }.joined(separator: ",")
    }
}

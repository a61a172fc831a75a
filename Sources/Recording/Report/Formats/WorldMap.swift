import Foundation

/// A map of the places that logins came from: a disc for each, larger for more logins, and a ring where logins were
/// denied.
///
/// Marks keep their size in pixels however large the map is drawn.
package struct WorldMap {
    /// How many places are drawn; the most frequent.
    private static let markLimit = 1000
    private static let rowLimit = 10

    /// A place on the map, with the names that were told of it last.
    package typealias Place = TopTable<PlaceKey, (city: String?, country: String?)>.Entry
    private let places: [Place]

    /// Draws these, the most frequent first.
    package init(_ places: [Place]) { self.places = places }

    /// The map with its table; a sentence if there are no places.
    package func write(to page: inout HTMLText) {
        guard !places.isEmpty else {
            return page.element("p", [("class", "none")], text: "No record says where on the globe a login came from.")
        }
        let denied = places.count { $0.denied > 0 }
        page.raw(
            "<p class=\"legend\"><span class=\"allowed\">logins</span> <span class=\"ring\">denied logins</span></p>\n")
        page.raw(
            """
            <svg class="map" viewBox="-180 -84 360 142" role="img" aria-labelledby="map map-text">
            <title id="map">Places that logins came from</title>
            <desc id="map-text">\(places.count.grouped) places, \(denied.grouped) with denied logins</desc>
            <rect class="sea" x="-180" y="-84" width="360" height="142"/>
            <path class="grid" d="M-180 0H180M-180-60H180M-180-30H180M-180 30H180M-120-84V58M-60-84V58M0-84V58M60-84V58M120-84V58"/>
            <path class="land" fill-rule="evenodd" transform="scale(1 -1)" d="\(WorldOutline.path)"/>

            """)
        // The frequent ones first, so that they hide nobody.
        for place in places.prefix(Self.markLimit) {
            page.raw("<g><title>\(HTMLText.escaped(Self.words(place)))</title>")
            page.raw(Self.disc(place, "allowed", Self.size(place.count)))
            if place.denied > 0 {
                let size = Self.size(place.denied) + 3
                page.raw(Self.disc(place, "denied", size) + Self.disc(place, "hole", size - 5))
            }
            page.raw("</g>\n")
        }
        page.raw("</svg>\n")
        table(to: &page)
    }

    /// A line without length and with round ends is a disc, of the line's width.
    private static func disc(_ place: Place, _ kind: String, _ size: Double) -> String {
        let (x, y) = (Double(place.key.longitude) / 2, -Double(place.key.latitude) / 2)
        return "<path class=\"mark \(kind)\" d=\"M\(x.short) \(y.short)h.01\" stroke-width=\"\(size.short)\"/>"
    }

    private static func size(_ count: Int) -> Double { 5 + 3.5 * log10(Double(max(1, count))) }

    private static func name(_ place: Place) -> String {
        let names = [place.note.city, place.note.country].compactMap { $0 }
        guard names.isEmpty else { return names.joined(separator: ", ") }
        return "\((Double(place.key.latitude) / 2).short) north, \((Double(place.key.longitude) / 2).short) east"
    }

    private static func words(_ place: Place) -> String {
        "\(name(place)): \(place.count.grouped) \(place.count == 1 ? "login" : "logins")"
            + (place.denied > 0 ? ", \(place.denied.grouped) denied" : "")
    }

    /// Places of one name are one row, though they may be several marks.
    private func table(to page: inout HTMLText) {
        var named = TopTable<String, Void>(bound: places.count)
        for place in places {
            named.add(Self.name(place), count: place.count - place.denied)
            named.add(Self.name(place), count: place.denied, isDenied: true)
        }
        let rows = named.sorted.map { BarTable.Row(label: $0.key, count: $0.count, denied: $0.denied) }
        BarTable(title: "Place", rows: Array(rows.prefix(100)), count: rows.count, shown: Self.rowLimit).write(
            to: &page)
    }
}

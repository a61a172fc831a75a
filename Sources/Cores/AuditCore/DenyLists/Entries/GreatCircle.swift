#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Distances on the globe, taken as a sphere with the Earth's mean radius (IUGG).
///
/// The only file here that needs the C library: sine, cosine and arc sine.
package enum GreatCircle {
    /// Kilometres.
    static let earthRadius = 6371.0088

    /// A place as a point on the unit sphere.
    package static func point(latitude: Double, longitude: Double) -> SIMD3<Double> {
        let (north, east) = (latitude * .pi / 180, longitude * .pi / 180)
        return [cos(north) * cos(east), cos(north) * sin(east), sin(north)]
    }

    /// The straight line through the sphere that belongs to an arc of so many kilometres: at most the diameter, 2.
    static func chord(kilometres: Double) -> Double {
        2 * sin(min(max(0, kilometres) / earthRadius, .pi) / 2)
    }

    /// The distance of two points along the surface in kilometres, by the haversine formula: the square of half the
    /// chord is the haversine of the angle.
    package static func kilometres(_ one: SIMD3<Double>, _ other: SIMD3<Double>) -> Double {
        let difference = one - other
        let halfChord = (difference * difference).sum().squareRoot() / 2
        return 2 * earthRadius * asin(min(1, halfChord))
    }
}

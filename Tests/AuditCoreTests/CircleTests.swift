import TestKit
import AuditCore
import AuditCoreTesting
import Foundation
import Testing

struct CircleTests {
    /// Judges a client at a place against lines of a coordinates list; the line that decides, or nil.
    private func line(_ text: String, latitude: Double, longitude: Double, accuracy: Int?) -> Int? {
        var facts = Logins.facts()
        var geo = GeoFacts()
        geo.location = GeoLocation(latitude: latitude, longitude: longitude, accuracyRadius: accuracy)
        facts.geo = Sourced(.known(geo), source: .maxmind)
        let policy = Policy(lists: Logins.lists([.coordinates: text]))
        return policy.judge(Logins.attempt(), facts: facts).verdict.denial?.rule?.line
    }

    @Test(arguments: [
        // Great-circle distances in km on a sphere of 6371.0088 km.
        (50.1109, 8.6821, 52.5200, 13.4050, 423.7), (40.7128, -74.0060, 51.5074, -0.1278, 5570.2),
        (0, 0, 0, 180, 20015.1), (90, 0, -90, 0, 20015.1), (-17, 179.9, -17, -179.9, 21.3), (89.9, 0, 89.9, 180, 22.2),
        (0, 0, 0, 1, 111.2), (43.2465, 46.59, 43.2465, 46.59, 0.0),
    ])
    func `distances are those along the great circle`(
        latitude: Double, longitude: Double, otherLatitude: Double, otherLongitude: Double, kilometres: Double
    ) {
        func meets(radius: Double) -> Bool {
            line(
                "\(latitude),\(longitude),\(max(0, radius)),0", latitude: otherLatitude, longitude: otherLongitude,
                accuracy: nil) != nil
        }
        #expect(meets(radius: kilometres + 0.2))
        #expect(!meets(radius: kilometres - 0.2))
    }

    @Test(
        arguments: [
            // A degree of latitude is 111.195 km: the client's point is that far from the listed centre.
            (100, 10, 0, false), (102, 10, 0, true), (101, 10, 0, false), (111, 0, 0, false), (112, 0, 0, true),
            // overlap = radius + accuracy - distance; with radius 105 and accuracy 10 it is 3.8 km, 0.38 of the accuracy.
            (105, 10, 0.37, true), (105, 10, 0.39, false),
            // 1: the point itself has to be in the circle; 2: all of the client's circle.
            (111.1, 10, 1, false), (111.3, 10, 1, true), (121.1, 10, 2, false), (121.3, 10, 2, true),
        ] as [(Double, Int, Double, Bool)])
    func `the overlap is measured in accuracy radii`(radius: Double, accuracy: Int, overlap: Double, meets: Bool) {
        #expect((line("10,20,\(radius),\(overlap)", latitude: 11, longitude: 20, accuracy: accuracy) != nil) == meets)
    }

    @Test func `without an accuracy radius the point must lie in the circle, whatever the overlap`() {
        for overlap in ["0", "1", "2", "1000"] {
            #expect(line("10,20,112,\(overlap)", latitude: 11, longitude: 20, accuracy: nil) == 1)
            #expect(line("10,20,111,\(overlap)", latitude: 11, longitude: 20, accuracy: nil) == nil)
            #expect(line("10,20,112,\(overlap)", latitude: 11, longitude: 20, accuracy: -5) == 1)
        }
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e308])
    func `nonsense from a database is no hit and no crash`(value: Double) {
        #expect(line("10,20,20100,0", latitude: value, longitude: 20, accuracy: .max) == nil)
        #expect(line("10,20,20100,0.5", latitude: 10, longitude: value, accuracy: 1) == nil)
        #expect(line("10,20,1,0", latitude: 10, longitude: 20, accuracy: .max) == 1)
    }

    @Test func `a place without a location is no hit`() {
        var facts = Logins.facts()
        facts.geo = Sourced(.known(GeoFacts()), source: .maxmind)
        let judgement = Policy(lists: Logins.lists([.coordinates: "0,0,20100,0"]), onUnknown: .deny)
            .judge(Logins.attempt(), facts: facts)
        #expect(judgement.verdict == .allow)
    }

    @Test(arguments: [5, 500])
    func `the first line that applies is found, as by a scan of all circles`(count: Int) {
        var random = SeededNumbers(UInt64(count))
        var circles: [(latitude: Double, longitude: Double, radius: Double, overlap: Double)] = []
        for index in 0..<count {
            let radius = index == 4 ? 3000 : Double.random(in: 0...400, using: &random)
            circles.append(
                (
                    Double.random(in: -90...90, using: &random), Double.random(in: -180...180, using: &random), radius,
                    Double.random(in: 0...2, using: &random)
                ))
        }
        let text = circles.map { "\($0.latitude),\($0.longitude),\($0.radius),\($0.overlap)" }.joined(separator: "\n")
        let policy = Policy(lists: Logins.lists([.coordinates: text]))
        var hits = 0
        for _ in 0..<400 {
            let latitude = Double.random(in: -90...90, using: &random)
            let longitude = Double.random(in: -180...180, using: &random)
            let accuracy = [1, 5, 20, 100, 1000].randomElement(using: &random)!
            let expected = circles.firstIndex { circle in
                let distance = Self.haversine(latitude, longitude, circle.latitude, circle.longitude)
                let overlap = circle.radius + Double(accuracy) - distance
                return overlap > 0 && overlap / Double(accuracy) > circle.overlap
            }
            var facts = Logins.facts()
            var geo = GeoFacts()
            geo.location = GeoLocation(latitude: latitude, longitude: longitude, accuracyRadius: accuracy)
            facts.geo = Sourced(.known(geo), source: .maxmind)
            let found = policy.judge(Logins.attempt(), facts: facts).verdict.denial?.rule?.line
            #expect(found == expected.map { $0 + 1 })
            hits += found == nil ? 0 : 1
        }
        #expect(hits > 0 && hits < 400)
    }

    private static func haversine(_ lat1: Double, _ lon1: Double, _ lat2: Double, _ lon2: Double) -> Double {
        let degree = Double.pi / 180
        let a = pow(sin((lat2 - lat1) * degree / 2), 2)
        let b = cos(lat1 * degree) * cos(lat2 * degree) * pow(sin((lon2 - lon1) * degree / 2), 2)
        return 2 * 6371.0088 * asin(min(1, (a + b).squareRoot()))
    }
}

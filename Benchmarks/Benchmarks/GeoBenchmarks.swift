import AuditCore
import GeoIP
import Logging

/// Lookups in the fixtures: real trees are deeper by no more than a few nodes, real records longer by translations.
func geoBenchmarks(_ suite: Suite) throws {
    let fixtures = "Tests/GeoIPTests/Fixtures/"
    let source = try MMDBGeoSource(
        GeoConfiguration(city: fixtures + "city.mmdb", asn: fixtures + "asn.mmdb"), logger: Logger(label: "benchmark"))
    let known = IPAddress(v4: 0xB070_A9DA)  // 176.112.169.218
    let unknown = IPAddress(v4: 0x0808_0808)
    let hit = suite.measure("geo.lookup.city+asn") { repeats in
        for _ in 0..<repeats { precondition(source.place(of: known).value != nil) }
    }
    suite.measure("geo.lookup.unknown") { repeats in
        for _ in 0..<repeats { precondition(source.place(of: unknown).value == nil) }
    }
    if let hit { suite.check("geo.lookup.city+asn.microseconds", hit.nanoseconds / 1000, atMost: 5) }
}

import AuditCore

extension Bootstrap {
    /// The copy that is shipped.
    ///
    /// Written by hand from IANA's lists of assignments, `ipv4-address-space` (each /8 and the registry that holds or
    /// administers it; the last was given out in 2011) and `ipv6-unicast-address-assignments` as updated on 2025-10-10, and
    /// the registries' RDAP base URLs as IANA lists them there. Space that IANA keeps for itself is in no service. A
    /// published change is added here, and ``publication`` set.
    package static let shipped = Bootstrap(
        assignments.map { assignment in
            Service(
                prefixes: eights(assignment.v4) + assignment.v6.split(separator: " ").compactMap { IPPrefix($0) },
                baseURLs: assignment.baseURLs)
        }, publication: "2025-10-10T00:00:00Z")

    private struct Assignment {
        /// First octets, and runs of them.
        var v4: String
        /// Prefixes.
        var v6: String
        var baseURLs: [String]
    }

    private static let assignments = [
        Assignment(
            v4: "41 102 105 154 196-197", v6: "2001:4200::/23 2c00::/12",
            baseURLs: ["https://rdap.afrinic.net/rdap/", "http://rdap.afrinic.net/rdap/"]),
        Assignment(
            v4: """
                1 14 27 36 39 42-43 49 58-61 101 103 106 110-126 133 150 153 163 171 175 180 182-183 202-203 210-211 \
                218-223
                """,
            v6: """
                2001:200::/23 2001:c00::/23 2001:e00::/23 2001:4400::/23 2001:8000::/19 2001:a000::/20 2001:b000::/20 \
                2400::/12 2410::/12
                """,
            baseURLs: ["https://rdap.apnic.net/"]),
        Assignment(
            v4: """
                3-4 6-9 11-13 15-24 26 28-30 32-35 38 40 44-45 47-48 50 52 54-56 63-76 96-100 104 107-108 128-132 \
                134-140 142-144 146-149 152 155-162 164-170 172-174 184 192 198-199 204-209 214-216
                """,
            v6: "2001:400::/23 2001:1800::/23 2001:4800::/23 2600::/12 2610::/23 2620::/23 2630::/12",
            baseURLs: ["https://rdap.arin.net/registry/", "http://rdap.arin.net/registry/"]),
        Assignment(
            v4: """
                2 5 25 31 37 46 51 53 57 62 77-95 109 141 145 151 176 178 185 188 193-195 212-213 217
                """,
            v6: """
                2001:600::/23 2001:800::/22 2001:1400::/22 2001:1a00::/23 2001:1c00::/22 2001:2000::/19 2001:4000::/23 \
                2001:4600::/23 2001:4a00::/23 2001:4c00::/23 2001:5000::/20 2003::/18 2a00::/12 2a10::/12
                """,
            baseURLs: ["https://rdap.db.ripe.net/"]),
        Assignment(
            v4: "177 179 181 186-187 189-191 200-201", v6: "2001:1200::/23 2800::/12",
            baseURLs: ["https://rdap.lacnic.net/rdap/"]),
    ]

    /// The /8 of each octet.
    private static func eights(_ octets: String) -> [IPPrefix] {
        octets.split(separator: " ").flatMap { run -> [IPPrefix] in
            let ends = run.split(separator: "-").compactMap { UInt32($0) }
            guard let first = ends.first, let last = ends.last else { return [] }
            return (first...last).compactMap { IPPrefix(IPAddress(v4: $0 << 24), length: 8) }
        }
    }
}

import TestKit
import AuditCore
import AuditCoreTesting
import Testing

/// Lists as people write and download them: what a line cannot mean is said, and never silently something else.
struct ForeignListTests {
    private func build(_ kind: DenyListKind, _ text: String) -> DenyListsBuild {
        DenyLists.build([kind: DenyListFile(name: "l.lst", text: text)], engine: LiteralPatternEngine())
    }

    /// Whether a list of networks denies an address, and by which line.
    private func line(_ text: String, _ address: String) throws -> Int? {
        let policy = Policy(lists: build(.ipNetworks, text).lists)
        let address = try #require(IPAddress(address))
        let attempt = LoginAttempt(login: "a", service: "imap", address: address, time: Timestamp(milliseconds: 0))
        let facts = Facts(address: address, localNetworks: LocalNetworks([]), localLocationName: "")
        guard case .deny(let denial) = policy.judge(attempt, facts: facts).verdict else { return nil }
        return denial.rule?.line
    }

    // MARK: Ranges and masks

    @Test(
        arguments: [
            ("62.1.1.0 - 62.1.1.255", "62.1.1.0 62.1.1.9 62.1.1.255", "62.1.0.255 62.1.2.0"),
            ("62.1.1.0-62.1.1.255", "62.1.1.9", "62.1.2.0"), ("62.1.1.0 -62.1.1.255", "62.1.1.9", "62.1.2.0"),
            ("62.1.1.0- 62.1.1.255", "", "62.1.1.9"), ("62.1.1.0 – 62.1.1.255", "62.1.1.9", "62.1.2.0"),
            ("62.1.1.0\t62.1.1.255\t24\t2811\tEXNET\tXX\tx@example.org", "62.1.1.0 62.1.1.77", "62.1.2.0"),
            ("62.1.1.0 62.1.1.255", "62.1.1.9", "62.1.2.0"), ("62.1.1.3 to 62.1.1.7", "62.1.1.3 62.1.1.7", "62.1.1.8"),
            ("62.1.1.0,62.1.1.255,AU", "62.1.1.9", "62.1.2.0"),
            ("62.2.0.0 255.255.0.0", "62.2.0.0 62.2.255.255", "62.3.0.0 62.1.255.255"),
            ("62.2.0.0/255.255.0.0", "62.2.255.255", "62.3.0.0"), ("62.2.0.0/0.0.255.255", "62.2.255.255", "62.3.0.0"),
            ("62.2.0.0 0.0.255.255", "62.2.255.255", "62.3.0.0"), ("62.2.7.7 255.255.255.255", "62.2.7.7", "62.2.7.8"),
            ("62.2.7.0 /24", "62.2.7.9", "62.2.8.0"), ("62.2.7.0 24", "62.2.7.9", "62.2.8.0"),
            ("62.2.7.0 24 # why", "62.2.7.9", "62.2.8.0"), ("62.2.7.0/24,why", "62.2.7.9", "62.2.8.0"),
            ("2a00::1 - 2a00::ff", "2a00::1 2a00::ff", "2a00::100 2a00::"),
            ("0.0.0.0 - 255.255.255.255", "62.1.1.1", ""),
            (":: - ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2a00::1", ""),
            ("62.1.1.0/24 - somebody", "62.1.1.9", "62.1.2.0"),
            ("62.1.1.7 2026-11-27 brute force", "62.1.1.7", "62.1.1.8"),
            ("62.1.1.7 3rd time", "62.1.1.7", "62.1.1.8"), ("62.1.1.7 ; 24", "62.1.1.7", "62.1.1.8"),
            ("62.1.1.7 // 24", "62.1.1.7", "62.1.1.8"), ("62.1.1.7 # - 62.1.1.9", "62.1.1.7", "62.1.1.8"),
            ("62.1.1.3 through 62.1.1.7", "62.1.1.3 62.1.1.7", "62.1.1.8"),
            ("62.1.1.3 TO 62.1.1.7 x", "62.1.1.7", "62.1.1.8"),
            ("62.1.1.7 to be looked at", "62.1.1.7", "62.1.1.8"), ("62.1.1.7 to # 62.1.1.9", "62.1.1.7", "62.1.1.8"),
            ("62.2.0.0 mask 255.255.0.0", "62.2.255.255", "62.3.0.0"),
            ("62.2.0.0 netmask 255.255.0.0 x", "62.2.9.9", "62.3.0.0"),
            ("62.2.0.0 wildcard 0.0.255.255", "62.2.9.9", "62.3.0.0"), ("62.2.7.0 Netmask /24", "62.2.7.9", "62.2.8.0"),
            ("2a00:1:: netmask 32", "2a00:1:ffff::1", "2a00:2::"),
            ("62.2.7.7 mask 255.255.255.255", "62.2.7.7", "62.2.7.8"),
            ("62.2.7.7 mask of the enemy", "62.2.7.7", "62.2.7.8"), ("62.2.7.7 netmask # 8", "62.2.7.7", "62.2.7.8"),
        ])
    func `a range is taken as such`(text: String, inside: String, outside: String) throws {
        for address in inside.split(separator: " ") {
            #expect(try line("\n\(text)\n", String(address)) == 2, "\(address)")
        }
        for address in outside.split(separator: " ") { #expect(try line(text, String(address)) == nil, "\(address)") }
        if !inside.isEmpty {
            #expect(build(.ipNetworks, text).problems.isEmpty)
            #expect(build(.ipNetworks, text).lists.entryCounts == [.ipNetworks: 1], "a line is an entry")
        }
    }

    @Test(
        arguments: [
            "192.0.2.0 - 300.1.2.3", "192.0.2.0 -", "192.0.2.0 - 2001:db8::1", "192.0.2.9 - 192.0.2.0",
            "192.0.2.0 - 255",
            "192.0.2.0/24 - 198.51.100.7", "192.0.2.0/24 198.51.100.7", "192.0.2.0/24 198.51.100.0/24",
            "192.0.2.1 198.51.100.0/24",
            "192.0.2.0/24 24", "192.0.2.0 33", "192.0.2.77 24", "192.0.2.1 3 hits", "192.0.2.1 2811", "192.0.2.0 /33",
            "10.0.0.0 255.0.255.0", "10.0.0.0 0.0.0.0", "0.0.0.0 255.255.255.255", "224.0.0.0 255.255.255.255",
            "10.0.0.0 192.0.0.0", "192.0.2.0 192.0.2.255 25", "192.0.2.0 - 192.0.2.255 - 192.0.3.0",
            "192.0.2.0- 192.0.2.255",
            "192.0.2.0 netmask 255.0.255.0", "192.0.2.0 mask 33", "2001:db8:: mask 255.255.0.0", "192.0.2.0 mask 1.2.3",
            "192.0.2.0 through 300.1.2.3", "192.0.2.9 through 192.0.2.0", "192.0.2.0/24 netmask 255.255.255.0",
            "192.0.2.0/255.0.255.0", "192.0.2.1 10.0.0", "2001:db8:: 2001:db7::", "192.0.2.0 192.0.2.x7:8:9",
        ])
    func `what can be neither a network, a range nor a comment is named`(text: String) {
        let build = build(.ipNetworks, "\n\(text)\n192.0.2.1\n")
        #expect(build.problems.map(\.line) == [2], "\(text): \(build.problems)")
        #expect(build.lists.entryCounts == [.ipNetworks: 1])
    }

    @Test func `a range is covered by prefixes exactly, wherever it begins and ends`() throws {
        var numbers = SeededNumbers(11)
        for _ in 0..<2000 {
            let (one, other) = (
                UInt32.random(in: 0...(.max), using: &numbers), UInt32.random(in: 0...(.max), using: &numbers)
            )
            let shift = UInt32.random(in: 0...31, using: &numbers)
            let (first, last) = (min(one, other) >> shift, max(one, other) >> shift)
            let prefixes = try #require(IPPrefix.covering(IPAddress(v4: first), through: IPAddress(v4: last)))
            var next = UInt128(first)
            for prefix in prefixes {
                #expect(prefix.address.bits == next)
                next = prefix.lastBits + 1
            }
            #expect(next == UInt128(last) + 1)
            #expect(prefixes.count <= 62)
        }
        let all = try #require(IPPrefix.covering(IPAddress(v6: 0), through: IPAddress(v6: .max)))
        #expect(all.map(\.length) == [0])
        let most = try #require(IPPrefix.covering(IPAddress(v6: 1), through: IPAddress(v6: .max - 1)))
        #expect(most.count == 254 && most.last?.lastBits == .max - 1)
    }

    // MARK: Lines

    @Test(arguments: ["\r", "\n", "\r\n"])
    func `lines end with LF, CR or both, and are counted alike`(end: String) throws {
        let text = ["# c", "", "62.1.1.0/24", "62.1.2.0/24", "nonsense"].joined(separator: end)
        #expect(try line(text, "62.1.1.9") == 3)
        #expect(try line(text, "62.1.2.9") == 4)
        #expect(build(.ipNetworks, text).problems.map(\.line) == [5])
        #expect(build(.networkName, "A.*\(end)B.*").lists.entryCounts == [.networkName: 2])
        #expect(build(.networkCountry, "# countries\(end)RU\(end)BY\(end)").lists.entryCounts == [.networkCountry: 2])
    }

    @Test(arguments: DenyListKind.allCases)
    func `semicolons and slashes begin comments, dashes only among literals`(kind: DenyListKind) {
        let build = build(kind, "; Spamhaus DROP\n// a comment\n;\n")
        #expect(build.problems.isEmpty && build.lists.entryCounts == [kind: 0])
        let isPattern = [.reverseHostname, .networkName, .asNames].contains(kind)
        #expect(build.notes.map(\.line) == (isPattern ? [1, 2, 3] : []))
        let dashes = self.build(kind, "-- a comment")
        #expect(dashes.lists.entryCounts == [kind: isPattern ? 1 : 0] && dashes.problems.isEmpty)
    }

    @Test(
        arguments: [
            (.asNumbers, "AS64496 - AS64511"), (.asNumbers, "64496 64497"), (.asNumbers, "AS64496 AS64497"),
            (.asNumbers, "AS64496,AS64497"), (.asNumbers, "AS64496 192.0.2.0/24"), (.networkCountry, "RU BY CN"),
            (.networkCountry, "RU,BY"), (.asCountry, "RU, BY"), (.entities, "ORG-A1,ORG-B2"),
            (.geoLocationIDs, "567293 567294"),
            (.geoLocationIDs, "567293 - 567299"), (.geoLocationIDs, "567293-567299"),
            (.coordinates, "43.3,46.6,50,1 7"),
            (.coordinates, "43.3,46.6,50,1,7"),
        ] as [(DenyListKind, String)])
    func `several entries in one line are named, not reduced to the first`(kind: DenyListKind, text: String) {
        let build = build(kind, text)
        #expect(build.problems.count == 1 && build.lists.entryCounts == [kind: 0], "\(build)")
    }

    @Test(
        arguments: [
            (.asNumbers, "AS64496,Example Net", "64496"), (.asNumbers, "AS1.10", "65546"),
            (.asNumbers, "1.10 x", "65546"),
            (.asNumbers, "AS64496 - example", "64496"), (.networkCountry, "RU Russia, or so", "RU"),
            (.networkCountry, "BY - Belarus", "BY"), (.geoLocationIDs, "567293,Dagestan", "567293"),
            (.geoLocationIDs, "567293 // Dagestan", "567293"), (.asCountry, "NL ; the Netherlands", "NL"),
        ] as [(DenyListKind, String, String)])
    func `an entry with a remark is an entry`(kind: DenyListKind, text: String, key: String) {
        let build = build(kind, text)
        #expect(build.problems.isEmpty && build.lists.entryCounts == [kind: 1], "\(build.problems)")
        let twice = ListInspection(
            DenyListFile(name: "l", text: "\(text)\n\(text)"), as: kind, engine: LiteralPatternEngine())
        #expect(twice.useless.map(\.line) == [2])
    }

    // MARK: Notes

    @Test(
        arguments: [
            (.networkCountry, "UK", "registries write GB, not UK"), (.asCountry, "el", "registries write GR, not EL"),
            (.reverseHostname, #".*\.example.com"#, #"".com" meets any character before "com": a dot is written \."#),
            (.reverseHostname, "mail.example.com$", #"".com" meets any character before "com": a dot is written \."#),
            (.networkName, "/^VPN/ REJECT", nil), (.asNames, "/VPN/", nil),
        ] as [(DenyListKind, String, String?)])
    func `what may not have been meant is noted, and taken as it stands`(
        kind: DenyListKind, text: String, note: String?
    ) {
        let build = build(kind, "\n\(text)")
        #expect(build.problems.isEmpty && build.lists.entryCounts == [kind: 1])
        #expect(build.notes.map(\.line) == [2])
        if let note { #expect(build.notes.map(\.reason) == [note]) }
    }

    @Test(
        arguments: [
            (.networkCountry, "GB"), (.networkCountry, "EU"), (.reverseHostname, #".*\.example\.com"#),
            (.reverseHostname, ".*"), (.reverseHostname, #"host[.]example[.]com"#), (.networkName, "EXAMPLE.com"),
            (.networkName, "a/b"), (.reverseHostname, "<>"),
        ] as [(DenyListKind, String)])
    func `what is plain is not noted`(kind: DenyListKind, text: String) {
        #expect(build(kind, text).notes.isEmpty)
    }
}

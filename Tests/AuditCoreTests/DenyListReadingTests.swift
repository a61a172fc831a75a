import AuditCore
import AuditCoreTesting
import Locks
import Testing

/// How lines of list files are read, and what is said of those that cannot be.
struct DenyListReadingTests {
    private func build(
        _ kind: DenyListKind, _ bytes: [UInt8], engine: LiteralPatternEngine = LiteralPatternEngine()
    ) -> DenyListsBuild {
        DenyLists.build([kind: DenyListFile(name: "l.lst", bytes: bytes)], engine: engine)
    }

    private func build(_ kind: DenyListKind, _ text: String) -> DenyListsBuild { build(kind, Array(text.utf8)) }

    @Test(arguments: DenyListKind.allCases)
    func `empty lines and comments are no entries and need no facts`(kind: DenyListKind) {
        for text in ["", "\n", "# a comment", "  \t \r\n\n   # a comment\r\n#", "\u{FEFF}# a comment\n", "\u{FEFF}"] {
            let build = build(kind, text)
            #expect(build.problems.isEmpty)
            #expect(build.lists.entryCounts == [kind: 0])
            #expect(build.lists.requiredFacts.isEmpty)
        }
    }

    @Test(
        arguments: [
            (.ipNetworks, "192.0.2.0/24"), (.ipNetworks, "192.0.2.1"), (.ipNetworks, "192.0.2.77/24 a comment"),
            (.ipNetworks, "2001:db8::/32\ta, comment # with / signs"), (.ipNetworks, "::ffff:192.0.2.0/120"),
            (.ipNetworks, "0.0.0.0/0"), (.ipNetworks, "fe80::1%eth0"), (.reverseHostname, "host.example # no comment"),
            (.networkName, "a b"), (.networkCountry, "us"), (.networkCountry, "US United States"),
            (.networkCountry, "EU"),
            (.asCountry, "zZ"), (.entities, "ORG-LL72-RIPE"), (.entities, "00.123.456/0001-99 a CNPJ"),
            (.entities, "MÜNCHEN-MNT"), (.asNumbers, "AS3209"), (.asNumbers, "as3209 Vodafone"), (.asNumbers, "3209"),
            (.asNumbers, "AS4294967295"), (.asNumbers, "AS0"), (.asNames, "VODANET.*"), (.geoLocationIDs, "6254928"),
            (.geoLocationIDs, "4744870 # Ashburn"), (.coordinates, "50.11,8.68,30,0.5"),
            (.coordinates, "-50.11 , +8.68, 30 ,0 Frankfurt, or not"), (.coordinates, "90,-180,0,2"),
            (.coordinates, ".5,5.,20100,1.25"),
        ] as [(DenyListKind, String)])
    func `a good line is an entry`(kind: DenyListKind, line: String) {
        for text in [line, "  \(line)  ", "\u{FEFF}\(line)\r\n", "\n\n\t\(line)\n#x\n", "\u{A0}\(line)\u{3000}"] {
            let build = build(kind, text)
            #expect(build.problems.isEmpty, "\(text)")
            #expect(build.lists.entryCounts == [kind: 1])
            #expect(build.lists.requiredFacts == Set(kind.facts))
        }
    }

    @Test(
        arguments: [
            (.ipNetworks, "192.0.2.0/33", 1, #""192.0.2.0/33" is no address and no network"#),
            (.ipNetworks, "192.0.2.0/64", 1, #""192.0.2.0/64" is no address and no network"#),
            (.ipNetworks, "  192.0.2.0/24# glued", 3, #""192.0.2.0/24#" is no address and no network"#),
            (.ipNetworks, "192.0.2.9-192.0.2.0", 1, "the range ends before it begins"),
            (.ipNetworks, "example.org", 1, #""example.org" is no address and no network"#),
            (.ipNetworks, "\u{1B}[2J", 1, ##""\u001b[2J" is no address and no network"##),
            (.networkCountry, "USA", 1, #""USA" is no country code (two letters)"#),
            (.networkCountry, "U", 1, #""U" is no country code (two letters)"#),
            (.asCountry, "U1", 1, #""U1" is no country code (two letters)"#),
            (.asCountry, "ÄÖ", 1, #""ÄÖ" is no country code (two letters)"#),
            (.asCountry, "ü", 1, #""ü" is no country code (two letters)"#),
            (.asNumbers, "AS", 1, #""AS" is no AS number (AS0 to AS4294967295)"#),
            (.asNumbers, "AS 3209", 1, #""AS" is no AS number (AS0 to AS4294967295)"#),
            (.asNumbers, "AS4294967296", 1, #""AS4294967296" is no AS number (AS0 to AS4294967295)"#),
            (.asNumbers, "99999999999999999999999", 1, nil), (.asNumbers, "-1", 1, nil), (.asNumbers, "+1", 1, nil),
            (.asNumbers, "AS1.65536", 1, nil), (.asNumbers, "AS1.", 1, nil), (.asNumbers, "AS1.2.3", 1, nil),
            (.asNumbers, "A3209", 1, nil), (.asNumbers, "ASAS3209", 1, nil),
            (.asNumbers, "٣", 1, nil),
            (.entities, "A\u{7F}B", 1, #""A\u007fB" is no handle: it has control characters or a comma"#),
            (.geoLocationIDs, "0", 1, #""0" is no geoname id (1 to 4294967295)"#),
            (.geoLocationIDs, "Ashburn", 1, nil), (.geoLocationIDs, "1e3", 1, nil), (.geoLocationIDs, "0x1F", 1, nil),
            (.coordinates, "50.1,8.6,30", 1, "four numbers are wanted: lat,lon,radius_km,overlap"),
            (.coordinates, "50.1 8.6 30 0.5", 1, "four numbers are wanted: lat,lon,radius_km,overlap"),
            (.coordinates, "91,8.6,30,0.5", 1, "the latitude must be from -90 to 90"),
            (.coordinates, "50.1, 181,30,0.5", 7, "the longitude must be from -180 to 180"),
            (.coordinates, " 50.1,8.6,-1,0.5", 11, "the radius in km must be from 0 to 20100"),
            (.coordinates, "50.1,8.6,30,-0.5", 13, "the overlap must be from 0 to 1000"),
            (.coordinates, "nan,8.6,30,0.5", 1, "the latitude is no number"),
            (.coordinates, "50.1,inf,30,0.5", 6, "the longitude is no number"),
            (.coordinates, "50.1,8.6,1e3,0.5", 10, "the radius in km is no number"),
            (.coordinates, "50.1,8.6,0x10,0.5", 10, "the radius in km is no number"),
            (.coordinates, "50.1,8.6,30,", 13, "the overlap is no number"),
            (.coordinates, "50.1,8.6,30,0.5,7", 13, "the overlap is no number"),
            (.coordinates, ",,,", 1, "the latitude is no number"), (.coordinates, "1-1,2,3,4", 1, nil),
        ] as [(DenyListKind, String, Int, String?)])
    func `a bad line is named with its column and skipped`(
        kind: DenyListKind, line: String, column: Int, reason: String?
    ) {
        let build = build(kind, "# first\n\(line)\n")
        #expect(build.problems.count == 1)
        #expect(build.problems.first?.line == 2)
        #expect(build.problems.first?.column == column)
        if let reason { #expect(build.problems.first?.description == "l.lst:2:\(column): \(reason)") }
        #expect(build.lists.entryCounts == [kind: 0])
    }

    @Test(arguments: DenyListKind.allCases)
    func `bytes that are no text are named, except in comments`(kind: DenyListKind) {
        let file: [UInt8] =
            Array("# M".utf8) + [0xFC] + Array("ller\nA".utf8) + [0xC3, 0x0A, 0x00, 0x0A] + [0xFF, 0xFE, 0x0A]
        let build = build(kind, file)
        #expect(
            build.problems.map(\.description) == [
                "l.lst:2: not UTF-8", "l.lst:3: holds a NUL byte; lists are UTF-8 text", "l.lst:4: not UTF-8",
            ])
    }

    @Test(arguments: DenyListKind.allCases)
    func `a line without end is named and the next one read`(kind: DenyListKind) {
        let good = [.ipNetworks: "::1", .coordinates: "1,1,1,1", .networkCountry: "DE", .asCountry: "DE"][kind] ?? "1"
        let build = build(kind, String(repeating: "1", count: 16_385) + "\n\(good)\n")
        #expect(build.problems.map(\.description) == ["l.lst:1: longer than 16384 bytes"])
        #expect(build.lists.entryCounts == [kind: 1])
    }

    @Test func `of a file of another kind a hundred bad lines are named and the rest counted`() {
        let build = build(.asNumbers, String(repeating: "<p>\n", count: 5_000))
        #expect(build.problems.count == 101)
        #expect(build.problems.last?.description == "l.lst:101: 4900 more bad lines from here on")
        #expect(build.problemCounts.values.map { $0 } == [5000])
        let one = self.build(.asNumbers, String(repeating: "<p>\n", count: 101))
        #expect(one.problems.last?.description == "l.lst:101: 1 more bad line from here on")
    }

    @Test func `patterns reach the engine whole and its refusals come back with file, line and column`() {
        let engine = LiteralPatternEngine(
            refusing: ["(": "missing ), unterminated subpattern"], unindexed: [".*"], limited: [".*"])
        let limited = Problems()
        let file = DenyListFile(name: "p.lst", text: "# x\n .* # y\n  (\n.*\nplain\n")
        let build = DenyLists.build([.networkName: file], engine: engine) { limited.add($0) }
        #expect(build.problems.map(\.description) == ["p.lst:3:3: missing ), unterminated subpattern"])
        #expect(build.unindexedPatterns.map(\.description) == ["p.lst:4"])
        #expect(limited.all.map(\.description) == ["p.lst:4: match limit"])
        #expect(build.lists.entryCounts == [.networkName: 3])
    }

    @Test func `problems come in the order of the lists`() {
        let bad = "bad line without meaning"
        let files = Dictionary(
            uniqueKeysWithValues: DenyListKind.allCases.map { ($0, DenyListFile(name: $0.rawValue, text: bad)) })
        let build = DenyLists.build(files, engine: LiteralPatternEngine(refusing: [bad: "no"]))
        // "bad" is a fine handle.
        #expect(build.problems.map(\.file) == DenyListKind.allCases.filter { $0 != .entities }.map(\.rawValue))
        #expect(build.lists.entryCounts.values.reduce(0, +) == 1)
        #expect(DenyLists.build([:], engine: LiteralPatternEngine()).lists.entryCounts.isEmpty)
    }
}

/// Keeps problems reported from elsewhere.
final class Problems: Sendable {
    private let kept = Mutex<[ListProblem]>([])
    var all: [ListProblem] { kept.withLock { $0 } }
    func add(_ problem: ListProblem) { kept.withLock { $0.append(problem) } }
}

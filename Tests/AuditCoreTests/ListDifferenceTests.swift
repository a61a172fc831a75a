import AuditCore
import AuditCoreTesting
import Testing

struct ListDifferenceTests {
    private func difference(_ kind: DenyListKind, _ old: String, _ new: String) throws -> ListDifference {
        ListDifference(
            from: DenyListFile(name: "old", text: old), to: DenyListFile(name: "new", text: new), as: kind,
            engine: LiteralPatternEngine(), at: try #require(Timestamp(sqlText: "2026-12-10 00:00:00")))
    }

    @Test(
        arguments: [
            (.ipNetworks, "192.0.2.0/24\n9.9.9.9", "# x\n9.9.9.9 dns\n192.0.2.77/24 # again\n", [], [], .same),
            (
                .ipNetworks, "192.0.2.0/25\n192.0.2.128/25", "192.0.2.0/24", ["192.0.2.0/24"],
                ["192.0.2.0/25", "192.0.2.128/25"], .same
            ),
            (
                .ipNetworks, "192.0.2.0/24", "192.0.2.0/25\n2001:db8::/127", ["192.0.2.0/25", "2001:db8::/127"],
                ["192.0.2.0/24"], .differs(more: 2, less: 128)
            ),
            (.ipNetworks, "192.0.2.0 - 192.0.2.2", "192.0.2.0-192.0.2.2\n", [], [], .same),
            (.ipNetworks, "0.0.0.0/0", "", [], ["0.0.0.0/0"], .differs(more: 0, less: 4_294_967_296)),
            (.asNumbers, "AS65546\n1", "as1.10\nAS1", [], [], .same),
            (.networkCountry, "us", "US United States", [], [], .same),
            (.networkCountry, "US", "DE\nUS", ["DE"], [], .differs(more: nil, less: nil)),
            (.entities, "a-mnt", "A-MNT\nB-MNT", ["B-MNT"], [], .differs(more: nil, less: nil)),
            (.networkName, "NET A\nB", "B\nNET C", ["NET C"], ["NET A"], .differs(more: nil, less: nil)),
            (.coordinates, "1,2,3,0.5 here", "1 , 2,3, 0.5", [], [], .same),
            (.users, "bob\nalice # x", "alice", [], ["bob"], .differs(more: nil, less: nil)),
        ] as [(DenyListKind, String, String, [String], [String], ListDifference.Coverage)])
    func `entries that were added and removed are named, and whether others are met`(
        kind: DenyListKind, old: String, new: String, added: [String], removed: [String],
        coverage: ListDifference.Coverage
    ) throws {
        let difference = try difference(kind, old, new)
        #expect(difference.added.map(\.text) == added)
        #expect(difference.removed.map(\.text) == removed)
        #expect(difference.coverage == coverage)
        #expect(difference.changed.isEmpty && difference.problems.isEmpty)
    }

    @Test func `an end is part of an entry`() throws {
        let other = try difference(
            .networkCountry, "DE\nUS # until 2026-12-24", "DE # until 2026-12-24\nUS # until 2027-01-01")
        #expect(other.changed.map(\.new.line) == [1, 2] && other.unchanged == 0 && other.coverage == .same)
        #expect(other.changed.map(\.old.lastDay?.description) == [nil, "2026-12-24"])
        let ended = try difference(.ipNetworks, "192.0.2.0/24", "192.0.2.0/24 # until 2026-12-09")
        #expect(ended.coverage == .differs(more: 0, less: 256))
        #expect(try difference(.networkName, "# until 2026-12-24\nA\nB", "B\nA").changed.map(\.new.line) == [2])
    }

    @Test func `bad lines are named and are no entries`() throws {
        let difference = try difference(.networkCountry, "US\nUSA", "US\nDE 12")
        #expect(
            difference.problems.map(\.file) == ["old", "new"] && difference.unchanged == 1
                && difference.coverage == .same)
    }
}

import TestKit
import AuditCore
import AuditCoreTesting
import Testing

/// Lines that end: `entry # until 2026-12-24`, and `# until 2026-12-24` above a pattern.
struct ListEndingTests {
    private static let during = "2026-12-24 23:59:59.999"
    private static let after = "2026-12-25 00:00:00"

    private func build(_ kind: DenyListKind, _ text: String, _ effect: ListEffect = .deny) -> DenyListsBuild {
        DenyLists.build([kind: DenyListFile(name: "l.lst", text: text)], effect: effect, engine: LiteralPatternEngine())
    }

    private func attempt(_ time: String, from address: String = Logins.text) throws -> LoginAttempt {
        LoginAttempt(
            login: "honey-craig", service: "imap", address: IPAddress(address),
            time: try #require(Timestamp(sqlText: time)))
    }

    /// The line that denies the sample login at a time.
    private func line(_ kind: DenyListKind, _ text: String, _ time: String) throws -> Int? {
        let build = build(kind, text)
        #expect(build.problems.isEmpty, "\(build.problems)")
        let policy = Policy(lists: build.lists, onUnknown: .deny)
        return policy.judge(try attempt(time), facts: Logins.facts()).verdict.denial?.rule?.line
    }

    /// An entry that meets the sample login, as a line that ends.
    private func ending(_ kind: DenyListKind, on day: String = "2026-12-24") throws -> String {
        let entry = try #require(Logins.hits[kind]?.dropFirst(2))
        let isPattern = [.reverseHostname, .networkName, .asNames].contains(kind)
        return isPattern ? "# until \(day) why\n\(entry)" : "\(entry)   # until \(day) why"
    }

    @Test(arguments: DenyListKind.allCases)
    func `an entry of every list meets until its last day is over, in UTC`(kind: DenyListKind) throws {
        let text = try ending(kind)
        let number = text.contains("\n") ? 2 : 1
        for time in ["1970-01-01 00:00:00", "2026-12-23 12:00:00", "2026-12-24 00:00:00", Self.during] {
            #expect(try line(kind, text, time) == number, "\(time)")
        }
        for time in [Self.after, "2027-06-01 00:00:00"] { #expect(try line(kind, text, time) == nil, "\(time)") }
        let endings = build(kind, text).lists.endings
        #expect(endings.map(\.rule.description) == ["l.lst:\(number)"])
        #expect(endings.map(\.lastDay.description) == ["2026-12-24"])
        #expect(build(kind, text).lists.entryCount(of: kind) == 1, "an entry that ends is an entry")
    }

    @Test(arguments: DenyListKind.allCases)
    func `where one line has ended the next that meets counts`(kind: DenyListKind) throws {
        let lasting = try #require(Logins.hits[kind]?.dropFirst(2))
        let lines = [
            "# x", try ending(kind), try ending(kind, on: "2026-12-20"), try ending(kind, on: "2027-01-31"),
            String(lasting),
        ]
        let text = lines.joined(separator: "\n")
        // The end of a pattern stands above it.
        let step = lines[1].contains("\n") ? 2 : 1
        let numbers = [1 + step, 1 + 2 * step, 1 + 3 * step, 2 + 3 * step]
        #expect(try line(kind, text, Self.during) == numbers[0])
        #expect(try line(kind, text, Self.after) == numbers[2])
        #expect(try line(kind, text, "2027-02-01 00:00:00") == numbers[3])
    }

    @Test func `a network that ends leaves the wider and the narrower ones in force`() throws {
        let text = """
            176.112.169.0/24 # until 2026-12-24
            176.112.168.0/21
            176.112.169.218 # until 2026-12-20
            0.0.0.0/0 # until 2027-12-31
            """
        #expect(try line(.ipNetworks, text, "2026-12-20 00:00:00") == 1)
        #expect(try line(.ipNetworks, text, Self.after) == 2)
        let reversed = text.split(separator: "\n").reversed().joined(separator: "\n")
        #expect(try line(.ipNetworks, reversed, Self.after) == 1)
        #expect(try line(.ipNetworks, reversed, "2028-01-01 00:00:00") == 3)
        #expect(try line(.ipNetworks, "176.112.169.0 - 176.112.169.255 # until 2026-12-24", Self.during) == 1)
        #expect(try line(.ipNetworks, "176.112.169.0 - 176.112.169.255 # until 2026-12-24", Self.after) == nil)
    }

    @Test func `networks that end are found as by a scan of all lines`() throws {
        var random = SeededNumbers(3)
        let days = (1...4).map { "2026-12-0\($0)" }
        for _ in 0..<60 {
            var lines: [(prefix: IPPrefix, day: String?)] = []
            for _ in 0..<Int.random(in: 1...40, using: &random) {
                let bits = UInt32.random(in: 0..<4, using: &random) << 30 | UInt32.random(in: 0..<8, using: &random)
                let prefix = try #require(
                    IPPrefix(IPAddress(v4: bits), length: [0, 1, 2, 3, 29, 30, 31, 32].randomElement(using: &random)!))
                lines.append((prefix, Bool.random(using: &random) ? days.randomElement(using: &random) : nil))
            }
            let text = lines.map { "\($0.prefix)" + ($0.day.map { " # until \($0)" } ?? "") }.joined(separator: "\n")
            let policy = Policy(lists: build(.ipNetworks, text).lists)
            for day in days + ["2026-12-05"] {
                for _ in 0..<10 {
                    let bits = UInt32.random(in: 0..<4, using: &random) << 30 | UInt32.random(in: 0..<8, using: &random)
                    let address = IPAddress(v4: bits)
                    guard !address.isPrivate else { continue }
                    var facts = Logins.facts()
                    facts.address = address
                    let denial = policy.judge(try attempt(day + " 11:00:00", from: "\(address)"), facts: facts).verdict
                        .denial
                    let expected = lines.firstIndex { $0.prefix.contains(address) && ($0.day ?? "9") >= day }
                    #expect(denial?.rule?.line == expected.map { $0 + 1 }, "\(address) on \(day) in\n\(text)")
                    #expect(denial?.text == expected.map { "access from \(lines[$0].prefix) is forbidden" })
                }
            }
        }
    }

    @Test(arguments: [
        "RU # until 2026-12-24", "RU  #until 2026-12-24 why", "RU\t# Until: 2026-12-24, why", "RU ; until 2026-12-24",
        "RU // until 2026-12-24.", "RU -- until 2026-12-24", "RU ## until 2026-12-24 # until 2030-01-01",
        "RU # UNTIL 2026-12-24",
        "RU Russia # until 2026-12-24",
    ])
    func `the comment may be written as comments are`(text: String) throws {
        #expect(try line(.networkCountry, text, Self.during) == 1)
        #expect(try line(.networkCountry, text, Self.after) == nil)
    }

    @Test(arguments: [
        "RU # until further notice", "RU # not until 2026-12-24", "RU # untill 2026-12-24", "RU # until",
        "RU until monday",
        "RU # 2026-12-24",
    ])
    func `other comments end nothing`(text: String) throws {
        #expect(try line(.networkCountry, text, "2030-01-01 00:00:00") == 1)
        #expect(build(.networkCountry, text).notes.isEmpty)
    }

    @Test(arguments: [
        "2026-13-01", "2026-02-29", "2026-12-32", "2026-00-10", "24.12.2026", "2026/12/24", "2026-12", "2026-1-1",
        "20261224",
        "12/24/26", "2026-12-24T10:00:00Z", "2026-12-24x", "99999-01-01", "0",
    ])
    func `an end that is no day is a bad line`(day: String) throws {
        for (kind, text) in [
            (DenyListKind.networkCountry, "#\nRU # until \(day)"), (.ipNetworks, "#\n192.0.2.0/24 # until \(day)"),
            (.coordinates, "#\n1,1,1,1 # until \(day)"), (.networkName, "#\n# until \(day)\nNAME"),
        ] {
            let problems = build(kind, text).problems
            #expect(problems.count == 1, "\(problems)")
            #expect(problems.first?.line == 2)
            #expect(
                problems.first?.reason
                    == "\"\(day)\" is no day: an entry ends with # until YYYY-MM-DD; it is in force without end")
        }
    }

    @Test(arguments: DenyListKind.allCases, [ListEffect.deny, .watch])
    func `who was refused is not let in by a comment that means something else`(kind: DenyListKind, effect: ListEffect)
        throws
    {
        for end in ["3 complaints came in", "24.12. see #4711", "2026-02-30"] {
            let build = build(kind, "# x\n" + (try ending(kind, on: end)), effect)
            #expect(build.problems.count == 1 && build.problemCounts[kind] == 1, "a reload is refused")
            var policy = Policy()
            if effect == .deny { policy.lists = build.lists } else { policy.watchLists = build.lists }
            for time in [Self.during, "2099-01-01 00:00:00"] {
                let judgement = policy.judge(try attempt(time), facts: Logins.facts())
                #expect(judgement.rule?.line == (try ending(kind).contains("\n") ? 3 : 2), "\(end)")
            }
            #expect(build.lists.endings.isEmpty)
        }
    }

    @Test(arguments: DenyListKind.all(for: .allow))
    func `an exception whose end cannot be read is none`(kind: DenyListKind) throws {
        let text = kind == .users ? "honey-craig # until 3 weeks" : try ending(kind, on: "3 weeks")
        let build = build(kind, "# x\n" + text, .allow)
        #expect(build.problems.map(\.line) == [2])
        #expect(build.problems.first?.reason == "\"3\" is no day: an entry ends with # until YYYY-MM-DD")
        #expect(build.lists.entryCount(of: kind) == 0)
        var policy = Policy()
        policy.allowLists = build.lists
        #expect(policy.judge(try attempt(Self.during), facts: Logins.facts()).exemption == nil)
    }

    @Test func `of patterns that end the last end above counts, also if it cannot be read`() {
        let text = "# until 2026-12-24\n# until 3 weeks\nONE\nTWO\n# until 3 weeks\n# until 2026-12-24\nTHREE"
        let denied = build(.networkName, text), allowed = build(.networkName, text, .allow)
        #expect(denied.lists.entryCount(of: .networkName) == 3 && denied.lists.endings.map(\.rule.line) == [7])
        #expect(allowed.lists.entryCount(of: .networkName) == 2 && allowed.lists.endings.map(\.rule.line) == [7])
    }

    @Test func `leap days are days`() throws {
        #expect(try line(.networkCountry, "RU # until 2028-02-29", "2028-02-29 12:00:00") == 1)
        #expect(Day("2028-02-29")?.description == "2028-02-29" && Day("2100-02-29") == nil && Day("2026-2-1") == nil)
    }

    @Test func `the end of a pattern holds for the next pattern alone`() throws {
        let text = "VK-1\n# until 2026-12-24 why\n# another comment\n\nVK-FRONT\nVK-FRONT\nVK-2"
        #expect(try line(.networkName, text, Self.during) == 5)
        #expect(try line(.networkName, text, Self.after) == 6)
        #expect(build(.networkName, text).lists.endings.map(\.rule.line) == [5])
        // A line that cannot be read has the end that stood above it.
        let broken = Array("# until 2026-12-24\n".utf8) + [0xFF, 0x0A] + Array("VK-FRONT\n".utf8)
        let lists = DenyLists.build(
            [.networkName: DenyListFile(name: "l", bytes: broken)], engine: LiteralPatternEngine())
        #expect(
            lists.problems.map(\.line) == [2] && lists.lists.endings.isEmpty
                && lists.lists.entryCounts == [.networkName: 1])
    }

    @Test(
        arguments: [
            (.networkName, "A\n# until 2026-12-24\n", 2, "ends nothing: no pattern follows"),
            (.networkName, "# until 2026-12-24\n# until 2026-12-25\nA\n", 1, "ends nothing: no pattern follows"),
            (
                .networkName, "A # until 2026-12-24", 1,
                "the whole line is the pattern: # until YYYY-MM-DD stands on a line of its own above it"
            ),
            (
                .networkCountry, "# until 2026-12-24\nRU\n", 1,
                "ends nothing: # until stands behind the entry that it ends"
            ),
            (.networkCountry, "RU until 2026-12-24", 1, "does not end: # begins the comment that says until when"),
            (
                .ipNetworks, "192.0.2.0/24 until 2026-12-24", 1,
                "does not end: # begins the comment that says until when"
            ),
        ] as [(DenyListKind, String, Int, String)])
    func `an end that ends nothing is noted`(kind: DenyListKind, text: String, number: Int, note: String) {
        let build = build(kind, text)
        #expect(build.problems.isEmpty)
        #expect(build.notes.map(\.description) == ["l.lst:\(number): \(note)"])
    }

    @Test(arguments: DenyListKind.allCases.filter { $0 != .ipNetworks })
    func `a list whose entries have all ended asks for no facts and leaves nothing in doubt`(kind: DenyListKind) throws
    {
        let lists = build(kind, try ending(kind)).lists
        let policy = Policy(lists: lists, onUnknown: .deny)
        let facts = Facts(
            address: IPAddress(Logins.text), localNetworks: LocalNetworks(), localLocationName: "local network")
        let (before, over) = (try attempt(Self.during), try attempt(Self.after))
        #expect(policy.factsNeeded(for: before, facts: facts) == Set(kind.facts))
        #expect(policy.judge(before, facts: facts).verdict.denial?.matched == "unknown")
        #expect(policy.factsNeeded(for: over, facts: facts).isEmpty)
        #expect(policy.judge(over, facts: facts).verdict == .allow)
        let two = DenyLists.build(
            [
                kind: DenyListFile(name: "a", text: try ending(kind)),
                .ipNetworks: DenyListFile(name: "b", text: "192.0.2.1 # until 2026-11-01"),
            ], engine: LiteralPatternEngine())
        #expect(Policy(lists: two.lists).factsNeeded(for: before, facts: facts) == Set(kind.facts))
    }

    @Test func `what has ended and what ends within a week is said`() throws {
        let text = (10...31).map { "192.0.2.\($0) # until 2026-12-\($0)" }.joined(separator: "\n")
        let endings = build(.ipNetworks, text).lists.endings
        let now = try #require(Timestamp(sqlText: "2026-12-12 00:00:00"))
        #expect(endings.counts(at: now).ended == 2 && endings.counts(at: now).ending == 8)
        let notes = endings.notes(at: now)
        #expect(notes.count == 10)
        #expect(notes.first == "l.lst:1: ended on 2026-12-10 and meets nobody any more")
        #expect(notes.last == "l.lst:10: ends on 2026-12-19")
        #expect(
            endings.notes(at: now, atMost: 3).suffix(2)
                == ["l.lst:3: ends on 2026-12-12", "l.lst: 7 more lines have ended or end within a week"])
    }

    @Test func `a line is not useless if the one that makes it so ends before it`() {
        func useless(_ kind: DenyListKind, _ text: String) -> [[Int]] {
            let file = DenyListFile(name: "l", text: text)
            let inspection = ListInspection(file, as: kind, engine: LiteralPatternEngine())
            return (inspection.useless + inspection.overlaps).map { [$0.line, $0.earlier] }
        }
        #expect(
            useless(.ipNetworks, "62.1.0.0/16 # until 2026-12-24\n62.1.2.0/24\n62.1.3.0/24 # until 2026-12-01") == [
                [3, 1]
            ])
        #expect(useless(.ipNetworks, "62.1.2.0/24\n62.1.0.0/16 # until 2026-12-24") == [])
        #expect(useless(.networkCountry, "RU # until 2026-12-24\nRU\nRU") == [[3, 2]])
        #expect(useless(.networkName, "# until 2026-12-24\nNET\nNET\nNET") == [[4, 3]])
    }

    @Test func `lists in other forms know no ends`() {
        for text in [
            "{\"cidr\": \"192.0.2.0/24\"}", "ip;note\n192.0.2.1 ; until 2020\n",
            "# until 2026-12-24\nip,note\n192.0.2.1,# until 2026-12-24\n",
        ] {
            let build = build(.ipNetworks, text)
            #expect(build.lists.endings.isEmpty && build.problems.isEmpty && build.notes.isEmpty, "\(build)")
            #expect(build.lists.entryCount(of: .ipNetworks) == 1)
        }
    }
}

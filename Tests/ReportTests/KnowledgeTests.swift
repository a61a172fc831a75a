import Testing
@testable import Report

struct KnowledgeTests {
    @Test func `the old file is read`() throws {
        let knowledge = try ReportKnowledge(
            yaml: """
                # what is usual
                KNOWN_GOOD_ASNS:
                  - AS680    # DFN
                  - as3320
                  - 3209
                KNOWN_DNS_SUFF: ["mpg.de", .Cam.AC.uk]
                AS_COMMENTS:
                  AS60068: "Commercial VPN"
                  "AS16205": DSI -> DresdenRooms (Coschütz)
                MAIL_TO: root
                """)
        #expect(knowledge.knownSystems == ["AS680", "AS3320", "AS3209"])
        #expect(knowledge.comments == ["AS60068": "Commercial VPN", "AS16205": "DSI -> DresdenRooms (Coschütz)"])
        #expect(knowledge.unknownKeys == ["MAIL_TO"])
        #expect(
            knowledge.knows(system: "AS3209") && !knowledge.knows(system: "AS32090") && !knowledge.knows(system: nil))
    }

    @Test(arguments: [
        "AS_COMMENTS:\n  - AS64511: Commercial VPN\n  - 64510: Hosting",
        "AS_COMMENTS: [{as64511: Commercial VPN, AS64510: Hosting}]",
        "AS_COMMENTS: [{AS64511: Commercial VPN}, {}, {AS64510: Hosting}]",
        "AS_COMMENTS: {AS64511: Commercial VPN, AS64510: Hosting}",
    ])
    func `comments are a list of mappings, as the old script read, or one mapping`(yaml: String) throws {
        #expect(try ReportKnowledge(yaml: yaml).comments == ["AS64511": "Commercial VPN", "AS64510": "Hosting"])
    }

    @Test(arguments: [
        ("mpg.de", true), ("pc1.mpg.de", true), ("PC1.MPG.DE", true), ("xmpg.de", false),
        ("mpg.de.evil.example", false),
        ("de", false), ("", false), ("..", false), ("www.cam.ac.uk", true),
    ])
    func `a suffix is whole labels`(host: String, isKnown: Bool) throws {
        let knowledge = try ReportKnowledge(yaml: "KNOWN_DNS_SUFF: [mpg.de, .cam.ac.uk]")
        #expect(knowledge.knows(host: host) == isKnown)
    }

    @Test(arguments: [
        "", "# nothing", "KNOWN_GOOD_ASNS:\nAS_COMMENTS:\nKNOWN_DNS_SUFF: ~", "{}", "AS_COMMENTS: []",
        "AS_COMMENTS: {}",
    ])
    func `nothing is known of nothing`(yaml: String) throws {
        #expect(try ReportKnowledge(yaml: yaml) == ReportKnowledge())
    }

    @Test(arguments: [
        ("KNOWN_GOOD_ASNS: AS680", "1:18: KNOWN_GOOD_ASNS: a list is expected"),
        ("KNOWN_DNS_SUFF:\n- [a]", "2:3: KNOWN_DNS_SUFF: a list of texts is expected"),
        ("AS_COMMENTS: [a]", "1:15: AS_COMMENTS: names and their comments are expected"),
        ("AS_COMMENTS: a", "1:14: AS_COMMENTS: names and their comments are expected"),
        ("AS_COMMENTS:\n- AS1: a\n- [AS2: b]", "3:3: AS_COMMENTS: names and their comments are expected"),
        ("AS_COMMENTS:\n- AS1: a\n- AS2: [b]", "3:8: AS_COMMENTS: a text is expected"),
        ("AS_COMMENTS: {AS1: [a]}", "1:20: AS_COMMENTS: a text is expected"),
        ("[a]", "the names KNOWN_GOOD_ASNS, … are expected"),
    ])
    func `a value of the wrong form is named with its place`(yaml: String, problem: String) {
        let error = #expect(throws: ReportError.self) { try ReportKnowledge(yaml: yaml) }
        #expect(error?.description == problem)
    }

    @Test(arguments: ["a: [", "\t- a", "a: b: c", "&a [*a", "%", "\u{0}"])
    func `what is no YAML is an error`(yaml: String) {
        #expect(throws: ReportError.self) { try ReportKnowledge(yaml: yaml) }
    }

    @Test func `aliases of aliases cost nothing`() throws {
        var yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            yaml +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ") + "]\n"
        }
        #expect(try ReportKnowledge(yaml: yaml + "KNOWN_GOOD_ASNS: [AS1]").knownSystems == ["AS1"])
    }
}

import TestKit
import AuditCore
import AuditCoreTesting
import Testing

struct PTRNamesTests {
    private func facts(_ names: [String]) -> Facts {
        var facts = Logins.facts()
        facts.reverseHost = Sourced(PTRNames(names).map { .known($0) } ?? .absent, source: .dns)
        return facts
    }

    private func verdict(_ list: String, _ names: [String], onUnknown: UnknownFactAction = .allow) -> Verdict {
        Policy(lists: Logins.lists([.reverseHostname: list]), onUnknown: onUnknown)
            .judge(Logins.attempt(), facts: facts(names)).verdict
    }

    @Test(arguments: [
        ([], []), ([""], []), (["a.example"], ["a.example"]),
        (["B.example", "a.example"], ["a.example", "B.example"]),
        (["b.example", "", "a.example"], ["a.example", "b.example"]),
        (["a.example", "A.example", "a.Example"], ["A.example"]),
        (
            ["a-b.example", "a.example", "a1.example", "A.b.example"],
            ["a-b.example", "A.b.example", "a.example", "a1.example"]
        ),
    ])
    func `names are sorted without regard to case, each once`(names: [String], expected: [String]) {
        #expect(PTRNames(names)?.all ?? [] == expected)
        #expect(PTRNames(names.reversed())?.all ?? [] == expected)
    }

    @Test func `of many names the first sixteen are kept, in whatever order they come`() {
        let names = (10..<60).map { "host\($0).example" }
        for seed in UInt64(0)..<20 {
            var numbers = SeededNumbers(seed)
            #expect(PTRNames(names.shuffled(using: &numbers))?.all == Array(names.prefix(PTRNames.most)))
        }
    }

    @Test(arguments: ["a.example", "m.example", "z.example"])
    func `a line meets if it meets any of the names, in whatever order they come`(line: String) {
        for names in [["a.example", "m.example", "z.example"], ["z.example", "a.example", "m.example"]] {
            let denial = verdict("#\n" + line, names).denial
            #expect(denial?.matched == "rev_host")
            #expect(denial?.rule == RuleReference(file: "lists/reverse_hostname.lst", line: 2))
            #expect(denial?.list == .reverseHostname)
        }
        #expect(verdict(line, ["b.example", "y.example"], onUnknown: .deny) == .allow)
    }

    @Test func `the first line in the file decides, and a name that is not shown is told`() {
        let names = ["a.example", "m.example", "z.example"]
        let rule = RuleReference(file: "lists/reverse_hostname.lst", line: 1)
        func denial(_ text: String) -> Verdict { .deny(Denial(matched: "rev_host", rule: rule, text: text)) }
        #expect(verdict("z.example\na.example", names) == denial("access from the hostname z.example is forbidden"))
        #expect(verdict("a.example\nz.example", names) == denial("access from this hostname is forbidden"))
        let nasty = verdict("z\u{202E}", ["a.example", "z\u{202E}"]).denial?.text
        #expect(nasty?.unicodeScalars.contains("\u{202E}") == false)
    }

    @Test func `several names are not none, and none is not unknown`() {
        #expect(verdict("<>", ["a.example", "b.example"]) == .allow)
        #expect(verdict("<>", []).denial?.matched == "rev_host")
    }

    @Test func `the record shows the first name`() {
        var record = SampleRecords.google()
        record.facts.reverseHost = facts(["z.example", "M.example"]).reverseHost
        #expect(record.message.contains(", host=M.example, asn="))
        #expect(record.fields.first { $0.name == "AUDIT_REV_HOST" }?.journalText == "M.example")
    }

    @Test func `explain shows all names`() {
        func explanation(_ names: [String]) -> Explanation {
            let (attempt, facts) = (Logins.attempt(), facts(names))
            let judgement = Policy(lists: DenyLists()).judge(attempt, facts: facts, thoroughly: true)
            return Explanation(
                attempt: attempt, facts: facts, judgement: judgement, status: "success", httpCode: 200)
        }
        let several = explanation(["z.example", "m.example"])
        #expect(
            several.text.contains(
                """
                  rev_host          known (dns)
                                    m.example
                                    z.example
                  network

                """.dropLast()))
        #expect(several.json.contains(#""age_s":0,"value":"m.example","values":["m.example","z.example"]}"#))
        #expect(explanation(["m.example"]).json.contains(#""age_s":0,"value":"m.example"},"network""#))
        #expect(explanation([]).json.contains(#""age_s":0,"value":null},"network""#))
    }
}

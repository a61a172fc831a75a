import AuditCore
import AuditCoreTesting
import Testing
@testable import Report

/// What was judged is in the record, and comes out of it as it was.
struct RecordedFactsTests {
    private func record(_ facts: Facts, missing: MissingFacts = MissingFacts()) -> AuditRecord {
        AuditRecord(
            attempt: LoginAttempt(
                login: "a", service: "imap", address: facts.address, time: Timestamp(milliseconds: 0)),
            passwordID: 7, facts: facts, isBlocked: false, matched: nil, rule: nil, duration: .milliseconds(1),
            missing: missing)
    }

    private func readings(_ record: AuditRecord) throws -> [RecordedFacts] {
        let fields = record.fields.map { (name: $0.name, value: $0.journalText) }
        let journal = try #require(RecordFields(journalFields: fields, time: record.attempt.time))
        let line = try #require(RecordFields(jsonLine: Array(AuditEntry.login(record).jsonLine.utf8)))
        return [try #require(journal.facts), try #require(line.facts)]
    }

    @Test func `facts come out of the journal and of a file as they went in`() throws {
        var logins = SeededLogins(seed: 1)
        var states: Set<String> = []
        for _ in 0..<3000 {
            let facts = logins.facts(of: logins.attempt().address)
            for read in try readings(record(facts)) {
                #expect(read.facts == facts && read.isComplete && read.late.isEmpty && read.later.isEmpty)
                guard read.facts == facts else { return }
            }
            states.insert("\(facts.network.trouble?.code.name ?? "-") \(facts.geo.value == nil)")
        }
        #expect(states.count > 4, "the generator makes facts of all kinds")
    }

    @Test func `what came late is among the facts, and is not in what the verdict knew`() throws {
        var logins = SeededLogins(seed: 2)
        for round in 0..<500 {
            let facts = logins.facts(of: IPAddress("45.1.2.3"))
            var then = facts
            let error = LookupError(round.isMultiple(of: 2) ? .timedOut : .overloaded, detail: "then")
            then.network = Sourced(.unavailable(error), source: .none)
            then.reverseHost = Sourced(.unavailable(error), source: .none)
            let missing = MissingFacts(in: then, waitedFor: [.network, .origin])
            for read in try readings(record(facts, missing: missing)) {
                #expect(read.facts == facts)
                #expect(read.late == [.network: error] && read.later == [.reverseHost])
                #expect(read.atVerdict.network == then.network && read.atVerdict.reverseHost == facts.reverseHost)
                #expect(read.atVerdict.origin == facts.origin && read.atVerdict.geo == facts.geo)
            }
        }
    }

    @Test func `nothing is late that was missing then and is missing now`() throws {
        var facts = SampleRecords.vk().facts
        facts.network = Sourced(.unavailable(LookupError(.timedOut)), source: .none)
        let fields = record(facts, missing: MissingFacts(in: facts, waitedFor: [.network])).fields
        let text = try #require(fields.first { $0.name == "AUDIT_FACTS" }?.journalText)
        #expect(text.contains(#""unavailable":{"network":"timed out"}"#) && !text.contains("late"))
    }

    @Test func `the field is compact JSON with what a list can ask for`() {
        var record = SampleRecords.vk()
        record.facts.origin = Sourced(
            .known(
                OriginFacts(asNumbers: [47764, 4134], prefix: "176.112.168.0/21", country: "RU", asName: "VK-AS, RU")),
            source: .cymruDNS)
        #expect(
            record.fields.first { $0.name == "AUDIT_FACTS" }?.journalText == """
                {"rev_host":["rimap26.i.mail.ru"],"network":{"name":"VK-FRONT","cc":"RU","entities":["EY1327-RIPE",\
                "ORG-LLCn4-RIPE","RIPE-NCC-END-MNT","VKCOMPANY-MNT","VKNC","MAIL-RU"]},"origin":{"as":[47764,4134],\
                "prefix":"176.112.168.0/21","cc":"RU","name":"VK-AS, RU"},"geo":{"as_org":"LLC VK",\
                "city":[550478,"Khasavyurt"],"subdivisions":[[567293,"Dagestan","DA"]],"country":[2017370,"Russia","RU"],\
                "registered_country":[2017370,"Russia","RU"],"location":[43.2465,46.59,20,"Europe/Moscow"]}}
                """)
    }

    @Test func `so many entities that no journal would take them are cut, and the record says so`() throws {
        var facts = SampleRecords.vk().facts
        let entities = (0..<9000).map { "ENTITY-\($0)" }
        facts.network = Sourced(.known(NetworkFacts(name: "N", entities: entities)), source: .rdap)
        let record = record(facts)
        let text = try #require(record.fields.first { $0.name == "AUDIT_FACTS" }?.journalText)
        #expect(text.utf8.count < 65_536)
        for read in try readings(record) {
            let kept = read.facts.network.value?.entities ?? []
            #expect(!read.isComplete && kept.count > 1000 && kept[...] == entities.prefix(kept.count))
        }
    }

    @Test(arguments: [
        "\"", "\\", "\u{1}", "\u{7F}", "\u{85}", "\u{200B}", "\u{2028}", "\u{E0001}", "\u{10FFFF}", "é", "x",
    ])
    func `the field is whole, whatever a registry writes into it`(character: String) throws {
        let long = "A" + String(repeating: character, count: 1022) + "Z"
        var facts = SampleRecords.vk().facts
        facts.reverseHost = Sourced(
            .known(try #require(PTRNames((0..<20).map { "\($0)" + String(repeating: character, count: 62) }))),
            source: .dns)
        facts.origin = Sourced(
            .known(OriginFacts(asNumbers: Array(0..<64), country: "DE", asName: long)), source: .cymruWhois)
        for (name, handle) in [
            (long, long), (String(repeating: long, count: 100), "H"), ("N", String(repeating: long, count: 100)),
        ] {
            let entities = (0..<900).map { "E\($0)-" + String(repeating: character, count: 40) }
            facts.network = Sourced(
                .known(
                    NetworkFacts(
                        name: name, country: "DE", cidr: "176.112.168.0/21", handle: handle, entities: entities)),
                source: .rdap)
            let record = record(facts)
            let text = try #require(record.fields.first { $0.name == "AUDIT_FACTS" }?.journalText)
            #expect(text.utf8.count < 65_536 - 12, "as the journal's reader takes it")
            for read in try readings(record) {
                #expect(read.facts.origin.value?.asName == long && read.facts.origin.value?.asNumbers.count == 64)
                let network = try #require(read.facts.network.value)
                #expect(network.entities[...] == entities.prefix(network.entities.count))
                #expect(
                    read.lacking.contains(.entities)
                        == (network.entities.count < entities.count || network.name == nil || network.handle == nil))
                #expect(network.name == nil ? read.lacking.contains(.networkName) : network.name == name)
            }
        }
    }

    @Test(arguments: [SampleRecords.vk(), SampleRecords.google()])
    func `a record without the field has what its other fields tell`(sample: AuditRecord) throws {
        let fields = sample.fields.map { (name: $0.name, value: $0.journalText) }
            .filter { $0.name != "AUDIT_FACTS" && $0.name != "AUDIT_SOURCES" }
        let read = try #require(RecordFields(journalFields: fields, time: sample.attempt.time)?.facts)
        #expect(!read.isComplete)
        #expect(read.facts.network.value == sample.facts.network.value)
        #expect(read.facts.origin.value == sample.facts.origin.value)
        #expect(read.facts.reverseHost.value == sample.facts.reverseHost.value)
        #expect(read.facts.geo.value == sample.facts.geo.value)
    }

    @Test func `the old words for what could not be had are no facts`() throws {
        let fields = [
            (name: "AUDIT_USER", value: "a"), (name: "AUDIT_BLOCKED", value: "False"),
            (name: "AUDIT_IP", value: "192.0.2.1"),
            (name: "AUDIT_AS_DESC", value: "ERROR-RESPONSE"), (name: "AUDIT_AS_CC", value: "ZZ"),
            (name: "AUDIT_NET_NAME", value: "WHOIS ERROR"), (name: "AUDIT_NET_CC", value: "ZZ"),
            (name: "AUDIT_REV_HOST", value: "<>"), (name: "AUDIT_ASN", value: "None"),
        ]
        let read = try #require(RecordFields(journalFields: fields, time: Timestamp(milliseconds: 0))?.facts)
        #expect(read.facts.network.trouble != nil && read.facts.origin.trouble != nil)
        #expect(read.facts.reverseHost.fact == .absent && read.facts.geo.fact == .absent)
    }

    @Test func `a record whose address is none has no facts`() {
        let fields = [
            (name: "AUDIT_USER", value: "a"), (name: "AUDIT_BLOCKED", value: "False"), (name: "AUDIT_IP", value: "x"),
        ]
        #expect(RecordFields(journalFields: fields, time: Timestamp(milliseconds: 0))?.facts == nil)
    }
}

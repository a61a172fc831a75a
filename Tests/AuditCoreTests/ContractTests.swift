import AuditCore
import AuditCoreTesting
import TestKit
import Testing

/// The fakes keep what is asked of adapters.
struct ContractTests {
    private let client = IPAddress(v4: 0xB070_A9DA)

    @Test func `the sink that records`() async throws {
        try await AuditSinkContract(written: { $0.entries.count }) { RecordingAuditSink() }.run()
    }

    @Test func `a sink that loses an entry is seen`() async throws {
        await #expect(throws: ContractViolation.self) {
            try await AuditSinkContract(written: { min(2, $0.entries.count) }) { RecordingAuditSink() }.run()
        }
    }

    @Test func `fixed sources`() async throws {
        let known = FixedSources(place: .known(GeoFacts(country: Place(code: "DE"))))
        try await GeoSourceContract(known: client, unknown: nil) { known }.run()
        try await GeoSourceContract(known: nil, unknown: client) { FixedSources() }.run()
        await #expect(throws: ContractViolation.self) {
            try await GeoSourceContract(known: nil, unknown: client) { known }.run()
        }
        let facts: [Fact<NetworkFacts>] = [
            .known(NetworkFacts(name: "NET")), .absent, .unavailable(LookupError(.timedOut)),
        ]
        for fact in facts {
            try await LookupContract(about: [client]) { FixedLookup(fact, source: .rdap) }.run()
            try await LookupContract(about: [client]) {
                ScriptedLookup<NetworkFacts> { _ in Sourced(fact, source: .rdap) }
            }.run()
        }
        await #expect(throws: ContractViolation.self) {
            try await LookupContract(about: [client]) {
                ScriptedLookup<NetworkFacts>(atHand: { _ in Sourced(.absent, source: .cache) }) { _ in
                    Sourced(.known(NetworkFacts(name: "NET")), source: .rdap)
                }
            }.run()
        }
    }

    @Test func `the cache in memory`() async throws {
        let clock = HandClock()
        let cache = InMemoryLookupCache { clock.instant }
        try await LookupCacheContract(pass: { clock.advance(by: $0) }) { cache }.run()
    }
}

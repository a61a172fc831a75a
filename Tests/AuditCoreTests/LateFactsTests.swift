import AuditCore
import AuditCoreTesting
import Locks
import Testing

/// Facts that come after the verdict are written down as what they are.
struct LateFactsTests {
    /// A registry that answers when it is told to.
    private final class SlowRegistry: Lookup {
        private let opened = Latch()

        func answer() { opened.open() }

        func fact(about address: IPAddress) async -> Sourced<NetworkFacts> {
            await opened.wait()
            return Sourced(.known(NetworkFacts(name: "VK-FRONT", country: "RU")), source: .rdap)
        }
    }

    /// Judges a login before the registry has answered, and returns its record.
    private func record(lists: [DenyListKind: String]) async throws -> AuditRecord {
        let (registry, sink) = (SlowRegistry(), RecordingAuditSink())
        let (gatherer, trail) = (FactGatherer(), AuditTrail { _ in })
        trail.use([sink])
        var configuration = Auditor.Configuration(
            policy: Policy(lists: Logins.lists(lists)), localNetworks: LocalNetworks(), localLocationName: "here",
            sources: FactSources(network: registry))
        configuration.deadline = .zero
        let auditor = Auditor(configuration, gatherer: gatherer, trail: trail)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await gatherer.run() }
            group.addTask { await trail.run() }
            let attempt = Logins.attempt()
            let gathering = auditor.gather(for: attempt)
            let judgement = await auditor.judge(attempt, gathering)
            var record = PendingRecord(attempt, gathering)
            record.missing = judgement.missing
            auditor.record(record, duration: .zero)
            registry.answer()
            await gatherer.finish(within: .seconds(60))
            await trail.finish(within: .seconds(60))
        }
        return try #require(sink.records.first)
    }

    private func facts(_ record: AuditRecord) -> String {
        record.fields.first { $0.name == "AUDIT_FACTS" }?.journalText ?? ""
    }

    @Test func `a fact that the verdict waited for in vain is late`() async throws {
        let record = try await record(lists: [.networkName: "VK-FRONT"])
        #expect(record.facts.network.value?.name == "VK-FRONT")
        #expect(facts(record).contains(#""network":{"name":"VK-FRONT","cc":"RU"}"#))
        #expect(facts(record).contains(#","late":{"network":"timed out"}}"#), "\(facts(record))")
    }

    @Test func `a fact that no list asked for has only come later`() async throws {
        let record = try await record(lists: [:])
        #expect(facts(record).hasSuffix(#","later":["network"]}"#), "\(facts(record))")
    }
}

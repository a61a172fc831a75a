import AuditCore
import AuditCoreTesting
import Testing

/// Logins of accounts that nobody should use.
struct HoneypotTests {
    /// What is recorded of logins.
    private func entries(_ logins: [(user: String, address: String)], areNobodys: Bool = false) async -> [AuditEntry] {
        let sink = RecordingAuditSink()
        let (gatherer, trail) = (FactGatherer(), AuditTrail { _ in })
        trail.use([sink])
        var configuration = Auditor.Configuration(
            policy: Policy(), localNetworks: LocalNetworks(), localLocationName: "here", sources: FactSources())
        configuration.honeypots = [NamePattern("honey-*")]
        let auditor = Auditor(configuration, gatherer: gatherer, trail: trail)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await trail.run() }
            for (user, address) in logins {
                let attempt = LoginAttempt(
                    login: user, service: "imap", address: IPAddress(address), time: Timestamp(milliseconds: 0))
                var record = PendingRecord(attempt, auditor.gather(for: attempt))
                record.isOfNobody = areNobodys
                auditor.record(record, duration: .zero)
            }
            await trail.finish(within: .seconds(60))
        }
        return sink.entries
    }

    @Test func `a honeypot's login is tagged, and an event where it comes from a new network`() async {
        let entries = await entries([
            ("honey-a", "45.1.2.3"), ("honey-a", "45.1.2.4"), ("honey-b", "45.1.2.4"), ("honey-a", "45.1.3.3"),
            ("alice", "45.1.2.3"),
        ])
        let events = entries.compactMap { if case .failure(let event) = $0 { event } else { nil } }
        #expect(events.map(\.login) == ["honey-a", "honey-b", "honey-a"])
        #expect(
            events.first?.message == """
                honeypot used: user=<honey-a>, service=imap, ip=45.1.2.3, event=honeypot, \
                reason=<a honeypot is used from a network that it was not used from before>
                """)
        let tags = entries.filter { $0.identifier == "mail-audit" }.map { entry in
            entry.fields.first { $0.name == "AUDIT_HONEYPOT" }?.journalText
        }
        #expect(tags == ["true", "true", "true", "true", nil])
    }

    @Test func `a name that nobody knows is no honeypot that was used, and its record says so`() async {
        let logins = [("honey-xyz", "45.1.2.3"), ("alice", "45.1.2.3")]
        let guesses = await entries(logins, areNobodys: true)
        #expect(guesses.map(\.identifier) == ["mail-audit", "mail-audit"], "no event")
        func marks(_ entries: [AuditEntry]) -> [String?] {
            entries.map { entry in entry.fields.first { $0.name == "AUDIT_UNKNOWN_USER" }?.journalText }
        }
        #expect(
            marks(guesses) == ["true", "true"] && guesses.allSatisfy { $0.jsonLine.contains(#""unknown_user":true"#) })
        #expect(marks(await entries([("alice", "45.1.2.3")])) == [nil])
    }
}

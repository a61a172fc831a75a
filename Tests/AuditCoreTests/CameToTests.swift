import AuditCore
import Locks
import Testing

/// Who is told of what logins came to.
struct CameToTests {
    /// Of logins with a revoked password, which nothing judged.
    @Test func `nobody is told of logins from networks that are ignored, not even of revoked passwords`() async throws {
        let told = Mutex<[String]>([])
        let ignored = try #require(IPPrefix("45.1.2.0/24"))
        var configuration = Auditor.Configuration(
            policy: Policy(ignoreNetworks: PrefixSet([ignored])), localNetworks: LocalNetworks(),
            localLocationName: "here", sources: FactSources())
        let (gatherer, trail) = (FactGatherer(), AuditTrail { _ in })
        await withCheckedContinuation { done in
            configuration.cameTo = { attempt, _, _, end in
                guard end == .revoked, let address = attempt.address else { return }
                told.withLock { $0.append("\(address)") }
                if address == IPAddress("45.1.3.4") { done.resume() }
            }
            let auditor = Auditor(configuration, gatherer: gatherer, trail: trail)
            for address in ["45.1.2.3", "45.1.3.4"] {
                let attempt = LoginAttempt(
                    login: "alice", service: "imap", address: IPAddress(address), time: Timestamp(milliseconds: 0))
                var record = PendingRecord(attempt, auditor.gather(for: attempt))
                (record.isBlocked, record.matched) = (true, "deleted")
                auditor.record(record, duration: .zero)
            }
        }
        #expect(told.withLock { $0 } == ["45.1.3.4"])
    }
}

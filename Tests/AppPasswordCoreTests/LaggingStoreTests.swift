import AppPasswordCore
import AppPasswordCoreTesting
import AuditCore
import AuditCoreTesting
import Locks
import Testing

/// A store that reads in a replica: nobody is refused for what only the replica says.
struct LaggingStoreTests {
    private struct LaggingStore: RecentPasswordStore {
        var old: [AppPassword]
        var new: Result<[AppPassword], BackendError>
        let questions = Questions()
        final class Questions: Sendable { let ofPrimary = Mutex(0) }

        func passwords(of names: [String]) async throws(BackendError) -> [AppPassword] {
            questions.ofPrimary.withLock { $0 += 1 }
            return try new.get()
        }
        func recentPasswords(of names: [String]) async throws(BackendError) -> RecentPasswords {
            RecentPasswords(old, mayLag: true)
        }
        func bind(_ id: Int64, to place: BoundPlace) async throws(BackendError) -> String? { nil }
    }

    private static func row(
        _ id: Int64, _ password: String, deleted: Bool = false, services: String? = nil
    ) -> AppPassword {
        var columns = [String?](repeating: nil, count: StoredLimits.columnNames.count)
        columns[StoredLimits.columnNames.firstIndex(of: "services") ?? 0] = services
        return AppPassword(
            id: id, uid: "alice", storedHash: "{PLAIN}\(password)", isDeleted: deleted, created: nil,
            limits: services == nil
                ? nil : StoredLimits(columns: columns, now: Timestamp(milliseconds: 1000), lastUse: nil))
    }

    private func login(_ store: LaggingStore, _ password: String) async -> LoginOutcome {
        let trail = AuditTrail { _ in }
        let auditor = Auditor(
            Auditor.Configuration(
                policy: Policy(), localNetworks: LocalNetworks(), localLocationName: "here", sources: FactSources()),
            gatherer: FactGatherer(), trail: trail)
        let authenticator = Authenticator(
            accounts: .anyoneWithAnAppPassword, store: store, verifier: PlainTextVerifier(), auditor: auditor,
            recorder: RecordingLoginRecorder(), refusedNetworks: PrefixSet([]))
        let attempt = LoginAttempt(
            login: "alice", service: "imap", address: IPAddress("198.18.0.1"), time: Timestamp(milliseconds: 1000))
        return await authenticator.authenticate(attempt, Password(password)).outcome
    }

    @Test func `a password that the replica knows is let in without the primary`() async {
        let store = LaggingStore(old: [Self.row(1, "one")], new: .success([]))
        #expect(await login(store, "one") == .success(passwordID: 1))
        #expect(store.questions.ofPrimary.withLock { $0 } == 0)
    }

    @Test func `one that was made a moment ago is let in, also as an account's first`() async {
        let rows = [Self.row(1, "one"), Self.row(2, "two")]
        #expect(await login(LaggingStore(old: [rows[0]], new: .success(rows)), "two") == .success(passwordID: 2))
        #expect(await login(LaggingStore(old: [], new: .success(rows)), "two") == .success(passwordID: 2))
    }

    @Test func `one that was given back a moment ago is let in`() async {
        let store = LaggingStore(old: [Self.row(1, "one", deleted: true)], new: .success([Self.row(1, "one")]))
        #expect(await login(store, "one") == .success(passwordID: 1))
    }

    @Test func `a wrong one, and a name that nobody has, are refused when the primary says so`() async {
        let store = LaggingStore(old: [Self.row(1, "one")], new: .success([Self.row(1, "one")]))
        #expect(await login(store, "two") == .wrongPassword)
        #expect(store.questions.ofPrimary.withLock { $0 } == 1)
        #expect(await login(LaggingStore(old: [], new: .success([])), "one") == .unknownAccount)
        let revoked = [Self.row(1, "one", deleted: true)]
        #expect(await login(LaggingStore(old: revoked, new: .success(revoked)), "one") == .revoked(passwordID: 1))
    }

    @Test func `what limits say is read anew before they refuse anybody`() async {
        let narrow = [Self.row(1, "one", services: "smtp")]
        for rows in [[Self.row(1, "one")], [Self.row(1, "one", services: "imap")]] {
            #expect(await login(LaggingStore(old: narrow, new: .success(rows)), "one") == .success(passwordID: 1))
        }
        if case .limited = await login(LaggingStore(old: narrow, new: .success(narrow)), "one") {
        } else {
            Issue.record("the primary says so, too")
        }
        #expect(await login(LaggingStore(old: narrow, new: .success([])), "one") == .unknownAccount)
        let gone = BackendError("database", .unreachable, detail: "gone")
        guard case .unavailable = await login(LaggingStore(old: narrow, new: .failure(gone)), "one") else {
            Issue.record("refused for what only the replica says")
            return
        }
    }

    @Test func `while the primary cannot be asked, nobody is refused`() async {
        let gone = BackendError("database", .unreachable, detail: "gone")
        for old in [[], [Self.row(1, "one")]] {
            let outcome = await login(LaggingStore(old: old, new: .failure(gone)), "two")
            guard case .unavailable = outcome else {
                Issue.record("\(outcome)")
                continue
            }
        }
        #expect(
            await login(LaggingStore(old: [Self.row(1, "one")], new: .failure(gone)), "one") == .success(passwordID: 1))
    }
}

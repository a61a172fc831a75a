import AppPasswordCore
import AppPasswordCoreTesting
import AuditCore
import Testing

// The code of WriteABackEnd.

struct AccountList: AccountDirectory {
    let disabled: [String: Bool]

    func account(for login: String) async throws(BackendError) -> AccountAnswer {
        guard let isDisabled = disabled[login] else { return .notFound }
        return .found(Account(uid: login, isDisabled: isDisabled))
    }
}

/// Runs the code of AppPasswordCore's articles, which stands here as it stands there; see ``ArticleTests``.
struct AuthenticatingArticleTests {
    private let time = Timestamp(milliseconds: 0)
    private let attempt = LoginAttempt(
        login: "alice", service: "imap", address: nil, time: Timestamp(milliseconds: 1000))

    private var auditor: Auditor {
        let configuration = Auditor.Configuration(
            policy: Policy(), localNetworks: LocalNetworks(), localLocationName: "local network", sources: FactSources()
        )
        return Auditor(configuration, gatherer: FactGatherer(), trail: AuditTrail { _ in })
    }

    @Test func `a directory of one's own knows accounts`() async throws {
        let accounts = AccountList(disabled: ["alice": false, "bob": true])
        #expect(try await accounts.account(for: "bob") == .found(Account(uid: "bob", isDisabled: true)))
        #expect(try await accounts.account(for: "carol") == .notFound)
    }

    @Test func `an error says to whom it happened, and operators more`() {
        func fail() throws(BackendError) {
            throw BackendError("database", .unreachable, detail: "connection refused")
        }
        let error = #expect(throws: BackendError.self) { try fail() }
        #expect(error?.description.contains("refused") == false)
        #expect(error?.debugDescription.contains("connection refused") == true)
    }

    @Test func `a store is held to its contracts`() async throws {
        let store = InMemoryAppPasswordStore()

        try await AppPasswordStoreContract { store }.run()
        try await AppPasswordAdministrationContract { store }.run()
        try await LoginLogContract { store }.run()
        try await LimitsContract { store }.run()
    }

    @Test func `fakes are enough to authenticate with`() async throws {
        let directory = FixedAccountDirectory([Account(uid: "alice")])
        let (store, recorder) = (InMemoryAppPasswordStore(), RecordingLoginRecorder())
        let id = try await store.add(
            uid: "alice", storedHash: PlainTextVerifier.storedHash(of: "secret"), comment: "phone", created: time)
        let authenticator = Authenticator(
            accounts: .directory(directory), store: store, verifier: PlainTextVerifier(), auditor: auditor,
            recorder: recorder, refusedNetworks: PrefixSet())
        let answer = await authenticator.authenticate(attempt, Password("secret"))

        #expect(answer.outcome == .success(passwordID: id))
        #expect(recorder.rows.map(\.passwordID) == [id])

        directory.fail(with: BackendError("directory", .timedOut))
        let unsettled = await authenticator.authenticate(attempt, Password("secret"))

        guard case .unavailable = unsettled.outcome else {
            Issue.record("what could not be asked was answered: \(unsettled.outcome)")
            return
        }
    }
}

import AppPasswordCore
import AppPasswordCoreTesting
import AuditCore
import AuditCoreTesting
import Locks
import Testing

struct AuthenticatorTests {
    private struct FailingStore: AppPasswordStore {
        func passwords(of names: [String]) async throws(BackendError) -> [AppPassword] {
            throw BackendError("database", .unreachable, detail: "gone")
        }
        func bind(_ id: Int64, to place: BoundPlace) async throws(BackendError) -> String? {
            throw BackendError("database", .unreachable, detail: "gone")
        }
    }

    /// A store that compares as MariaDB does with its usual collation.
    private struct SloppyStore: AppPasswordStore {
        let rows: [AppPassword]
        let questions = Questions()
        final class Questions: Sendable {
            let names = Mutex<[String]>([])
        }
        func passwords(of names: [String]) async throws(BackendError) -> [AppPassword] {
            questions.names.withLock { $0.append(names.joined(separator: " ")) }
            func folded(_ name: String) -> String { name.lowercased().replacing("ü", with: "u") }
            return rows.filter { row in names.contains { folded($0) == folded(row.uid) } }
        }
        func bind(_ id: Int64, to place: BoundPlace) async throws(BackendError) -> String? { nil }
    }

    private static let rows = [
        AppPassword(id: 1, uid: "alice", storedHash: "{PLAIN}one", isDeleted: false, created: nil),
        AppPassword(id: 2, uid: "alice", storedHash: "{PLAIN}two", isDeleted: true, created: nil),
        AppPassword(id: 3, uid: "muller", storedHash: "{PLAIN}three", isDeleted: false, created: nil),
        AppPassword(id: 4, uid: "müller", storedHash: "{PLAIN}four", isDeleted: false, created: nil),
        AppPassword(id: 5, uid: "Bob", storedHash: "{PLAIN}five", isDeleted: false, created: nil),
        AppPassword(id: 6, uid: "j_doe", storedHash: "{PLAIN}six", isDeleted: false, created: nil),
        AppPassword(id: 7, uid: "jxdoe", storedHash: "{PLAIN}seven", isDeleted: false, created: nil),
    ]

    private struct Service {
        let authenticator: Authenticator
        let auditor: Auditor
        let recorder: RecordingLoginRecorder
        let sink: RecordingAuditSink
        let trail: AuditTrail

        /// Authenticates, sends the answer, and waits until everything is written down.
        func login(
            _ name: String, _ password: String, service: String = "imap", from address: String? = "198.18.0.1"
        ) async throws -> LoginOutcome {
            let source: IPAddress? = try address.map { try #require(IPAddress($0)) }
            let attempt = LoginAttempt(
                login: name, service: service, address: source, time: Timestamp(milliseconds: 1000))
            let answer = await authenticator.authenticate(attempt, Password(password))
            #expect(sink.records.isEmpty, "never before the answer has been sent")
            if let record = answer.record { auditor.record(record, duration: .milliseconds(2)) }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await trail.run() }
                await trail.finish(within: .seconds(60))
            }
            return answer.outcome
        }
    }

    @Test(arguments: [
        (PasswordVerifierError.tooManyGuesses, LoginOutcome.guessLimit),
        (.overloaded, .overloaded(reason: "too many passwords wait to be checked")),
        (.timedOut, .overloaded(reason: "the password could not be checked in time")),
    ])
    func `what was not checked is not called wrong`(error: PasswordVerifierError, outcome: LoginOutcome) async throws {
        let service = service(verifier: PlainTextVerifier(failure: error))
        #expect(try await service.login("alice", "one") == outcome)
    }

    @Test func `the limits on guesses are told where a login comes from`() async throws {
        let verifier = PlainTextVerifier()
        let service = service(verifier: verifier, refusing: ["198.18.0.0/16"])
        for address in ["198.18.0.1", "198.19.0.1", nil] {
            _ = try await service.login("alice", "wrong", from: address)
        }
        let other = try #require(IPAddress("198.19.0.1"))
        #expect(verifier.origins == [.refusedNetwork, .address(other), .local])
    }

    private func service(
        _ store: any AppPasswordStore = InMemoryAppPasswordStore(rows), accounts: Authenticator.Accounts? = nil,
        verifier: PlainTextVerifier = PlainTextVerifier(), policy: Policy = Policy(), ignoring: [String] = [],
        refusing: [String] = [], recordsLocal: Bool = true
    ) -> Service {
        let (recorder, sink) = (RecordingLoginRecorder(), RecordingAuditSink())
        let trail = AuditTrail { _ in }
        trail.use([sink])
        var configuration = Auditor.Configuration(
            policy: policy, localNetworks: LocalNetworks(), localLocationName: "here", sources: FactSources())
        configuration.policy.ignoreNetworks = PrefixSet(ignoring.compactMap { IPPrefix($0) })
        configuration.recordsLocal = recordsLocal
        let auditor = Auditor(configuration, gatherer: FactGatherer(), trail: trail)
        let authenticator = Authenticator(
            accounts: accounts ?? .anyoneWithAnAppPassword, store: store, verifier: verifier,
            auditor: auditor, recorder: recorder,
            refusedNetworks: PrefixSet(refusing.compactMap { IPPrefix($0) }), maxPasswordBytes: 16)
        return Service(authenticator: authenticator, auditor: auditor, recorder: recorder, sink: sink, trail: trail)
    }

    private func denying(_ networks: String, mode: JudgingMode = .enforce) -> Policy {
        let file = DenyListFile(name: "nets", text: networks)
        return Policy(mode: mode, lists: DenyLists.build([.ipNetworks: file], engine: LiteralPatternEngine()).lists)
    }

    @Test(arguments: [
        ("alice", "one", LoginOutcome.success(passwordID: 1)), ("alice", "two", .revoked(passwordID: 2)),
        ("alice", "three", .wrongPassword), ("alice", "", .wrongPassword),
        ("alice", "12345678901234567", .wrongPassword), ("nobody", "one", .unknownAccount),
        ("Alice", "one", .unknownAccount), ("alice ", "one", .unknownAccount), (" alice", "one", .unknownAccount),
        ("", "one", .unknownAccount), ("ali\u{0}ce", "one", .unknownAccount), ("alice\n", "one", .unknownAccount),
        ("muller", "three", .success(passwordID: 3)), ("müller", "four", .success(passwordID: 4)),
        ("muller", "four", .wrongPassword), ("mu\u{308}ller", "four", .unknownAccount),
        ("j_doe", "six", .success(passwordID: 6)), ("j_doe", "seven", .wrongPassword), ("%", "one", .unknownAccount),
        ("*", "one", .unknownAccount), ("a)(uid=*", "one", .unknownAccount), ("'; --", "one", .unknownAccount),
    ])
    func `each name logs in as itself or not at all`(name: String, password: String, outcome: LoginOutcome) async throws
    {
        #expect(try await service().login(name, password) == outcome)
        #expect(try await service(SloppyStore(rows: Self.rows)).login(name, password) == outcome)
    }

    @Test func `a match is recorded once, whatever becomes of it`() async throws {
        let expected: [(Service, String, LoginOutcome, Bool, String?)] = [
            (service(), "one", .success(passwordID: 1), false, nil),
            (service(), "two", .revoked(passwordID: 2), true, "deleted"),
            (service(refusing: ["198.18.0.0/16"]), "one", .refusedNetwork(passwordID: 1), true, "disallowed"),
        ]
        for (service, password, outcome, isBlocked, matched) in expected {
            #expect(try await service.login("alice", password) == outcome)
            #expect(service.recorder.rows.map(\.sourceAddress) == ["198.18.0.1"])
            #expect(service.recorder.rows.map(\.time.milliseconds) == [1000])
            #expect(service.recorder.rows.map(\.refusal) == [outcome.row().refusal])
            #expect(service.recorder.completeCount == 1)
            let record = try #require(service.sink.records.first)
            #expect(record.isBlocked == isBlocked)
            #expect(record.matched == matched)
            #expect(record.duration == .milliseconds(2))
        }
    }

    @Test func `a wrong password leaves no row and no record`() async throws {
        let service = service()
        _ = try await service.login("alice", "wrong")
        #expect(service.recorder.rows.isEmpty)
        #expect(service.sink.records.isEmpty)
    }

    @Test func `a place that is not welcome is denied, and in watch mode only noted`() async throws {
        let denied = service(policy: denying("192.88.98.0/24"))
        let outcome = try await denied.login("alice", "one", from: "192.88.98.7")
        guard case .denied(passwordID: 1, let denial) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(denial.text == "access from 192.88.98.0/24 is forbidden")
        #expect(denied.recorder.rows.map(\.refusal) == ["denied"])
        #expect(denied.sink.records.first?.matched == "ip")
        #expect(denied.sink.records.first?.isBlocked == true)

        let watched = service(policy: denying("192.88.98.0/24", mode: .watch))
        #expect(try await watched.login("alice", "one", from: "192.88.98.7") == .success(passwordID: 1))
        #expect(watched.sink.records.first?.matched == "ip")
        #expect(watched.sink.records.first?.isBlocked == false)
    }

    @Test func `a disabled service is denied from everywhere`() async throws {
        for address in ["10.0.0.1", "192.88.98.7", nil] {
            let service = service(policy: Policy(disabledServices: ["pop3"]))
            guard case .denied(_, let denial) = try await service.login("alice", "one", service: "pop3", from: address)
            else {
                Issue.record("not denied from \(address ?? "here")")
                continue
            }
            #expect(denial.text == "pop3 is disabled")
        }
    }

    @Test func `a login over a local socket counts as private`() async throws {
        let service = service(policy: denying("0.0.0.0/0"))
        #expect(try await service.login("alice", "one", from: nil) == .success(passwordID: 1))
        #expect(service.recorder.rows.map(\.sourceAddress) == [nil])
    }

    @Test func `ignored networks leave a log row and no audit record, but a revoked password is always recorded`()
        async throws
    {
        let ignoring = service(policy: denying("192.88.98.0/24"), ignoring: ["192.88.98.0/24"])
        #expect(try await ignoring.login("alice", "one", from: "192.88.98.7") == .success(passwordID: 1))
        #expect(ignoring.recorder.rows.count == 1)
        #expect(ignoring.sink.records.isEmpty)
        let revoked = service(ignoring: ["192.88.98.0/24"])
        #expect(try await revoked.login("alice", "two", from: "192.88.98.7") == .revoked(passwordID: 2))
        #expect(revoked.sink.records.count == 1)
    }

    @Test func `without log_local private logins leave a log row and no audit record`() async throws {
        let service = service(recordsLocal: false)
        #expect(try await service.login("alice", "one", from: "10.0.0.1") == .success(passwordID: 1))
        #expect(service.recorder.rows.count == 1)
        #expect(service.sink.records.isEmpty)
    }

    @Test func `a directory decides who exists, who is disabled, and how a name is spelled`() async throws {
        let directory = FixedAccountDirectory([
            Account(uid: "alice"), Account(uid: "bob"), Account(uid: "muller", isDisabled: true), Account(uid: "x"),
            Account(uid: "X"),
        ])
        func login(_ name: String, _ password: String, _ rows: [AppPassword] = Self.rows) async throws -> LoginOutcome {
            try await service(InMemoryAppPasswordStore(rows), accounts: .directory(directory)).login(name, password)
        }
        #expect(try await login("alice", "one") == .success(passwordID: 1))
        #expect(try await login("ALICE", "one") == .success(passwordID: 1))
        #expect(try await login("Bob", "five") == .success(passwordID: 5))
        #expect(try await login("bob", "five") == .wrongPassword)
        #expect(try await login("muller", "three") == .disabledAccount)
        #expect(try await login("j_doe", "six") == .unknownAccount)
        #expect(try await login("x", "six") == .ambiguousAccount)
    }

    @Test func `one login asks the database once, and again only for another spelling`() async throws {
        let directory = FixedAccountDirectory([Account(uid: "alice"), Account(uid: "zoe")])
        let store = SloppyStore(rows: Self.rows)
        _ = try await service(store, accounts: .directory(directory)).login("alice", "one")
        _ = try await service(store, accounts: .directory(directory)).login("ALICE", "one")
        #expect(store.questions.names.withLock { $0 } == ["alice", "ALICE"])
        #expect(directory.questions == 2)
    }

    /// Each name of an entry with several, and an address that its directory also finds it by.
    @Test(arguments: ["asmith", "alice", "ASMITH", "Alice", "asmíth"])
    func `rows under any of an account's names count, whichever was typed`(name: String) async throws {
        struct Directory: AccountDirectory {
            func account(for login: String) async throws(BackendError) -> AccountAnswer {
                .found(Account(uid: "asmith", otherNames: ["alice", "Bob"]))
            }
        }
        for store: any AppPasswordStore in [InMemoryAppPasswordStore(Self.rows), SloppyStore(rows: Self.rows)] {
            func login(_ password: String) async throws -> LoginOutcome {
                try await service(store, accounts: .directory(Directory())).login(name, password)
            }
            #expect(try await login("one") == .success(passwordID: 1))
            #expect(try await login("two") == .revoked(passwordID: 2))
            #expect(try await login("five") == .success(passwordID: 5))
            #expect(try await login("six") == .wrongPassword)
            #expect(try await login("three") == .wrongPassword)
        }
    }

    @Test func `all other names of an account are asked for at once, and only those that are not known`() async throws {
        let directory = FixedAccountDirectory([Account(uid: "asmith", otherNames: ["alice", "bob", "ALICE"])])
        let store = SloppyStore(rows: Self.rows)
        _ = try await service(store, accounts: .directory(directory)).login("alice", "one")
        #expect(store.questions.names.withLock { $0 } == ["alice", "asmith bob ALICE"])
    }

    @Test func `of an account's many names the first sixteen count`() async throws {
        let names = (1...20).map { "name\($0)" }
        let directory = FixedAccountDirectory([Account(uid: "x", otherNames: names)])
        func outcome(_ name: String) async throws -> LoginOutcome {
            let row = AppPassword(id: 9, uid: name, storedHash: "{PLAIN}nine", isDeleted: false, created: nil)
            return try await service(InMemoryAppPasswordStore([row]), accounts: .directory(directory)).login(
                "x", "nine")
        }
        #expect(try await outcome("name15") == .success(passwordID: 9))
        #expect(try await outcome("name16") == .wrongPassword)
    }

    @Test func `trouble of a back end is no answer about the password`() async throws {
        guard case .unavailable = try await service(FailingStore()).login("alice", "one") else {
            Issue.record("a database that fails must give unavailable")
            return
        }
        let directory = FixedAccountDirectory([])
        directory.fail(with: BackendError("directory", .timedOut))
        guard case .unavailable = try await service(accounts: .directory(directory)).login("alice", "one") else {
            Issue.record("a directory that fails must give unavailable, not unknown")
            return
        }
    }
}

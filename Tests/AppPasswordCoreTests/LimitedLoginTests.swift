import AppPasswordCore
import AppPasswordCoreTesting
import AuditCore
import AuditCoreTesting
import Locks
import Testing

/// Logins with app passwords that have limits.
struct LimitedLoginTests {
    private let store = InMemoryAppPasswordStore()
    private let recorder = RecordingLoginRecorder()
    private let sink = RecordingAuditSink()

    private func limited(_ change: (inout Limits) -> Void) -> Limits {
        var limits = Limits()
        change(&limits)
        return limits
    }

    /// Puts limits, as raw columns or as a value, on the password `one` of alice, and logs in.
    private func login(
        _ columns: [String?], service: String = "imap", from address: String? = "192.88.98.7", deleted: Bool = false,
        at now: Int64 = 1000, store other: (any AppPasswordStore)? = nil, policy: Policy = Policy(),
        refusing: [String] = [],
        local: LocalNetworks = LocalNetworks()
    ) async throws -> LoginOutcome {
        let source: IPAddress? = try address.map { try #require(IPAddress($0)) }
        let trail = AuditTrail { _ in }
        trail.use([sink])
        let stored = StoredLimits(columns: columns, now: Timestamp(milliseconds: now), lastUse: nil)
        let rows = [
            AppPassword(id: 1, uid: "alice", storedHash: "{PLAIN}one", isDeleted: deleted, created: nil, limits: stored)
        ]
        let fixed = other ?? InMemoryAppPasswordStore(rows)
        (fixed as? InMemoryAppPasswordStore)?.now = Timestamp(milliseconds: now)
        let auditor = Auditor(
            Auditor.Configuration(
                policy: policy, localNetworks: local, localLocationName: "here", sources: FactSources()),
            gatherer: FactGatherer(), trail: trail)
        let authenticator = Authenticator(
            accounts: .anyoneWithAnAppPassword, store: fixed, verifier: PlainTextVerifier(), auditor: auditor,
            recorder: recorder,
            refusedNetworks: PrefixSet(refusing.compactMap { IPPrefix($0) }))
        let attempt = LoginAttempt(
            login: "alice", service: service, address: source, time: Timestamp(milliseconds: 5))
        let answer = await authenticator.authenticate(attempt, Password("one"))
        if let record = answer.record { auditor.record(record, duration: .milliseconds(2)) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await trail.run() }
            await trail.finish(within: .seconds(60))
        }
        return answer.outcome
    }

    private func columns(_ values: [String: String]) -> [String?] { StoredLimits.columnNames.map { values[$0] } }

    @Test func `each limit refuses with its own outcome, and is recorded as no use`() async throws {
        let table: [([String: String], LoginOutcome, String, String)] = [
            (
                ["suspended": "1970-01-01 00:00:02", "expires": "1970-01-01 00:00:01"],
                .limited(passwordID: 1, .suspended), "suspended", "suspended"
            ),
            (["expires": "1970-01-01 00:00:01.000"], .limited(passwordID: 1, .expired(.expires)), "expired", "expires"),
            (
                ["unused_days": "1", "set_at": "1969-12-31 00:00:00"], .limited(passwordID: 1, .expired(.unusedDays)),
                "expired", "unused_days"
            ),
            (["not_before": "1970-01-01 00:00:01.001"], .limited(passwordID: 1, .notYet), "not_yet", "not_before"),
            (["services": "smtp"], .limited(passwordID: 1, .wrongService("imap")), "wrong_service", "services"),
            (["networks": "10.0.0.0/8"], .limited(passwordID: 1, .wrongPlace(.networks)), "wrong_place", "networks"),
            (
                ["bind": "network", "bound": "10.0.0.0/24"], .limited(passwordID: 1, .wrongPlace(.bind)), "wrong_place",
                "bind"
            ),
        ]
        for (values, outcome, event, limit) in table {
            #expect(try await login(columns(values)) == outcome)
            #expect(recorder.rows.last?.refusal == event)
            #expect(sink.records.last?.matched == event)
            #expect(sink.records.last?.limit == limit)
            #expect(sink.records.last?.isBlocked == true)
            let attempt = LoginAttempt(login: "alice", service: "imap", address: nil, time: Timestamp(milliseconds: 0))
            let failure = try #require(FailureRecord(outcome, of: attempt))
            #expect(failure.event.rawValue == event && failure.passwordID == 1 && failure.event.hasAuditRecord)
            #expect(failure.reason.hasSuffix("(\(limit))"))
        }
        #expect(recorder.rows.count == table.count)
    }

    @Test func `a use that is in no log yet counts as well`() async throws {
        let limits = columns(["unused_days": "1", "set_at": "1970-01-01 00:00:00"])
        let day: Int64 = 86_400_000
        #expect(try await login(limits, at: day) == .limited(passwordID: 1, .expired(.unusedDays)))
        #expect(try await login(limits, at: day - 1) == .success(passwordID: 1))
        // That one is of the fifth millisecond.
        #expect(try await login(limits, at: day + 4) == .success(passwordID: 1))
        #expect(try await login(limits, at: day + 5) == .limited(passwordID: 1, .expired(.unusedDays)))
    }

    @Test func `the order is disallowed, deleted, suspended, expired, not yet, service, place, lists`() async throws {
        let all = columns([
            "expires": "1970-01-01 00:00:01", "services": "smtp", "networks": "10.0.0.0/8",
        ])
        let denying = DenyLists.build(
            [.ipNetworks: DenyListFile(name: "nets", text: "192.88.98.0/24")], engine: LiteralPatternEngine()
        ).lists
        #expect(
            try await login(all, deleted: true, refusing: ["192.88.98.0/24"]) == .refusedNetwork(passwordID: 1))
        #expect(try await login(all, deleted: true) == .revoked(passwordID: 1))
        #expect(try await login(columns(["expires": "nonsense"]), deleted: true) == .revoked(passwordID: 1))
        let suspended = columns(["suspended": "1970-01-01 00:00:00", "expires": "1970-01-01 00:00:01"])
        #expect(try await login(suspended, deleted: true) == .revoked(passwordID: 1))
        #expect(try await login(suspended) == .limited(passwordID: 1, .suspended))
        #expect(try await login(all) == .limited(passwordID: 1, .expired(.expires)))
        #expect(try await login(all, at: 999) == .limited(passwordID: 1, .wrongService("imap")))
        #expect(
            try await login(all, service: "smtp", at: 999, policy: Policy(lists: denying))
                == .limited(passwordID: 1, .wrongPlace(.networks)))
        guard case .denied = try await login(columns(["services": "imap"]), policy: Policy(lists: denying)) else {
            Issue.record("the lists come last, and come")
            return
        }
        #expect(try await login(all, service: "smtp", from: "10.1.1.1", at: 999) == .success(passwordID: 1))
    }

    @Test(arguments: StoredLimits.columnNames.filter { !["bound", "note", "set_by", "set_at"].contains($0) })
    func `limits that cannot be read are neither a wrong password nor a right one`(column: String) async throws {
        for value in ["", "\u{0}", "nonsense;", "-1"]
        where !(column == "services" && value == "-1" || value == "nonsense;" && column == "services") {
            #expect(
                try await login(columns([column: value]))
                    == .unreadableLimits(passwordID: 1, reason: "app_password_limits.\(column) cannot be read"))
            #expect(recorder.rows.last?.refusal == "unreadable_limits")
            #expect(sink.records.last?.isBlocked == true)
        }
    }

    @Test func `limits hold where lists only watch, and in networks that are ignored`() async throws {
        var policy = Policy(mode: .watch)
        policy.ignoreNetworks = PrefixSet([IPPrefix("192.88.98.0/24")].compactMap(\.self))
        #expect(
            try await login(columns(["services": "smtp"]), policy: policy)
                == .limited(passwordID: 1, .wrongService("imap")))
        #expect(sink.records.count == 1, "what is refused is written down")
        #expect(try await login(columns(["services": "imap"]), policy: policy) == .success(passwordID: 1))
        #expect(sink.records.count == 1)
    }

    @Test func `a fact that nobody can tell follows on_unknown`() async throws {
        let german = columns(["countries": "DE"])
        #expect(try await login(german, policy: Policy(onUnknown: .allow)) == .success(passwordID: 1))
        #expect(
            try await login(german, policy: Policy(onUnknown: .deny))
                == .limited(passwordID: 1, .wrongPlace(.countries)))
        #expect(
            try await login(german, policy: Policy(onUnknown: .tempfail))
                == .limited(passwordID: 1, .undecided(.countries)))
        #expect(try await login(german, from: "10.0.0.1", policy: Policy(onUnknown: .deny)) == .success(passwordID: 1))
    }

    @Test func `the first login binds, and no other place gets in then`() async throws {
        let store = InMemoryAppPasswordStore()
        let id = try await store.add(
            uid: "alice", storedHash: "{PLAIN}one", comment: nil, created: Timestamp(milliseconds: 0),
            limits: limited { $0.binding = .network })
        let nothing = columns([:])
        #expect(try await login(nothing, from: "192.88.98.7", store: store) == .success(passwordID: id))
        #expect(try await login(nothing, from: "192.88.98.200", store: store) == .success(passwordID: id))
        let refused = LoginOutcome.limited(passwordID: id, .wrongPlace(.bind))
        #expect(try await login(nothing, from: "192.88.97.7", store: store) == refused)
        #expect(try await login(nothing, from: "10.0.0.1", store: store) == refused)
        #expect(try await store.rebind(id: id))
        #expect(try await login(nothing, from: "10.0.0.1", store: store) == .success(passwordID: id))
        #expect(try await login(nothing, from: "192.88.98.7", store: store) == refused)
    }

    @Test func `a login that a list refuses binds nothing`() async throws {
        let store = InMemoryAppPasswordStore()
        let id = try await store.add(
            uid: "alice", storedHash: "{PLAIN}one", comment: nil, created: Timestamp(milliseconds: 0),
            limits: limited { $0.binding = .network })
        let policy = Policy(disabledServices: ["pop3"])
        _ = try await login(columns([:]), service: "pop3", store: store, policy: policy)
        #expect(try await login(columns([:]), from: "192.88.97.7", store: store) == .success(passwordID: id))
    }

    /// A store where another server was faster, or that cannot write.
    private struct BindingStore: AppPasswordStore {
        var answer: Result<String?, BackendError>
        let row: AppPassword
        func passwords(of names: [String]) async throws(BackendError) -> [AppPassword] { [row] }
        func bind(_ id: Int64, to place: BoundPlace) async throws(BackendError) -> String? { try answer.get() }
    }

    @Test func `of two first logins at once one wins, and what cannot be written down lets nobody in`() async throws {
        let stored = StoredLimits(columns: columns(["bind": "network"]), now: Timestamp(milliseconds: 0), lastUse: nil)
        let row = AppPassword(
            id: 1, uid: "alice", storedHash: "{PLAIN}one", isDeleted: false, created: nil, limits: stored)
        func outcome(_ answer: Result<String?, BackendError>) async throws -> LoginOutcome {
            try await login(columns([:]), store: BindingStore(answer: answer, row: row))
        }
        #expect(try await outcome(.success("192.88.98.0/24")) == .success(passwordID: 1))
        #expect(recorder.rows.last?.refusal == nil)
        #expect(try await outcome(.success("10.0.0.0/24")) == .limited(passwordID: 1, .wrongPlace(.bind)))
        for answer in [
            Result<String?, BackendError>.success(nil), .success("nonsense"),
            .failure(BackendError("database", .refused, detail: "no right")),
        ] {
            guard case .unavailable(let reason) = try await outcome(answer) else {
                Issue.record("let in")
                continue
            }
            #expect(reason.contains("what app password 1 is bound to"))
            #expect(recorder.rows.last?.refusal == "backend_unavailable", "it is no use")
        }
        #expect(sink.records.count == 2, "trouble of a back end is a failure, and no refusal besides")
    }

    @Test func `an address of a local network is at home, whatever its country would be`() async throws {
        let office = LocalNetworks([(prefix: try #require(IPPrefix("192.88.98.0/24")), name: "office")])
        for values in [
            ["countries": "DE"], ["as_numbers": "AS3320"], ["bind": "country"], ["bind": "asn"],
            ["bind": "country", "bound": "DE"], ["bind": "asn", "bound": "AS3320"],
        ] {
            let store = InMemoryAppPasswordStore([
                AppPassword(
                    id: 1, uid: "alice", storedHash: "{PLAIN}one", isDeleted: false, created: nil,
                    limits: StoredLimits(columns: columns(values), now: Timestamp(milliseconds: 0), lastUse: nil))
            ])
            for policy in [Policy(onUnknown: .deny), Policy(onUnknown: .tempfail)] {
                #expect(
                    try await login(columns([:]), store: store, policy: policy, local: office)
                        == .success(passwordID: 1),
                    "\(values)")
            }
            let bound = try await store.passwords(of: "alice").first?.limits?.columns[8]
            #expect(bound == values["bound"], "it fixes nothing")
            #expect(
                try await login(columns([:]), from: "192.88.97.1", store: store, policy: Policy(onUnknown: .tempfail))
                    != .success(passwordID: 1), "\(values)")
        }
    }
}

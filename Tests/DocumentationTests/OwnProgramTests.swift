import AppPasswordCore
import AuditCore
import AuditCoreTesting
import GeoIP
import HTTPKit
import Logging
import PythonRegex
import Testing
import Whois

// What somebody writes who uses the products in a program of their own. This target sees what is public, and nothing else.

private actor OwnDatabase: AppPasswordStore, AppPasswordAdministration, LoginLog {
    private var rows: [AppPassword] = []
    private var comments: [Int64: String] = [:]
    private(set) var log: [LoginLogRow] = []

    func passwords(of names: [String]) async throws(BackendError) -> [AppPassword] {
        rows.filter { names.contains($0.uid) }
    }

    func bind(_ id: Int64, to place: BoundPlace) async throws(BackendError) -> String? { place.description }

    func add(
        uid: String, storedHash: String, comment: String?, created: Timestamp, limits: Limits?
    ) async throws(BackendError) -> Int64 {
        let stored = limits.map { StoredLimits(columns: StoredLimits.columns(of: $0), now: created, lastUse: nil) }
        let id = Int64(rows.count + 1)
        rows.append(
            AppPassword(
                id: id, uid: uid, storedHash: storedHash, isDeleted: false, created: created, limits: stored))
        comments[id] = comment
        return id
    }

    func list(uid: String) async throws(BackendError) -> [AppPasswordSummary] {
        rows.filter { $0.uid == uid }.map {
            AppPasswordSummary(
                id: $0.id, uid: $0.uid, comment: comments[$0.id], created: nil, deleted: nil, lastUsed: nil)
        }
    }

    func rename(id: Int64, comment: String?) async throws(BackendError) -> Bool { throw readOnly }
    func revoke(id: Int64, hard: Bool, at time: Timestamp?) async throws(BackendError) -> Bool { throw readOnly }
    func history(id: Int64, limit: Int, offset: Int) async throws(BackendError) -> [LoginLogRow]? { log }
    func limit(id: Int64, _ limits: Limits, afresh: Bool) async throws(BackendError) -> Bool { throw readOnly }
    func seesLimits() async throws(BackendError) -> Bool { true }
    func suspend(id: Int64) async throws(BackendError) -> Bool { throw readOnly }
    func release(id: Int64) async throws(BackendError) -> Bool { throw readOnly }
    func rebind(id: Int64) async throws(BackendError) -> Bool { throw readOnly }

    func rows(after id: Int64, limit: Int) async throws(BackendError) -> [AppPasswordRow] {
        rows.filter { $0.id > id }.prefix(limit).map {
            AppPasswordRow(
                id: $0.id, uid: $0.uid, storedHash: $0.storedHash, created: StoredTime(isNull: true, text: nil),
                deleted: .none, lastUse: .none)
        }
    }

    func insert(_ rows: [LoginLogRow], mayBeThere: Bool) async throws(BackendError) { log += rows.map(\.stored) }

    private var readOnly: BackendError { BackendError("own database", .refused, detail: "is only read") }
}

private struct OwnVerifier: PasswordVerifier {
    func match(
        of password: Password, in rows: [AppPassword], attempt: LoginAttempt, origin: GuessOrigin
    ) async throws(PasswordVerifierError) -> AppPassword? {
        rows.filter { Array($0.storedHash.utf8) == password.bytes }.min { $0.precedes($1) }
    }
}

private struct OwnRecorder: LoginRecorder {
    let log: any LoginLog

    func record(_ row: LoginLogRow) async -> LoginTicket {
        try? await log.insert([row], mayBeThere: false)
        return LoginTicket(number: 1)
    }

    func complete(_ ticket: LoginTicket, name: String?, location: String?, isp: String?) {}
}

private struct OwnLookup: Lookup {
    func fact(about address: IPAddress) async -> Sourced<NetworkFacts> {
        Sourced(.known(NetworkFacts(name: "OWN-NET", country: "RU")), source: FactSource("own"))
    }
}

private struct OwnPlaces: GeoSource {
    func place(of address: IPAddress) -> Sourced<GeoFacts> {
        Sourced(
            .known(GeoFacts(city: Place(name: "Moscow"), country: Place(code: "RU"))), source: FactSource("own"))
    }
}

private actor OwnSink: AuditSink {
    nonisolated let name = "own"
    private(set) var texts: [String] = []

    func write(_ entry: AuditEntry) async throws(AuditSinkError) {
        let rule = entry.fields.first { $0.name == "AUDIT_RULE" }?.value.pythonText
        guard case .login(let record) = entry else { throw AuditSinkError("only logins are written") }
        texts.append("\(record.attempt.login) \(record.isBlocked) \(rule ?? "")")
    }

    func reopen() async throws(AuditSinkError) {}
}

struct OwnProgramTests {
    private let silent = Logger(label: "own") { _ in SwiftLogNoOpLogHandler() }
    private let time = Timestamp(milliseconds: 0)

    @Test func `a login is authenticated, judged and written down with parts of one's own`() async throws {
        let countries = DenyListFile(name: "countries.lst", text: "RU\n")
        let hosts = DenyListFile(name: "hosts.lst", text: #".*\.example"#)
        let build = DenyLists.build(
            [.networkCountry: countries, .reverseHostname: hosts], engine: PCRE2PatternEngine())
        #expect(build.problems.isEmpty)

        let (database, sink, gatherer, trail) = (OwnDatabase(), OwnSink(), FactGatherer(), AuditTrail { _ in })
        trail.use([sink])
        var configuration = Auditor.Configuration(
            policy: Policy(lists: build.lists), localNetworks: LocalNetworks(), localLocationName: "own",
            sources: FactSources(network: OwnLookup(), geo: OwnPlaces()))
        configuration.deadline = .seconds(10)
        let auditor = Auditor(configuration, gatherer: gatherer, trail: trail)
        let authenticator = Authenticator(
            accounts: .anyoneWithAnAppPassword, store: database, verifier: OwnVerifier(), auditor: auditor,
            recorder: OwnRecorder(log: database), refusedNetworks: PrefixSet())
        let id = try await database.add(uid: "alice", storedHash: "secret", comment: "phone", created: time)
        let attempt = LoginAttempt(
            login: "alice", service: "imap", address: IPAddress("176.112.169.218"), time: time)

        let answer = await withTaskGroup(of: Void.self) { group in
            group.addTask { await gatherer.run() }
            group.addTask { await trail.run() }
            let answer = await authenticator.authenticate(attempt, Password("secret"))
            if let record = answer.record { auditor.record(record, duration: .milliseconds(3)) }
            await trail.finish(within: .seconds(10))
            group.cancelAll()
            return answer
        }

        guard case .denied(let passwordID, let denial) = answer.outcome else {
            Issue.record("\(answer.outcome)")
            return
        }
        #expect(passwordID == id)
        #expect(denial.list == .networkCountry)
        #expect(denial.rule?.description == "countries.lst:1")
        #expect(await sink.texts == ["alice true countries.lst:1"])
        #expect(await database.log.map(\.passwordID) == [id])
        #expect(try await database.list(uid: "alice").map(\.comment) == ["phone"])
    }

    @Test func `a route is served`() async throws {
        let token = try #require(BearerToken("own-token-of-some-length"))
        let routes = [
            Route(.get, "/open", access: .open) { _ in .text(200, "welcome") },
            Route(.post, "/closed") { request in HTTPResponse(200, body: request.body) },
        ]
        let router = Router(routes, limits: HTTPLimits(), token: token)

        #expect(await router.respond(to: HTTPRequest(.get, "/open")).status == 200)
        #expect(await router.respond(to: HTTPRequest(.post, "/closed")).status == 401)

        let server = HTTPServer(
            configuration: .init([Listener(.tcp(host: "127.0.0.1", port: 0))]), router: router, logger: silent)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { _ in server.shutdown() } }
            try await group.waitForAll()
        }
    }

    @Test func `files of places and registries are for a program of one's own, too`() throws {
        #expect(throws: GeoDatabaseError.self) {
            try MMDBGeoSource(GeoConfiguration(city: "/nonexistent/City.mmdb"), logger: silent)
        }
        let lookups = try RegistryLookups(RegistryConfiguration(contact: "postmaster@example.org"), logger: silent)
        let sources = FactSources(network: lookups.network, origin: lookups.origin)
        #expect(sources.network != nil)
    }
}

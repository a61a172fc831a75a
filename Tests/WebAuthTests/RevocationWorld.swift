import AppPasswordCore
import AppPasswordCoreTesting
import AuditCore
import Locks
import PrometheusMetrics
import Settings
import TestKit
import Testing

@testable import WebAuth

/// What a ``RevocationWatch`` looks at and asks: a database in memory with the passwords 7 of alice and 8 of bob, mail servers
/// that do as they are told, and a clock moved by hand, which the database goes by as well.
final class RevocationWorld: Sendable {
    let store = InMemoryAppPasswordStore([
        AppPassword(id: 7, uid: "alice", storedHash: "", isDeleted: false, created: nil),
        AppPassword(id: 8, uid: "bob", storedHash: "", isDeleted: false, created: nil),
    ])
    let clock = HandClock()
    let uses = RecentUses()
    let sessions = MailSessions()
    let log = RecordedLog(isDetailed: false)
    let database: SlowDatabase
    let watch: RevocationWatch
    private let registry = PrometheusRegistry()
    private let kept = Kept<[SessionsEnded]>([])
    private let means: Kept<RevocationMeans>

    init(_ servers: [String], signal: (any EndNews)? = nil) {
        store.now = Timestamp(milliseconds: 1_800_000_000_000)
        database = SlowDatabase(store, clock)
        var settings = Settings.Dovecot()
        (settings.doveadm, settings.apiKey) = (servers, Secret("key"))
        means = Kept(
            RevocationMeans(
                settings: settings, pollPause: .seconds(5), database: .sqlite(path: "/one", timeout: .seconds(1)),
                ended: database, administration: store, directory: nil))
        uses.note(7, login: "alice", address: "192.0.2.1")
        uses.note(8, login: "bob", address: "192.0.2.2")
        watch = RevocationWatch(
            uses: uses, meters: RevocationWatch.Meters(registry), signal: signal, logger: log.logger,
            time: MonotonicTime(clock), jitter: { 1 },
            servers: { [sessions] name, _ in MailSessions.Server(name: name, sessions: sessions) },
            record: { [kept] record in kept.change { $0.append(record) } }, means: { [means] in means.value })
    }

    /// Watches meanwhile.
    static func with(
        servers: [String] = ["one"], signal: (any EndNews)? = nil, _ body: (RevocationWorld) async throws -> Void
    ) async throws {
        let world = RevocationWorld(servers, signal: signal)
        let task = Task { await world.watch.run() }
        // Who looks, and who counts.
        await world.clock.waitForSleepers(2)
        try await body(world)
        task.cancel()
        await task.value
    }

    /// What was written down.
    var records: [SessionsEnded] { kept.value }

    /// `webauth_sessions_kicked_total` of an outcome.
    func counted(_ outcome: String) -> Int {
        let line = registry.text().split(separator: "\n").first { $0.contains(#"outcome="\#(outcome)""#) }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }

    /// Changes what is in force.
    func change(_ body: (inout RevocationMeans) -> Void) { means.change(body) }

    /// Revokes a password, as the webmail does.
    func revoke(_ id: Int64) async throws { _ = try await store.revoke(id: id, hard: false, at: nil) }

    /// Lets time go by, in steps of a second.
    ///
    /// - Parameter sleepers: How many sleep before each step at least: the two of a watch, and one for each server that failed.
    func pass(
        _ duration: Duration, sleepers: Int = 2, sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        for _ in 0..<duration.components.seconds {
            await clock.waitForSleepers(sleepers, sourceLocation: sourceLocation)
            store.now = store.now.advanced(by: .seconds(1))
            clock.advance(by: .seconds(1))
        }
        await clock.waitForSleepers(sleepers, sourceLocation: sourceLocation)
    }

    /// Lets time go by until a server has failed, whose next try then is a sleeper more.
    func passUntilFailure(sourceLocation: SourceLocation = #_sourceLocation) async {
        await pass(.seconds(5), sourceLocation: sourceLocation)
        await until(sourceLocation: sourceLocation) { counted("failed") > 0 }
    }

    /// Waits until it is so; after 30 s of the system's clock the test has failed.
    func until(sourceLocation: SourceLocation = #_sourceLocation, _ isSo: () -> Bool) async {
        await waitUntil(isSo, sourceLocation: sourceLocation)
    }
}

/// A value that tasks share.
final class Kept<Value: Sendable>: Sendable {
    private let state: Mutex<Value>
    init(_ value: Value) { state = Mutex(value) }
    var value: Value { state.withLock { $0 } }
    func change<Result: Sendable>(_ body: (inout Value) -> Result) -> Result { state.withLock { body(&$0) } }
}

/// Mail servers that have sessions, fail on demand and note what they are asked.
final class MailSessions: Sendable {
    private struct State {
        var asked: [(server: String, mask: SessionMask)] = []
        var flushed: [String] = []
        var troubles: [String: SessionServerError] = [:]
        var flushTrouble: SessionServerError?
        var sessions: [String: [SessionMask: Int]] = [:]
    }
    private let state = Mutex(State())

    var asked: [(server: String, mask: SessionMask)] { state.withLock { $0.asked } }
    var masks: [SessionMask] { asked.map { $0.mask } }
    var flushed: [String] { state.withLock { $0.flushed } }
    func set(_ sessions: [SessionMask: Int], on server: String) { state.withLock { $0.sessions[server] = sessions } }
    func fail(_ server: String, with trouble: SessionServerError?) { state.withLock { $0.troubles[server] = trouble } }
    func failFlushes(with trouble: SessionServerError) { state.withLock { $0.flushTrouble = trouble } }
    func forget() { state.withLock { $0.asked = [] } }

    struct Server: SessionServer {
        let name: String
        let sessions: MailSessions

        func end(_ mask: SessionMask) async throws(SessionServerError) -> Int {
            let (trouble, count) = sessions.state.withLock { state in
                state.asked.append((name, mask))
                let trouble = state.troubles[name]
                return (trouble, trouble == nil ? state.sessions[name]?.removeValue(forKey: mask) ?? 0 : 0)
            }
            if let trouble { throw trouble }
            return count
        }

        func forgetPasswords(of user: String) async throws(SessionServerError) {
            let trouble = sessions.state.withLock { state in
                state.flushed.append(user)
                return state.flushTrouble
            }
            if let trouble { throw trouble }
        }
    }
}

/// A database that fails on demand, and takes its time by a clock that is moved by hand.
final class SlowDatabase: EndedPasswords {
    private struct State {
        var trouble: BackendError?
        /// When it was asked.
        var moments: [Duration] = []
        var effort = Duration.zero
    }
    private let state = Mutex(State())
    private let store: InMemoryAppPasswordStore
    private let clock: HandClock

    init(_ store: InMemoryAppPasswordStore, _ clock: HandClock) { (self.store, self.clock) = (store, clock) }

    var moments: [Duration] { state.withLock { $0.moments } }
    var questions: Int { moments.count }
    func fail(with trouble: BackendError?) { state.withLock { $0.trouble = trouble } }
    func take(_ effort: Duration) { state.withLock { $0.effort = effort } }

    func ended(since moment: Timestamp?, among ids: [Int64]) async throws(BackendError) -> EndedAnswer {
        let (trouble, effort) = state.withLock { state in
            state.moments.append(clock.now.offset)
            return (state.trouble, state.effort)
        }
        if effort > .zero { clock.advance(by: effort) }
        if let trouble { throw trouble }
        return try await store.ended(since: moment, among: ids)
    }

    func counts() async throws(BackendError) -> PasswordCounts { try await store.counts() }
}

/// Other servers, who say on demand that it is worth looking, and count how often they are told.
final class OtherServers: EndNews {
    private let told = Kept(0)
    private let listener = Kept<(@Sendable () -> Void)?>(nil)
    private let end = Doorbell()

    /// How often they were told.
    var timesTold: Int { told.value }
    /// Whether anybody listens to them.
    var areHeard: Bool { listener.value != nil }
    /// Says that it is worth looking.
    func say() { listener.value?() }

    func tell() { told.change { $0 += 1 } }
    func listen(_ heard: @escaping @Sendable () -> Void) async {
        listener.change { $0 = heard }
        await end.wait()
    }
}

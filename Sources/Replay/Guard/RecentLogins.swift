public import AuditCore
internal import Dispatch
internal import Foundation
internal import Locks

/// Who was let in within the last seven days, from where, and what was known of that: what new lists are judged on before they
/// are taken into use. Kept over restarts in a file.
///
/// A login only hands itself over; taking it down, the file and judging are a thread's own, so nobody who logs in waits for
/// them. Up to ``waitingBound`` logins wait for that thread; beyond that they are not taken down, which costs the next judgement
/// some of its basis and nothing else. A process that is killed loses what the kernel had not been given yet, some milliseconds.
public final class RecentLogins: Sendable {
    private struct Waiting {
        var logins: [(attempt: LoginAttempt, passwordID: Int64?, facts: Facts)] = []
        var isWorking = false
    }

    /// What only the thread uses.
    fileprivate struct State {
        var ring: RecentLoginRing
        var file: RecentLoginsFile?
    }

    /// How many logins wait to be taken down, at most.
    static let waitingBound = 16_384

    private let waiting = Mutex(Waiting())
    private let counts = Mutex((rows: 0, users: 0))
    private let state: Mutex<State>
    private let thread = DispatchQueue(label: "recent-logins", qos: .utility)

    /// Reads nothing yet.
    ///
    /// - Parameters:
    ///   - file: Its path, in a directory that only one process uses.
    ///   - capacity: How many rows there are at most; each takes 200 bytes at most on average, here and in the file.
    ///   - trouble: Told once why the file cannot be read or written, until it can again.
    public init(file: String, capacity: Int = 65_536, trouble: @escaping @Sendable (String) -> Void) {
        let ring = RecentLoginRing(capacity: capacity)
        state = Mutex(State(ring: ring, file: RecentLoginsFile(file, bound: ring.capacity * RecentLoginRing.bytesPerRow, trouble)))
    }

    /// Takes down a login that was let in; never waits, and opens nothing.
    @Sendable public func note(_ attempt: LoginAttempt, _ passwordID: Int64?, _ facts: Facts) {
        let beginsWorking = waiting.withLock { waiting in
            guard waiting.logins.count < Self.waitingBound else { return false }
            waiting.logins.append((attempt, passwordID, facts))
            defer { waiting.isWorking = true }
            return !waiting.isWorking
        }
        if beginsWorking { thread.async { self.takeDown() } }
    }

    /// Whom a policy would newly refuse. Waits for what is being taken down; not for the threads of logins.
    ///
    /// - Parameter honeypots: Accounts that are no users.
    public func judge(
        candidate: Policy, inForce: Policy, honeypots: [NamePattern], at time: Timestamp
    ) -> Blast {
        thread.sync {
            takeDown()
            return state.withLock { state in
                state.load()
                return Blast(state.ring, candidate: candidate, inForce: inForce, honeypots: honeypots, at: time)
            }
        }
    }

    /// How many logins are held, and of how many users.
    public var held: (rows: Int, users: Int) { counts.withLock { $0 } }

    /// Reads the file, off everybody's path, so that there are numbers before the first login.
    public func prepare() {
        thread.async {
            self.state.withLock { $0.load() }
            self.publish()
        }
    }

    /// Forgets everything, the file included.
    public func forget() {
        thread.async {
            self.waiting.withLock { $0.logins = [] }
            self.state.withLock { state in
                state.ring = RecentLoginRing(capacity: state.ring.capacity)
                state.file?.remove()
            }
            self.publish()
        }
    }

    /// Waits until everything is taken down, or the time is over.
    public func flush(within limit: Duration) async {
        let end = ContinuousClock.now + limit
        while waiting.withLock({ $0.isWorking }), .now < end { try? await Task.sleep(for: .milliseconds(5)) }
    }

    static func minute(_ time: Timestamp) -> UInt32 { UInt32(clamping: time.milliseconds / 60_000) }

    /// Takes down those that wait, until none does.
    private func takeDown() {
        while true {
            let batch = waiting.withLock { waiting in
                let batch = waiting.logins
                waiting.logins = []
                waiting.isWorking = !batch.isEmpty
                return batch
            }
            guard let latest = batch.last else { return }
            state.withLock { state in
                state.load()
                var lines: [RecentLoginLine] = []
                for (attempt, passwordID, facts) in batch {
                    lines += state.ring.note(
                        user: attempt.login, password: passwordID, address: attempt.address,
                        minute: Self.minute(attempt.time)
                    ) { FactParts(facts) }
                }
                state.write(lines, at: Self.minute(latest.attempt.time))
            }
            publish()
        }
    }

    private func publish() {
        let ring = state.withLock { ($0.ring.count, $0.ring.userCount) }
        counts.withLock { $0 = ring }
    }
}

extension RecentLogins.State {
    /// Takes what an earlier process has left.
    fileprivate mutating func load() {
        if let text = file?.readOnce() { ring.take(text) }
    }

    fileprivate mutating func write(_ lines: [RecentLoginLine], at minute: UInt32) {
        guard !lines.isEmpty, file?.append(lines) == false, file?.mayBeReplaced(at: minute) == true else { return }
        ring.drop(before: minute < RecentLoginRing.lifetime ? 0 : minute - RecentLoginRing.lifetime)
        file?.replace(with: ring.lines, at: minute)
    }
}

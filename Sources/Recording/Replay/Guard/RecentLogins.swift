package import AuditCore
internal import Dispatch
internal import Foundation
internal import Locks

/// Who was let in within the last seven days, from where, and what was known of that: what new lists are judged on before they
/// are taken into use. Kept over restarts in a file.
///
/// A login only hands itself over; taking it down, the file and judging are a thread's own, so nobody who logs in waits for
/// them. Up to ``waitingBound`` logins wait for that thread; beyond that they are not taken down, which costs the next judgement
/// some of its basis and nothing else. A process that is killed loses what the kernel had not been given yet, some milliseconds.
package final class RecentLogins: Sendable {
    private struct Waiting {
        var logins: [(attempt: LoginAttempt, passwordID: Int64?, facts: Facts)] = []
        var isWorking = false
        /// Whether logins are taken down: not once everything was to be forgotten.
        var isOpen = true
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
    private let now: @Sendable () -> Timestamp

    /// Reads nothing yet.
    ///
    /// - Parameters:
    ///   - file: Its path, in a directory that only one process uses.
    ///   - capacity: How many rows there are at most; each takes 200 bytes of the file at most on average, and
    ///     several times as much of memory.
    ///   - now: The time; what is of more than an hour later, of a clock that was ahead, counts as of now.
    ///   - trouble: Told once why the file cannot be read or written, until it can again.
    package init(
        file: String, capacity: Int = 65_536, now: @escaping @Sendable () -> Timestamp,
        trouble: @escaping @Sendable (String) -> Void
    ) {
        self.now = now
        let ring = RecentLoginRing(capacity: capacity)
        state = Mutex(
            State(ring: ring, file: RecentLoginsFile(file, bound: ring.capacity * RecentLoginRing.bytesPerRow, trouble))
        )
    }

    /// Takes down a login that was let in; never waits, and opens nothing.
    @Sendable package func note(_ attempt: LoginAttempt, _ passwordID: Int64?, _ facts: Facts) {
        let beginsWorking = waiting.withLock { waiting in
            guard waiting.isOpen, waiting.logins.count < Self.waitingBound else { return false }
            waiting.logins.append((attempt, passwordID, facts))
            defer { waiting.isWorking = true }
            return !waiting.isWorking
        }
        if beginsWorking { thread.async { self.takeDown() } }
    }

    /// Whom a policy would newly refuse. Waits for what is being taken down; not for the threads of logins.
    ///
    /// - Parameter honeypots: Accounts that are no users.
    package func judge(
        candidate: Policy, inForce: Policy, honeypots: [NamePattern], at time: Timestamp
    ) -> Blast {
        thread.sync {
            takeDown()
            return state.withLock { state in
                state.load(at: Self.minute(self.now()))
                state.ring.settle(at: Self.minute(time))
                return Blast(state.ring, candidate: candidate, inForce: inForce, honeypots: honeypots, at: time)
            }
        }
    }

    /// How many logins are held, and of how many users.
    package var held: (rows: Int, users: Int) { counts.withLock { $0 } }

    /// Reads the file, off everybody's path, so that there are numbers before the first login.
    package func prepare() {
        thread.async {
            self.state.withLock { $0.load(at: Self.minute(self.now())) }
            self.publish()
        }
    }

    /// Takes logins down again, after ``forget()``.
    package func open() { waiting.withLock { $0.isOpen = true } }

    /// Forgets everything, the file included, and takes down no login from now on, also not one that is under way.
    package func forget() {
        waiting.withLock { ($0.isOpen, $0.logins) = (false, []) }
        thread.async {
            self.state.withLock { state in
                state.ring = RecentLoginRing(capacity: state.ring.capacity)
                state.file?.remove()
            }
            self.publish()
        }
    }

    /// Waits until everything is taken down, or the time is over.
    package func flush(within limit: Duration) async {
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
            guard !batch.isEmpty else { return }
            let now = Self.minute(now())
            state.withLock { state in
                state.load(at: now)
                var lines: [RecentLoginLine] = []
                for (attempt, passwordID, facts) in batch {
                    lines += state.ring.note(
                        user: attempt.login, password: passwordID, address: attempt.address,
                        minute: RecentLoginRing.settled(Self.minute(attempt.time), at: now)
                    ) { FactParts(facts) }
                }
                state.write(lines, at: now)
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
    fileprivate mutating func load(at now: UInt32) {
        guard file?.isRead == false, var file else { return }
        var (ring, texts): (RecentLoginRing, [UInt32: String]) = (ring, [:])
        file.readOnce { ring.take($0, &texts, at: now) }
        (self.ring, self.file) = (ring, file)
    }

    fileprivate mutating func write(_ lines: [RecentLoginLine], at minute: UInt32) {
        guard !lines.isEmpty, file?.append(lines) == false, file?.mayBeReplaced(at: minute) == true else { return }
        ring.settle(at: minute)
        ring.drop(before: minute < RecentLoginRing.lifetime ? 0 : minute - RecentLoginRing.lifetime)
        file?.replace(with: ring.lines, at: minute)
    }
}

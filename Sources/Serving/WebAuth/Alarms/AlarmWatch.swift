import Alarms
import AuditCore
import Dispatch
import Locks
import Logging

/// Looks at logins on a thread of its own, and raises alarms. Kept over restarts in a file.
///
/// A login only hands itself over. Up to ``waitingBound`` logins wait for the thread; what is beyond that is not looked at, and
/// the log says so.
final class AlarmWatch: Sendable {
    private struct Login {
        var attempt: LoginAttempt
        var passwordID: Int64?
        var facts: Facts
        var end: LoginEnd
    }

    private struct Waiting {
        var logins: [Login] = []
        var isWorking = false
        var lost = 0
    }

    /// What only the thread uses.
    private struct State {
        var engine: AlarmEngine
        var isRead = false
        var isChanged = false
        /// When it was written, or could not be, last.
        var written = ContinuousClock.now
        var isFailing = false
    }

    static let waitingBound = 16_384
    /// How often the file is written, while there are logins.
    private static let interval = Duration.seconds(600)

    private let waiting = Mutex(Waiting())
    private let state: Mutex<State>
    private let file: StateFile
    private let thread = DispatchQueue(label: "alarms", qos: .utility)
    private let logger: Logger
    private let troubles: Troubles
    private let raised: @Sendable (AlarmRecord) -> Void

    /// Reads nothing yet.
    ///
    /// - Parameters:
    ///   - path: Of the file, in a directory that only one process uses.
    ///   - raised: Gets each alarm, on the thread.
    init(file path: String, logger: Logger, raised: @escaping @Sendable (AlarmRecord) -> Void) {
        (file, self.logger, self.raised) = (StateFile(path: path), logger, raised)
        troubles = Troubles(logger)
        state = Mutex(State(engine: AlarmEngine(AlarmRules(.none))))
    }

    /// Takes other rules into use, from the next login on that is looked at.
    func use(_ rules: AlarmRules) {
        thread.async {
            self.state.withLock { state in
                state.engine.rules = rules
                if !rules.isEmpty { self.readOnce(&state) }
            }
        }
    }

    /// Takes a login; never waits.
    @Sendable func note(_ attempt: LoginAttempt, _ passwordID: Int64?, _ facts: Facts, _ end: LoginEnd) {
        guard end != .refused else { return }
        let beginsWorking = waiting.withLock { waiting in
            guard waiting.logins.count < Self.waitingBound else {
                waiting.lost += 1
                return false
            }
            waiting.logins.append(Login(attempt: attempt, passwordID: passwordID, facts: facts, end: end))
            defer { waiting.isWorking = true }
            return !waiting.isWorking
        }
        if beginsWorking { thread.async { self.work() } }
    }

    /// Waits until all logins were looked at and what was learnt is written, or the time is over.
    func flush(within limit: Duration) async {
        let end = ContinuousClock.now + limit
        while waiting.withLock({ $0.isWorking }), .now < end { try? await Task.sleep(for: .milliseconds(5)) }
        let written = Latch()
        thread.async {
            self.state.withLock { self.write(&$0) }
            written.open()
        }
        await written.wait(atMost: max(.milliseconds(1), end - .now))
    }

    private func work() {
        while true {
            let (batch, lost) = waiting.withLock { waiting in
                let batch = waiting.logins
                waiting.logins = []
                waiting.isWorking = !batch.isEmpty
                defer { waiting.lost = 0 }
                return (batch, waiting.lost)
            }
            if lost > 0 {
                troubles.note("logins were not looked at for alarms: too many came at once", ["logins": "\(lost)"])
            }
            guard !batch.isEmpty else { return }
            let alarms = state.withLock { state in
                state.isChanged = true
                return batch.flatMap { login in
                    state.engine.note(
                        ObservedLogin(login.attempt, passwordID: login.passwordID, facts: login.facts, end: login.end))
                }
            }
            alarms.forEach(raised)
            state.withLock { state in
                if ContinuousClock.now - state.written >= Self.interval { write(&state) }
            }
        }
    }

    private func readOnce(_ state: inout State) {
        guard !state.isRead else { return }
        state.isRead = true
        let memory = file.read(atMost: AlarmMemory.mostBytes) { reason in
            logger.warning(
                "what alarms have learnt cannot be read, and is learnt anew; nothing is new for a password for two weeks",
                metadata: ["file": "\(file.path)", "reason": "\(reason)"])
        } _: { bytes throws(AlarmMemoryError) in
            try AlarmMemory(reading: bytes, now: .now)
        }
        if let memory { state.engine = AlarmEngine(state.engine.rules, memory: memory) }
    }

    private func write(_ state: inout State) {
        // What an earlier process learnt is not overwritten unread.
        guard state.isRead, state.isChanged else { return }
        state.written = .now
        if let reason = file.write(state.engine.memory.text, isForced: true) {
            if !state.isFailing {
                logger.warning(
                    "what alarms have learnt cannot be written, and a restart forgets it",
                    metadata: ["file": "\(file.path)", "reason": "\(reason)"])
            }
            state.isFailing = true
        } else {
            (state.isChanged, state.isFailing) = (false, false)
        }
    }
}

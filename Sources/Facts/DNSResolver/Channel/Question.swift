internal import AuditCore
internal import Locks

/// One question on its way: its name, its deadline, and who waits for the answer.
final class Question: Sendable {
    /// Record types that can be asked for, numbered as in a message.
    enum RecordType: Int32 {
        case ptr = 12
        case txt = 16
    }

    let name: DNSName
    let type: RecordType
    /// When whoever waits has waited long enough.
    let deadline: ContinuousClock.Instant

    private enum State {
        case fresh
        case waiting(CheckedContinuation<Fact<[UInt8]>, Never>)
        case answered(Fact<[UInt8]>)
    }
    private let state = Mutex(State.fresh)

    init(_ name: DNSName, _ type: RecordType, deadline: ContinuousClock.Instant) {
        self.name = name
        self.type = type
        self.deadline = deadline
    }

    /// Whether nobody waits any more.
    var isAnswered: Bool {
        state.withLock { state in
            if case .answered = state { true } else { false }
        }
    }

    /// Waits for the answer: a message, whatever it says, or why there is none; never `.absent`.
    func answer() async -> Fact<[UInt8]> {
        await withCheckedContinuation { continuation in
            let answer: Fact<[UInt8]>? = state.withLock { state in
                if case .answered(let answer) = state { return answer }
                state = .waiting(continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Answers; only the first answer counts.
    func finish(_ answer: Fact<[UInt8]>) {
        let waiting: CheckedContinuation<Fact<[UInt8]>, Never>? = state.withLock { state in
            switch state {
            case .answered: return nil
            case .fresh:
                state = .answered(answer)
                return nil
            case .waiting(let continuation):
                state = .answered(answer)
                return continuation
            }
        }
        waiting?.resume(returning: answer)
    }
}

import HTTPKit
import Locks
import Logging
import SystemdJournal

/// Tells the service manager what the service is doing, in an order that makes sense to it.
///
/// Before the service listens and after it began to stop, reloads are not announced: the end of one would say "ready".
/// Where no service manager listens nothing happens.
final class ServiceAnnouncer: Sendable {
    private enum Phase {
        case starting
        case serving(String)
        case stopping
    }

    private let logger: Logger
    private let notifier = ServiceNotifier()
    /// Held while a message is sent (a system call), so that messages keep the order of the phases.
    private let phase = Mutex(Phase.starting)
    /// Whether the last question to ourselves was answered; so that a change is logged, and no more.
    private let lastAnswers = Mutex(HTTPServer.SelfAnswers.all)

    init(_ logger: Logger) { self.logger = logger }

    /// Says that the service is ready once it answers, and then gives signs of life, if they are wanted, as long as it
    /// answers and does not stop; until the task is cancelled.
    ///
    /// - Parameters:
    ///   - address: For `systemctl status`.
    ///   - answers: Whether a client that asks now is answered, through one place at least: who listens at several is not
    ///     ended because one of them is lost. While it does not return there is no sign, and the service manager's patience is
    ///     the deadline.
    func serve(at address: String, while answers: @Sendable () async -> HTTPServer.SelfAnswers) async {
        while await !isAnswered(answers) {
            guard (try? await Task.sleep(for: .milliseconds(200))) != nil else { return }
        }
        serving(at: address)
        // Nobody minds the signs of one that stops; and to a service manager that does not read them the next would wait.
        await notifier.keepAlive { if isStopping { false } else { await isAnswered(answers) } }
    }

    private var isStopping: Bool {
        phase.withLock { if case .stopping = $0 { true } else { false } }
    }

    private func isAnswered(_ answers: @Sendable () async -> HTTPServer.SelfAnswers) async -> Bool {
        let now = await answers()
        let hasChanged = lastAnswers.withLock { last in
            defer { last = now }
            return last != now
        }
        if hasChanged {
            switch now {
            case .all: logger.notice("the service answers its own connections again")
            case .some: logger.error("one of the places where the service listens does not answer its own connection")
            case .none: logger.error("the service listens and does not answer its own connection")
            }
        }
        return now != .none
    }

    private func serving(at address: String) {
        phase.withLock { phase in
            guard case .starting = phase else { return }
            phase = .serving(address)
            notifier.ready(status: "serving on \(address)")
        }
    }

    /// Settings are being read anew.
    func reloading() {
        phase.withLock { phase in
            if case .serving = phase { notifier.reloading() }
        }
    }

    /// They have been read.
    func reloaded(_ outcome: ReloadOutcome) {
        phase.withLock { phase in
            guard case .serving(let address) = phase else { return }
            switch outcome {
            case .reloaded: notifier.ready(status: "serving on \(address)")
            case .refused(let problems, _):
                notifier.ready(
                    status: "serving on \(address); the last reload was refused and changed nothing: "
                        + (problems.first ?? ""))
            }
        }
    }

    /// The service ends; said once.
    ///
    /// - Parameter time: How long that may take.
    func stopping(within time: Duration) {
        phase.withLock { phase in
            if case .stopping = phase { return }
            phase = .stopping
            notifier.stopping(within: time)
        }
    }
}

import Locks
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

    private let notifier = ServiceNotifier()
    /// Held while a message is sent (a system call), so that messages keep the order of the phases.
    private let phase = Mutex(Phase.starting)

    /// The service listens.
    ///
    /// - Parameter address: For `systemctl status`.
    func serving(at address: String) {
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
    func reloaded(_ outcome: Reloader.Outcome) {
        phase.withLock { phase in
            guard case .serving(let address) = phase else { return }
            switch outcome {
            case .reloaded: notifier.ready(status: "serving on \(address)")
            case .refused(let problems):
                notifier.ready(
                    status: "serving on \(address); the last reload was refused and changed nothing: "
                        + (problems.first ?? ""))
            }
        }
    }

    /// The service ends; said once.
    func stopping() {
        phase.withLock { phase in
            if case .stopping = phase { return }
            phase = .stopping
            notifier.stopping()
        }
    }

    /// Gives signs of life, if they are wanted, until the task is cancelled.
    ///
    /// - Parameter turn: Returns when the service has done a turn of what it does all the time; as long as it does not,
    ///   there is no sign, and the service manager's patience is the deadline.
    func keepAlive(after turn: @Sendable () async -> Void) async {
        await notifier.keepAlive {
            await turn()
            return true
        }
    }
}

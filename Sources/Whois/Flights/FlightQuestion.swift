internal import AuditCore
internal import Locks

/// One question to an upstream, and by its identity whoever asks it.
final class FlightQuestion: Sendable {
    /// The one that is being asked by this task.
    @TaskLocal static var current: FlightQuestion?

    /// The address it is about.
    let address: IPAddress
    /// The block under which an older answer is kept that this one takes the place of.
    let outdated: IPPrefix?
    /// For whom it is asked, as limits know him.
    let account = LookupAccount.current
    private let state = Mutex(Progress.notAsked)

    /// How far it is.
    enum Progress {
        /// No server was asked yet.
        case notAsked
        /// A server was asked at once.
        case asked
        /// Our own limits make it wait, or have made it.
        case heldUp
    }

    init(_ address: IPAddress, outdated: IPPrefix? = nil) { (self.address, self.outdated) = (address, outdated) }

    /// How far it is.
    var progress: Progress { state.withLock { $0 } }

    /// Says that a server is being asked.
    func ask() { state.withLock { if $0 == .notAsked { $0 = .asked } } }

    /// Says that our own limits make it wait.
    func holdUp() { state.withLock { $0 = .heldUp } }
}

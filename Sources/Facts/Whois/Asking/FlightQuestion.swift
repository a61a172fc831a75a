package import AuditCore
internal import Locks

/// One question to an upstream, and by its identity whoever asks it.
package final class FlightQuestion: Sendable {
    /// The one that is being asked by this task.
    @TaskLocal package static var current: FlightQuestion?

    /// The address it is about.
    package let address: IPAddress
    /// The block under which an older answer is kept that this one takes the place of.
    package let outdated: IPPrefix?
    /// For whom it is asked, as limits know him.
    package let account = LookupAccount.current
    private let state = Mutex(Progress.notAsked)

    /// How far it is.
    package enum Progress {
        /// No server was asked yet.
        case notAsked
        /// A server was asked at once.
        case asked
        /// Our own limits make it wait, or have made it.
        case heldUp
    }

    /// Of an address; `outdated` is the block of an older answer.
    package init(_ address: IPAddress, outdated: IPPrefix? = nil) {
        (self.address, self.outdated) = (address, outdated)
    }

    /// How far it is.
    package var progress: Progress { state.withLock { $0 } }

    /// Says that a server is being asked.
    package func ask() { state.withLock { if $0 == .notAsked { $0 = .asked } } }

    /// Says that our own limits make it wait.
    package func holdUp() { state.withLock { $0 = .heldUp } }
}

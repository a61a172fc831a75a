/// Why a ``HashingPool`` gave no answer.
package enum HashingError: Error, Sendable, Hashable {
    /// The queue has no room for the request, or would come to it too late; nothing of it was started.
    case overloaded
    /// The deadline passed before the answer was known.
    case timedOut
    /// The task that waited was cancelled.
    case cancelled
    /// The pool was shut down.
    case stopped
}

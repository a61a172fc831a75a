internal import Dispatch
internal import Glibc
internal import Locks

/// Shuts a socket down when its answer takes longer than a moment, so that the C library, which counts in seconds, gives up.
///
/// It has a descriptor of its own for the socket: the library may close its own at any time, and the number may be
/// another's by then.
final class SocketCut: Sendable {
    private static let queue = DispatchQueue(label: "mariadb-cut")
    private let descriptor: Mutex<Int32>

    /// - Parameter patience: How long the answer may take. Without a free descriptor the socket is not cut.
    init(_ socket: Int32, after patience: Duration) {
        descriptor = Mutex(fcntl(socket, F_DUPFD_CLOEXEC, 0))
        let (seconds, attoseconds) = patience.components
        let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        Self.queue.asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) { [weak self] in self?.end(isCut: true) }
    }

    deinit { callOff() }

    /// Says that the answer is there.
    func callOff() { end(isCut: false) }

    private func end(isCut: Bool) {
        descriptor.withLock { descriptor in
            guard descriptor >= 0 else { return }
            if isCut { shutdown(descriptor, Int32(SHUT_RDWR)) }
            close(descriptor)
            descriptor = -1
        }
    }
}

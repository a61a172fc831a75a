#if canImport(Glibc)
    internal import Glibc
#else
    internal import Musl
#endif

/// The kernel's queue of those who have connected and were not accepted yet.
enum ListenQueue {
    /// How many may wait there; the kernel takes less where net.core.somaxconn says so.
    static let length: CInt = 1024

    /// Gives this length to a socket that listens already, as one does that another program opened.
    static func lengthen(_ descriptor: CInt) { _ = listen(descriptor, length) }
}

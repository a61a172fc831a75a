internal import NIOCore

/// Where a server is about to listen, in numbers.
struct ListeningPlace: Sendable {
    /// The address; nil for a Unix socket and for a name that means nothing.
    let address: SocketAddress?
    /// How a ``SocketKeeper`` knows it; nil also for a port of the system's choice, which is nobody's to come back to.
    let kept: String?

    /// Asks for what a name stands for, which may wait for DNS.
    init(_ listening: ListenAddress) {
        guard case .tcp(let host, let port) = listening else {
            (address, kept) = (nil, nil)
            return
        }
        address = try? SocketAddress.makeAddressResolvingHost(host, port: port)
        kept =
            if port != 0, let number = address?.ipAddress {
                number.contains(":") ? "[\(number)]:\(port)" : "\(number):\(port)"
            } else { nil }
    }
}

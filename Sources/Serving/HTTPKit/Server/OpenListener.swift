internal import NIOCore

/// A place where the server listens now.
struct OpenListener {
    /// As it was asked for, with the port that was taken.
    let address: ListenAddress
    let channel: any Channel
    /// The file of a Unix socket.
    let file: UnixSocketFile?
    let tls: ServerTLS?

    /// Where a client on this machine reaches it: loopback for "every address".
    var reachable: SocketAddress? {
        if case .unix(let path, _, _) = address { return try? SocketAddress(unixDomainSocketPath: path) }
        guard let local = channel.localAddress else { return nil }
        switch local.ipAddress {
        case "0.0.0.0": return try? SocketAddress(ipAddress: "127.0.0.1", port: local.port ?? 0)
        case "::": return try? SocketAddress(ipAddress: "::1", port: local.port ?? 0)
        default: return local
        }
    }

    /// Takes no more connections. The file goes first, so that it is never one that another program has put there since.
    func close() {
        file?.remove()
        channel.close(promise: nil)
    }
}

internal import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Why a server cannot serve.
public struct HTTPServerError: Error, CustomStringConvertible {
    /// For operators: `cannot listen on 127.0.0.1:8000: port 8000 on 127.0.0.1 is in use by another program`.
    public let description: String

    init(_ description: String) { self.description = description }

    /// What is in the way of listening, in words.
    init(listeningOn address: ListenAddress, _ error: any Error) {
        switch address {
        case .tcp(let host, let port):
            let shown = host.contains(":") ? "[\(host)]" : host
            self.init("cannot listen on \(shown):\(port): \(Self.reason(host, port, error))")
        case .unix:
            self.init("cannot listen on \(address): \(error)")
        }
    }

    private static func reason(_ host: String, _ port: Int, _ error: any Error) -> String {
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE: "port \(port) on \(host) is in use by another program"
        case EADDRNOTAVAIL: "this machine has no such address"
        case EACCES, EPERM: "this user may not take the port"
        case EAFNOSUPPORT: "this machine has no addresses of that kind"
        case .some(let code): String(cString: strerror(code))
        case nil:
            error is SocketAddressError || error is SocketAddressError.UnknownHost
                ? "the name has no address" : "\(error)"
        }
    }
}

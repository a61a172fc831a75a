/// Where a server listens.
public enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name or address, and a port; port 0 takes a free one.
    case tcp(host: String, port: Int)
    /// A Unix socket at an absolute path of at most ``longestPath`` bytes.
    ///
    /// - Parameters:
    ///   - mode: The permissions of its file; who may write to it may connect.
    ///   - group: The number of its group; nil: the process's own.
    case unix(path: String, mode: UInt32, group: UInt32?)

    /// The longest path of a Unix socket, in bytes: `sun_path` has room for 108, and the file has a longer name for a
    /// moment.
    package static let longestPath = 100

    /// The port; nil for a Unix socket.
    package var port: Int? {
        guard case .tcp(_, let port) = self else { return nil }
        return port
    }

    /// `127.0.0.1 port 8000`, `unix:/run/web-auth/web-auth.sock`.
    public var description: String {
        switch self {
        case .tcp(let host, let port): "\(host) port \(port)"
        case .unix(let path, _, _): "unix:\(path)"
        }
    }
}

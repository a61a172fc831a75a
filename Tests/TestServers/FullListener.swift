import Foundation

/// A TCP port of 127.0.0.1 at which nobody accepts and where there is no room to wait: who connects there hangs.
public final class FullListener: Sendable {
    /// Where to connect.
    public let port: UInt16
    private let sockets: [Int32]

    /// Listens, and takes all of the room.
    public init() throws {
        port = try freePort()
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard withAddress(of: port, { bind(listener, $0, $1) }) == 0, listen(listener, 0) == 0 else {
            throw ServerError("cannot listen")
        }
        sockets = withAddress(of: port) { address, length in
            let guests = (0..<4).map { _ in
                let guest = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
                _ = connect(guest, address, length)
                return guest
            }
            return [listener] + guests
        }
    }

    deinit { for socket in sockets { close(socket) } }
}

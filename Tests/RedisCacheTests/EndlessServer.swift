import Foundation
import Locks

/// A TCP server on 127.0.0.1 that begins to answer whoever says something, and never ends.
final class EndlessServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let state = Mutex(0)

    /// How many clients have hung up so far.
    var ended: Int { state.withLock { $0 } }

    /// - Parameters:
    ///   - start: What is sent first.
    ///   - more: What is sent over and over afterwards.
    ///   - isTrickle: Whether it comes every few milliseconds, or as fast as the client takes it.
    init(start: String, more: String, isTrickle: Bool) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isListening else { throw POSIXError(.EADDRINUSE) }
        port = in_port_t(bigEndian: address.sin_port)
        self.listener = listener
        let more = Array(String(repeating: more, count: isTrickle ? 1 : 16_384).utf8)
        Thread.detachNewThread { [self] in
            while case let client = accept(listener, nil, nil), client >= 0 {
                Thread.detachNewThread { [self] in
                    var request = [UInt8](repeating: 0, count: 4096)
                    _ = recv(client, &request, request.count, 0)
                    var next = Array(start.utf8) + more
                    while send(client, next, next.count, Int32(MSG_NOSIGNAL)) > 0 {
                        next = more
                        if isTrickle { usleep(5000) }
                    }
                    Foundation.close(client)
                    state.withLock { $0 += 1 }
                }
            }
        }
    }

    /// Ends the thread that accepts.
    func close() { shutdown(listener, Int32(SHUT_RDWR)) }
}

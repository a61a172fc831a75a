import Foundation
import Locks

/// A TCP proxy on 127.0.0.1 that behaves as a firewall which forgets idle connections: those it has forgotten stay open at
/// both ends, but no byte passes any more and nobody is told; new ones work.
public final class ForgetfulProxy: Sendable {
    /// Where clients connect, in place of the server's port.
    public let port: UInt16
    private let shared: Shared

    /// Starts to listen.
    ///
    /// - Parameters:
    ///   - target: The server's port of 127.0.0.1.
    ///   - idle: A connection over which nothing has passed for so long is forgotten; nil: only ``forgetConnections()``
    ///     makes it forget.
    public init(to target: UInt16, forgetsAfter idle: Duration? = nil) throws {
        port = try freePort()
        shared = Shared(listener: try Self.listen(at: port), target: target, idle: idle)
        let shared = shared
        Thread { shared.run() }.start()
    }

    deinit { shared.close() }

    /// Forgets every connection there is; when this returns no further byte of theirs passes.
    public func forgetConnections() { shared.state.withLock { $0.forgotten = $0.accepted } }

    /// How many connections it has accepted since it was started.
    public var acceptedConnections: Int { shared.state.withLock { $0.accepted } }

    private static func listen(at port: UInt16) throws -> Int32 {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard listener >= 0, withAddress(of: port, { bind(listener, $0, $1) }) == 0,
            Foundation.listen(listener, 128) == 0
        else { throw ServerError("the proxy cannot listen at \(port): \(String(cString: strerror(errno)))") }
        return listener
    }

    /// What the proxy's thread and its owner share.
    private final class Shared: Sendable {
        struct State {
            var accepted = 0
            /// Connections up to this number are forgotten.
            var forgotten = 0
            var isClosed = false
        }

        private struct Connection {
            let number: Int
            let sockets: [Int32]
            var lastByte = ContinuousClock.now
        }

        let state = Mutex(State())
        private let listener: Int32
        private let target: UInt16
        private let idle: Duration?

        init(listener: Int32, target: UInt16, idle: Duration?) {
            (self.listener, self.target, self.idle) = (listener, target, idle)
        }

        /// The thread sees it within a few milliseconds.
        func close() { state.withLock { $0.isClosed = true } }

        /// Passes bytes until closed: one thread, which looks at everything that can be read.
        func run() {
            var open: [Connection] = []
            var forgotten: [Connection] = []
            while !state.withLock({ $0.isClosed }) {
                var polled = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
                polled += open.flatMap(\.sockets).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
                guard poll(&polled, nfds_t(polled.count), 5) >= 0 else { continue }
                let readable = Set(polled.lazy.filter { $0.revents != 0 }.map(\.fd))
                let now = ContinuousClock.now
                var kept: [Connection] = []
                for var connection in open {
                    let isForgotten = state.withLock { state in
                        if let idle, now - connection.lastByte >= idle { return true }
                        return connection.number <= state.forgotten || !pass(&connection, readable, now)
                    }
                    if isForgotten { forgotten.append(connection) } else { kept.append(connection) }
                }
                open = kept
                if readable.contains(listener), let new = accept() { open.append(new) }
            }
            for connection in open + forgotten { for socket in connection.sockets { Foundation.close(socket) } }
            Foundation.close(listener)
        }

        /// Passes on what there is; false once one end has closed, which the other end is told.
        private func pass(_ connection: inout Connection, _ readable: Set<Int32>, _ now: ContinuousClock.Instant)
            -> Bool
        {
            for (from, to) in [(0, 1), (1, 0)] where readable.contains(connection.sockets[from]) {
                var buffer = [UInt8](repeating: 0, count: 65_536)
                let count = recv(connection.sockets[from], &buffer, buffer.count, 0)
                guard count > 0, send(connection.sockets[to], buffer, count, Int32(MSG_NOSIGNAL)) == count else {
                    for socket in connection.sockets { shutdown(socket, Int32(SHUT_RDWR)) }
                    return false
                }
                connection.lastByte = now
            }
            return true
        }

        private func accept() -> Connection? {
            let client = Foundation.accept(listener, nil, nil)
            guard client >= 0 else { return nil }
            let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            guard withAddress(of: target, { connect(server, $0, $1) }) == 0 else {
                for socket in [client, server] { Foundation.close(socket) }
                return nil
            }
            return Connection(
                number: state.withLock { state in
                    state.accepted += 1
                    return state.accepted
                }, sockets: [client, server])
        }
    }
}

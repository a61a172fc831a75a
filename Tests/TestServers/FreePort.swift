import Foundation
import Locks

/// Ports given out by this process.
private let taken = Mutex<Set<UInt16>>([])

/// A TCP port of 127.0.0.1 that nobody has: below those that the system gives to outgoing connections, so that it is
/// still free when the server starts, and again after a restart.
public func freePort() throws -> UInt16 {
    for _ in 0..<1000 {
        let port = UInt16.random(in: 10_000..<32_000)
        guard isFree(port), taken.withLock({ $0.insert(port).inserted }) else { continue }
        return port
    }
    throw ServerError("no free port")
}

private func isFree(_ port: UInt16) -> Bool {
    withSocket(to: port) { bind($0, $1, $2) == 0 }
}

/// Whether somebody listens at a TCP port of 127.0.0.1.
func isListening(_ port: UInt16) -> Bool {
    withSocket(to: port) { connect($0, $1, $2) == 0 }
}

/// Lends a TCP socket and the address of a port of 127.0.0.1; false without a socket.
private func withSocket(to port: UInt16, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Bool) -> Bool {
    let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard socket >= 0 else { return false }
    defer { close(socket) }
    return withAddress(of: port) { body(socket, $0, $1) }
}

/// Lends the address of a port of 127.0.0.1.
func withAddress<Value>(of port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = port.bigEndian
    return withUnsafePointer(to: address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}

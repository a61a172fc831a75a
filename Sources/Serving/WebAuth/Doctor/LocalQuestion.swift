import Foundation
import Settings

/// Asks the service that runs, as a monitor would.
enum LocalQuestion {
    /// What came of it.
    enum Answer: Sendable, Equatable {
        /// Nobody listens.
        case refused
        /// Somebody does, and does not answer.
        case silent
        /// An HTTP status, and at most 64 KB of the body.
        case answer(status: Int, body: String)
    }

    /// Asks for a page, on a thread of its own; 5 s at most.
    static func ask(_ path: String, of server: HostAndPort) async -> Answer {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: askHere(path, server)) }
        }
    }

    /// Whether anybody listens at a place, whatever is spoken there; true where that cannot be told.
    static func isHeard(at place: Settings.Listener.Address) async -> Bool {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let outcome =
                    switch place {
                    case .tcp(let host, let port): connectHere(HostAndPort(host: host, port: port))
                    case .unix(let path): connectHere(path)
                    }
                if outcome >= 0 { close(outcome) }
                continuation.resume(returning: ![-ECONNREFUSED, -ENOENT].contains(outcome))
            }
        }
    }

    /// Connects within 5 s.
    ///
    /// - Returns: The descriptor, or an error's number below zero.
    private static func connectHere(_ server: HostAndPort) -> Int32 {
        // Who listens everywhere listens on loopback.
        let host = ["0.0.0.0", "::"].contains(server.host) ? (server.host == "::" ? "::1" : "127.0.0.1") : server.host
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(server.port)", &hints, &list) == 0, let first = list else { return -ECONNREFUSED }
        defer { freeaddrinfo(list) }
        return connectHere(first.pointee.ai_family, first.pointee.ai_addr, first.pointee.ai_addrlen)
    }

    private static func connectHere(_ path: String) -> Int32 {
        var address = sockaddr_un()
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return -ENOENT }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connectHere(AF_UNIX, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    private static func connectHere(_ family: Int32, _ address: UnsafePointer<sockaddr>?, _ length: socklen_t) -> Int32
    {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return -errno }
        // A timeval, seconds and microseconds: optimised builds take the type for one of a module that cannot be imported.
        let limit = [5, 0]
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, limit, socklen_t(MemoryLayout<Int>.stride * limit.count))
        }
        guard connect(descriptor, address, length) == 0 else {
            let error = errno
            close(descriptor)
            return -error
        }
        return descriptor
    }

    private static func askHere(_ path: String, _ server: HostAndPort) -> Answer {
        let descriptor = connectHere(server)
        guard descriptor >= 0 else { return [-EINPROGRESS, -ETIMEDOUT].contains(descriptor) ? .silent : .refused }
        defer { close(descriptor) }
        let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        guard send(descriptor, request, request.utf8.count, Int32(MSG_NOSIGNAL)) == request.utf8.count else {
            return .silent
        }
        let end = ContinuousClock.now + .seconds(5)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < 65_536, ContinuousClock.now < end {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return reading(String(decoding: bytes, as: UTF8.self))
    }

    /// Reads an answer.
    static func reading(_ text: String) -> Answer {
        guard text.hasPrefix("HTTP/1."), let end = text.range(of: "\r\n\r\n"),
            let status = Int(text.dropFirst(9).prefix(3))
        else { return text.isEmpty ? .silent : .answer(status: 0, body: "") }
        return .answer(status: status, body: String(text[end.upperBound...]))
    }
}

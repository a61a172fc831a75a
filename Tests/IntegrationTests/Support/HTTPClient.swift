import Foundation

/// One HTTP/1.1 connection to 127.0.0.1, or to a Unix socket, blocking, for tests.
final class HTTPClient {
    struct Response {
        var status: Int
        var head: String
        var body: String
    }

    private let descriptor: Int32
    private var received: [UInt8] = []

    /// Connects.
    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw POSIXError(.ECONNREFUSED) }
        var timeout = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Connects to a Unix socket.
    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else { throw POSIXError(.init(rawValue: errno) ?? .ECONNREFUSED) }
        var timeout = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// Sends bytes as they are.
    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return }
            rest = rest.dropFirst(sent)
        }
    }

    /// Sends a request and reads its answer; the connection stays open.
    func request(_ method: String, _ path: String, _ body: String = "", headers: [String: String] = [:]) -> Response {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(body.utf8.count)\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        send(Array((head + "\r\n" + body).utf8))
        return response()
    }

    /// Reads one answer; status 0 if the connection ends first.
    func response() -> Response {
        let end = Array("\r\n\r\n".utf8)
        while received.firstRange(of: end) == nil {
            guard fill() else { return Response(status: 0, head: "", body: "") }
        }
        guard let range = received.firstRange(of: end) else { return Response(status: 0, head: "", body: "") }
        let head = String(decoding: received[..<range.lowerBound], as: UTF8.self)
        received.removeSubrange(..<range.upperBound)
        let status = head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        guard status >= 200 else { return response() }
        let length = head.lowercased().firstMatch(of: #/content-length: (\d+)/#).flatMap { Int($0.1) } ?? 0
        while received.count < length { guard fill() else { break } }
        let body = String(decoding: received.prefix(length), as: UTF8.self)
        received.removeFirst(min(length, received.count))
        return Response(status: status, head: head, body: body)
    }

    private func fill() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        received += buffer.prefix(count)
        return true
    }
}

extension ServerProcess {
    /// Sends one request on a connection of its own.
    func request(
        _ method: String, _ path: String, _ body: String = "", headers: [String: String] = [:]
    ) throws -> HTTPClient.Response {
        try HTTPClient(port: port).request(method, path, body, headers: headers)
    }

    /// `POST /auth`.
    func auth(
        _ login: String, _ password: String, service: String = "imap", from address: String = "192.88.98.1"
    ) throws -> HTTPClient.Response {
        try request("POST", "/auth", AuthBody.text(login, password, service: service, from: address))
    }
}

/// Bodies of `POST /auth`.
enum AuthBody {
    static func text(_ login: String, _ password: String, service: String = "imap", from address: String) -> String {
        let encoded = Data(password.utf8).base64EncodedString()
        return #"{"username":"\#(login)","password":"\#(encoded)","service":"\#(service)","remote_ip":"\#(address)"}"#
    }
}

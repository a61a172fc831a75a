import Foundation

/// One HTTP/1.1 connection to the server, blocking, for one thread.
final class Client {
    private let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 4096)

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
        guard status == 0 else { throw Failure("cannot connect") }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, 4)
    }

    deinit { close(descriptor) }

    /// `POST /auth`; the answer's status, 0 if there is none.
    func logIn(_ user: String, _ password: String, from address: String) -> Int {
        let encoded = Data(password.utf8).base64EncodedString()
        let body = #"{"username":"\#(user)","password":"\#(encoded)","service":"imap","remote_ip":"\#(address)"}"#
        let request = Array("POST /auth HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return 0 }
        // An answer is one small segment: head and body are written together.
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 12 else { return 0 }
        return buffer[9..<12].reduce(0) { $0 * 10 + Int($1) - 48 }
    }
}

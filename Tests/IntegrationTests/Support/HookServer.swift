import Foundation
import Locks
import TestServers

/// An HTTP server on loopback that takes down what is posted to it.
final class HookServer: Sendable {
    private struct State {
        var bodies: [String] = []
        var heads: [String] = []
    }

    let port: Int
    private let descriptor: Int32
    private let state = Mutex(State())
    /// What it answers, one after the other; the last again and again.
    private let statuses: [Int]

    init(statuses: [Int] = [200]) throws {
        self.statuses = statuses
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.descriptor = descriptor
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && listen(descriptor, 16) == 0
                    ? getsockname(descriptor, pointer, &length) : -1
            }
        }
        guard status == 0 else { throw POSIXError(.EADDRINUSE) }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [weak self] in
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0 else { return }
                self?.serve(client)
                close(client)
            }
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }

    /// What was posted so far.
    var bodies: [String] { state.withLock { $0.bodies } }
    var heads: [String] { state.withLock { $0.heads } }

    /// Waits for so many posts, two minutes at most.
    func wait(for count: Int) async {
        let end = ContinuousClock.now + .seconds(120)
        while bodies.count < count, .now < end, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(5)) }
    }

    private func serve(_ client: Int32) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.firstRange(of: "\r\n\r\n") {
                let head = String(text[..<end.lowerBound])
                let body = String(text[end.upperBound...])
                let length = head.lowercased().firstMatch(of: #/content-length: (\d+)/#).flatMap { Int($0.1) } ?? 0
                if body.utf8.count >= length { return answer(client, head, body) }
            }
            let count = recv(client, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            bytes += buffer.prefix(count)
        }
    }

    private func answer(_ client: Int32, _ head: String, _ body: String) {
        let status = state.withLock { state in
            let status = statuses[min(state.bodies.count, statuses.count - 1)]
            state.bodies.append(body)
            state.heads.append(head)
            return status
        }
        let text = Array("HTTP/1.1 \(status) Some\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)
        _ = text.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
    }
}

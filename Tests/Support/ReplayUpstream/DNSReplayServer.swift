import Foundation
import Locks

/// A DNS server on loopback, over UDP and TCP on one port, that answers from a script.
public final class DNSReplayServer: Sendable {
    /// What the script gets: the name in lower case, the message's identifier, and whether it was asked over TCP.
    public struct Question: Sendable, Hashable {
        /// The name, in lower case.
        public var name: String
        /// The message's identifier.
        public var id: UInt16
        /// Whether it came over TCP.
        public var isTCP: Bool
    }

    private let udp: Int32
    private let tcp: Int32
    private let asked = Mutex<[Question]>([])
    private let script: @Sendable (Question) -> [DNSReply]
    /// The port.
    public let port: UInt16

    /// Starts the server; a script that returns nothing makes it silent.
    public init(_ script: @escaping @Sendable (Question) -> [DNSReply]) throws {
        self.script = script
        // The kernel picks a port for UDP, which may be taken for TCP.
        var sockets = Self.openSockets()
        for _ in 0..<50 where sockets == nil { sockets = Self.openSockets() }
        guard let sockets else { throw POSIXError(.EADDRINUSE) }
        (udp, tcp, port) = sockets
        Thread { [self] in serveUDP() }.start()
        Thread { [self] in serveTCP() }.start()
    }

    private static func openSockets() -> (udp: Int32, tcp: Int32, port: UInt16)? {
        let udp = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        let tcp = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(udp, $0, size) == 0 && getsockname(udp, $0, &size) == 0 && bind(tcp, $0, size) == 0
            }
        }
        if isBound, listen(tcp, 16) == 0 { return (udp, tcp, UInt16(bigEndian: address.sin_port)) }
        close(udp)
        close(tcp)
        return nil
    }

    /// What was asked, in order.
    public var questions: [Question] { asked.withLock { $0 } }

    /// The server as settings name it.
    public var address: String { "127.0.0.1:\(port)" }

    /// Ends the server.
    public func stop() {
        shutdown(udp, Int32(SHUT_RDWR))
        shutdown(tcp, Int32(SHUT_RDWR))
    }

    private func replies(to message: [UInt8], overTCP: Bool) -> [[UInt8]] {
        guard message.count > 16 else { return [] }
        var labels: [String] = []
        var offset = 12
        while offset < message.count, message[offset] != 0 {
            let end = offset + 1 + Int(message[offset])
            guard end < message.count else { return [] }
            labels.append(String(decoding: message[offset + 1..<end], as: UTF8.self).lowercased())
            offset = end
        }
        let id = UInt16(message[0]) << 8 | UInt16(message[1])
        let question = Question(name: labels.joined(separator: "."), id: id, isTCP: overTCP)
        asked.withLock { $0.append(question) }
        return script(question).map { $0.message(answering: message, overTCP: overTCP) }
    }

    private func serveUDP() {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            var peer = sockaddr_in()
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafeMutablePointer(to: &peer) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { peer in
                    let count = recvfrom(udp, &buffer, buffer.count, 0, peer, &size)
                    guard count > 0 else { return size = 0 }
                    for reply in replies(to: Array(buffer[..<count]), overTCP: false) {
                        sendto(udp, reply, reply.count, 0, peer, size)
                    }
                }
            }
            if size == 0 { break }
        }
        close(udp)
    }

    private func serveTCP() {
        while true {
            let client = accept(tcp, nil, nil)
            guard client >= 0 else { break }
            while let head = read(2, from: client), let message = read(Int(head[0]) << 8 | Int(head[1]), from: client) {
                for reply in replies(to: message, overTCP: true) {
                    let framed = [UInt8(reply.count >> 8), UInt8(reply.count & 0xFF)] + reply
                    send(client, framed, framed.count, Int32(MSG_NOSIGNAL))
                }
            }
            close(client)
        }
        close(tcp)
    }

    private func read(_ count: Int, from socket: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: count)
        return recv(socket, &buffer, count, Int32(MSG_WAITALL)) == count ? buffer : nil
    }
}

import Foundation
import Locks

/// A server on loopback that speaks HTTP or one-line protocols such as WHOIS, and answers from a script.
///
/// Each connection has a thread of its own. It counts what it was asked, and lets tests wait for that.
public final class ReplayServer: Sendable {
    /// How a request ends.
    public enum Framing: Sendable {
        /// At an empty line: HTTP without body.
        case http
        /// At the end of a line: WHOIS.
        case line
    }

    /// What the script gets.
    public struct Request: Sendable, Hashable {
        /// All that was sent.
        public var text: String

        /// The first line.
        public var line: String {
            text.split(separator: "\r\n", omittingEmptySubsequences: false).first.map(String.init) ?? ""
        }
        /// Of HTTP, the path.
        public var path: String { line.split(separator: " ").dropFirst().first.map(String.init) ?? "" }

        /// The value of an HTTP field.
        public func field(_ name: String) -> String? {
            text.split(separator: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
                .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
        }
    }

    private struct State {
        var requests: [Request] = []
        var hangUps = 0
        var connections: Set<Int32> = []
        var isStopped = false
        var waiting: [Int: Waiting] = [:]
        var nextWaiting = 0
    }

    private struct Waiting {
        let requests: Int
        let hangUps: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private let listener: Int32
    private let framing: Framing
    private let script: @Sendable (Request) -> ReplayReply
    private let state = Mutex(State())
    /// The port.
    public let port: Int

    /// Starts a server.
    public init(_ framing: Framing, _ script: @escaping @Sendable (Request) -> ReplayReply) throws {
        self.framing = framing
        self.script = script
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && getsockname(listener, $0, &size) == 0
            }
        }
        guard isBound, listen(listener, 128) == 0 else { throw POSIXError(.EADDRINUSE) }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread { [self] in accept() }.start()
    }

    /// `127.0.0.1:PORT`.
    public var address: String { "127.0.0.1:\(port)" }
    /// `http://127.0.0.1:PORT/`.
    public var url: String { "http://\(address)/" }
    /// What was asked, in order.
    public var requests: [Request] { state.withLock { $0.requests } }
    /// How many connections the client ended.
    public var hangUps: Int { state.withLock { $0.hangUps } }

    /// Waits until so many requests have come and so many connections were ended by the client, or until the task is
    /// cancelled.
    public func wait(forRequests requests: Int = 0, hangUps: Int = 0) async {
        let id = state.withLock { state in
            state.nextWaiting += 1
            return state.nextWaiting
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { state in
                    state.waiting[id] = Waiting(requests: requests, hangUps: hangUps, continuation: continuation)
                }
                if Task.isCancelled { giveUp(id) }
                tell()
            }
        } onCancel: {
            giveUp(id)
        }
    }

    private func giveUp(_ id: Int) {
        let waiting = state.withLock { $0.waiting.removeValue(forKey: id) }
        waiting?.continuation.resume()
    }

    /// Ends the server and all connections.
    public func stop() {
        state.withLock { state in
            state.isStopped = true
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// Wakes those whose wait is over.
    private func tell() {
        let done = state.withLock { state in
            let done = state.waiting.filter {
                state.requests.count >= $0.value.requests && state.hangUps >= $0.value.hangUps
            }
            for id in done.keys { state.waiting[id] = nil }
            return done.values.map(\.continuation)
        }
        for continuation in done { continuation.resume() }
    }

    private func accept() {
        while true {
            let client = Foundation.accept(listener, nil, nil)
            guard client >= 0 else { break }
            let isWelcome = state.withLock { state in
                if !state.isStopped { state.connections.insert(client) }
                return !state.isStopped
            }
            guard isWelcome else {
                close(client)
                continue
            }
            Thread { [self] in
                let wasHungUp = serve(client)
                state.withLock { state in
                    state.connections.remove(client)
                    if wasHungUp, !state.isStopped { state.hangUps += 1 }
                }
                close(client)
                tell()
            }.start()
        }
        close(listener)
    }

    /// Serves one connection.
    ///
    /// - Returns: Whether the client ended it.
    private func serve(_ client: Int32) -> Bool {
        while let request = readRequest(client) {
            let reply = script(request)
            state.withLock { $0.requests.append(request) }
            tell()
            for step in reply.steps {
                switch step {
                case .send(let bytes): guard send(bytes, to: client) else { return true }
                case .sendForever(let bytes):
                    while send(bytes, to: client) {}
                    return true
                case .wait(let event): guard wait(for: event, or: client) else { return true }
                case .keepSilent:
                    waitForHangUp(client)
                    return true
                case .finishSending: shutdown(client, Int32(SHUT_WR))
                case .reset:
                    var linger = linger(l_onoff: 1, l_linger: 0)
                    setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
                    return false
                }
            }
            guard reply.keepsConnection else { return false }
        }
        return true
    }

    /// Reads a request of at most 64 KB; nil if the client hung up before it was whole.
    private func readRequest(_ client: Int32) -> Request? {
        let end: [UInt8] = framing == .http ? [13, 10, 13, 10] : [10]
        var text: [UInt8] = []
        var byte: UInt8 = 0
        while text.count < 65536, text.suffix(end.count) != end[...] {
            guard recv(client, &byte, 1, 0) == 1 else { return nil }
            text.append(byte)
        }
        return Request(text: String(decoding: text, as: UTF8.self))
    }

    private func send(_ bytes: [UInt8], to client: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Foundation.send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    private func waitForHangUp(_ client: Int32) {
        var byte: UInt8 = 0
        while recv(client, &byte, 1, 0) == 1 {}
    }

    /// Returns whether the event came first.
    private func wait(for event: ReplayEvent, or client: Int32) -> Bool {
        var descriptors = [
            pollfd(fd: event.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: client, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&descriptors, 2, -1) < 0 {}
        return descriptors[0].revents != 0
    }
}

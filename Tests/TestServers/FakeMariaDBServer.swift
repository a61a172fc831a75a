import Foundation
import Locks

/// What poses as MariaDB on a port of 127.0.0.1: speaks just enough of the protocol to be logged in to, and answers as it
/// is told.
public final class FakeMariaDBServer: Sendable {
    /// How it answers.
    public struct Script: Sendable {
        /// The way to log in that its greeting names.
        public var greeting = "mysql_native_password"
        /// The way to log in that it asks for then; nil: it lets everybody in.
        public var asksFor: String?
        /// How many parameters it counts in a statement that it prepares; nil: as many as it has `?`.
        public var parameters: Int?
        /// How many columns, each with the value `7`, the one row of its answers has.
        public var columns = 5
        /// The server's error that it answers to a prepared statement, if any.
        public var executionError: UInt16?
        /// What it answers to `COMMIT`, if not that all is well.
        public var commit: [UInt8]?

        /// One that lets everybody in.
        public init() {}
    }

    /// Where it listens.
    public let port: UInt16
    private let shared: Shared

    /// Starts to listen.
    public init(_ script: Script) throws {
        port = try freePort()
        shared = Shared(script, listener: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        let listener = shared.listener
        guard withAddress(of: port, { bind(listener, $0, $1) }) == 0, listen(listener, 16) == 0 else {
            throw ServerError("the fake server cannot listen")
        }
        let shared = shared
        Thread { shared.run() }.start()
    }

    deinit { shutdown(shared.listener, Int32(SHUT_RDWR)) }

    /// Every byte that clients have sent.
    public var received: [UInt8] { shared.received.withLock { $0 } }

    /// Whether a client went along with ``Script/asksFor``; it is then hung up on.
    public var isProved: Bool { shared.isProved.withLock { $0 } }

    private final class Shared: Sendable {
        let listener: Int32
        let received = Mutex<[UInt8]>([])
        let isProved = Mutex(false)
        private let script: Script

        init(_ script: Script, listener: Int32) { (self.script, self.listener) = (script, listener) }

        func run() {
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { break }
                Thread { [self] in
                    serve(client)
                    close(client)
                }.start()
            }
            close(listener)
        }

        private func serve(_ client: Int32) {
            let scramble = Array("12345678abcdefghijkl".utf8)
            // Protocol 4.1, secure connection, database at connect, found rows, transactions; upper half: plugins.
            var greeting: [UInt8] = [10] + Array("8.0.99-fake".utf8) + [0, 1, 0, 0, 0] + scramble[..<8] + [0]
            greeting += [0x0B, 0xA2, 45, 2, 0, 0x08, 0x00, 21] + [UInt8](repeating: 0, count: 10)
            greeting += scramble[8...] + [0] + Array(script.greeting.utf8) + [0]
            send(greeting, 0, to: client)
            guard let (_, sequence) = receive(from: client) else { return }
            if let plugin = script.asksFor {
                send([0xFE] + Array(plugin.utf8) + [0] + scramble + [0], sequence + 1, to: client)
                if receive(from: client) != nil { isProved.withLock { $0 = true } }
                return
            }
            send(Self.ok, sequence + 1, to: client)
            var inserts = false
            while let (command, _) = receive(from: client) {
                if command.first == 0x16 { inserts = command.dropFirst().starts(with: "INSERT".utf8) }
                answer(command, inserts: inserts, to: client)
            }
        }

        /// - Parameter inserts: Whether the last statement that was prepared does.
        private func answer(_ command: [UInt8], inserts: Bool, to client: Int32) {
            switch command.first {
            case 0x16:  // prepare
                let parameters = script.parameters ?? command.count { $0 == UInt8(ascii: "?") }
                let columns = inserts ? 0 : script.columns
                let counts = [UInt8(columns), 0, UInt8(parameters), 0]
                var packets: [[UInt8]] = [[0, 1, 0, 0, 0] + counts + [0, 0, 0]]
                for count in [parameters, columns] where count > 0 {
                    packets += Array(repeating: Self.column, count: count) + [Self.end]
                }
                send(packets, to: client)
            case 0x17 where inserts: send([[0, 1, 0, 2, 0, 0, 0]], to: client)  // one row
            case 0x17:  // execute
                if let error = script.executionError {
                    send([[0xFF, UInt8(error & 0xFF), UInt8(error >> 8)] + Array("#HY000no".utf8)], to: client)
                    return
                }
                let nulls = [UInt8](repeating: 0, count: (script.columns + 9) / 8)
                let value: [UInt8] = [1, UInt8(ascii: "7")]
                let row: [UInt8] = [0] + nulls + Array(repeating: value, count: script.columns).joined()
                var packets: [[UInt8]] = [[UInt8(script.columns)]]
                packets += Array(repeating: Self.column, count: script.columns)
                packets += [Self.end, row, Self.end]
                send(packets, to: client)
            case 0x19: break  // close a statement: no answer
            case 0x03 where command.dropFirst().elementsEqual("COMMIT".utf8):
                send([script.commit ?? Self.ok], to: client)
            default: send([Self.ok], to: client)
            }
        }

        private static let ok: [UInt8] = [0, 0, 0, 2, 0, 0, 0]
        private static let end: [UInt8] = [0xFE, 0, 0, 2, 0]
        private static let column: [UInt8] =
            [3] + Array("def".utf8) + [0, 0, 0, 1, UInt8(ascii: "c"), 0, 12, 45, 0, 255, 0, 0, 0, 253, 0, 0, 0, 0, 0]

        private func send(_ packets: [[UInt8]], to client: Int32) {
            for (index, packet) in packets.enumerated() { send(packet, UInt8(index + 1), to: client) }
        }

        private func send(_ packet: [UInt8], _ sequence: UInt8, to client: Int32) {
            let bytes = [UInt8(packet.count & 0xFF), UInt8(packet.count >> 8), 0, sequence] + packet
            _ = Foundation.send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        }

        /// The next packet and its number.
        private func receive(from client: Int32) -> (packet: [UInt8], sequence: UInt8)? {
            guard let head = bytes(4, from: client) else { return nil }
            guard let packet = bytes(Int(head[0]) | Int(head[1]) << 8 | Int(head[2]) << 16, from: client) else {
                return nil
            }
            return (packet, head[3])
        }

        private func bytes(_ count: Int, from client: Int32) -> [UInt8]? {
            var all: [UInt8] = []
            while all.count < count {
                var buffer = [UInt8](repeating: 0, count: count - all.count)
                let read = recv(client, &buffer, buffer.count, 0)
                guard read > 0 else { return nil }
                all += buffer[..<read]
                received.withLock { $0 += buffer[..<read] }
            }
            return all
        }
    }
}

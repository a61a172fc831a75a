import Foundation
import HTTPKit
import Locks
import Logging
import Testing

/// Listening sockets that outlive a server.
@Suite(.timeLimit(.minutes(1)))
struct SocketKeeperTests {
    /// Keeps copies, as a service manager does.
    private final class Keeper: SocketKeeper {
        private let kept = Mutex<[String: CInt]>([:])
        private let taken = Mutex(0)
        private let whenTaken = Mutex<(@Sendable () -> Void)?>(nil)

        /// Has something done just before a socket is given out; nil: nothing any more.
        func whenTaken(_ action: (@Sendable () -> Void)?) { whenTaken.withLock { $0 = action } }

        /// Begins with a socket that listens at a free port of an address.
        func listen(_ host: String) throws -> Int {
            let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            inet_pton(AF_INET, host, &address.sin_addr)
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isBound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, length) == 0 && Glibc.listen(descriptor, 16) == 0
                        && getsockname(descriptor, $0, &length) == 0
                }
            }
            try #require(isBound)
            let port = Int(UInt16(bigEndian: address.sin_port))
            kept.withLock { $0["\(host):\(port)"] = descriptor }
            return port
        }

        var places: [String] { kept.withLock { $0.keys.sorted() } }
        /// How many sockets were given out.
        var count: Int { taken.withLock { $0 } }

        @discardableResult
        func restrict(to places: Set<String>) -> Bool {
            kept.withLock { kept in
                let others = kept.filter { !places.contains($0.key) }
                for (place, descriptor) in others {
                    close(descriptor)
                    kept[place] = nil
                }
                return !others.isEmpty
            }
        }
        func letGo() { restrict(to: []) }
        /// How many may wait in the queue of a place's socket.
        func queueLength(_ place: String) -> UInt32? {
            kept.withLock { kept in
                guard let descriptor = kept[place] else { return nil }
                var info = tcp_info()
                var length = socklen_t(MemoryLayout<tcp_info>.size)
                // Of a socket that listens: who waits, and how many may.
                return getsockopt(descriptor, CInt(IPPROTO_TCP), TCP_INFO, &info, &length) == 0 ? info.tcpi_sacked : nil
            }
        }
        func take(_ place: String) -> CInt? {
            whenTaken.withLock { $0 }?()
            let copy = kept.withLock { $0[place].map { dup($0) } }
            if copy != nil { taken.withLock { $0 += 1 } }
            return copy
        }
        func keep(_ descriptor: CInt, at place: String) {
            kept.withLock { kept in
                if kept[place] == nil { kept[place] = dup(descriptor) }
            }
        }
        deinit { restrict(to: []) }
    }

    private func ask(_ port: Int, keeper: Keeper) async throws {
        let listener = Listener(.tcp(host: "127.0.0.1", port: port))
        try await TestServer.with([.livez], listeners: [listener], keeper: keeper) { server in
            let client = try server.client()
            try await client.send(get("/livez"))
            #expect(try await client.readAnswer().status == 200)
        }
    }

    @Test func `who connects while the server is started anew is answered`() async throws {
        let keeper = Keeper()
        let port = try keeper.listen("127.0.0.1")
        try await ask(port, keeper: keeper)
        let client = try RawClient(port: port)
        try await client.send(get("/livez"))
        try await ask(port, keeper: keeper)
        #expect(try await client.readAnswer().status == 200)
        #expect(keeper.count == 2)
        let most = try String(contentsOfFile: "/proc/sys/net/core/somaxconn", encoding: .utf8)
        let wanted = min(1024, UInt32(most.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 1024)
        #expect(keeper.queueLength("127.0.0.1:\(port)") == wanted, "it was 16 where it came from")
    }

    @Test func `who connects while a server begins that is to end already is answered`() async throws {
        let keeper = Keeper()
        let port = try keeper.listen("127.0.0.1")
        let clients = try (0..<4).map { _ in try RawClient(port: port) }
        for client in clients { try await client.send(get("/livez")) }
        var configuration = HTTPServer.Configuration(host: "127.0.0.1", port: port)
        configuration.keeper = keeper
        let server = HTTPServer(
            configuration: configuration, router: Router([.livez]), logger: Logger(label: "test"))
        keeper.whenTaken { server.shutdown() }
        try await server.run()
        keeper.whenTaken(nil)
        // Whom it had taken in it has answered; the others are the next one's.
        try await ask(port, keeper: keeper)
        for client in clients { #expect(try await client.readAnswer().status == 200) }
    }

    @Test func `a socket of its own is given to be kept, unless the port is any`() async throws {
        let keeper = Keeper()
        let port = try keeper.listen("127.0.0.1")
        keeper.restrict(to: [])
        try await ask(port, keeper: keeper)
        #expect(keeper.places == ["127.0.0.1:\(port)"])
        #expect(keeper.count == 0)
        try await ask(port, keeper: keeper)
        #expect(keeper.count == 1)
        try await ask(0, keeper: keeper)
        #expect(keeper.places == [])
    }

    @Test func `what is kept for another place is not in the way`() async throws {
        let keeper = Keeper()
        let port = try keeper.listen("0.0.0.0")
        try await ask(port, keeper: keeper)
        #expect(keeper.places == ["127.0.0.1:\(port)"])
        #expect(keeper.count == 0)
    }
}

import TestKit
import AuditCore
import DNSResolver
import Foundation
import Locks
import ReplayUpstream
import Testing

@testable import Whois

@Suite(.timeLimit(.minutes(2))) struct BootstrapStoreTests {
    private let clock = HandClock()
    private let log = RecordedLog(isDetailed: false)
    private let state: TemporaryDirectory

    init() throws { state = try TemporaryDirectory() }

    /// A list that comes from a URL.
    private func store(
        _ url: String, at time: Int64 = 1_000_000_000_000,
        spread: @escaping @Sendable (Duration) -> Duration = { _ in .zero }
    ) throws -> BootstrapStore {
        var configuration = RegistryConfiguration()
        configuration.spread = spread
        configuration.bootstrap = .url(url)
        configuration.allowsHTTP = true
        configuration.stateDirectory = state.path
        let (clock, start) = (clock, clock.now)
        configuration.now = { Timestamp(milliseconds: time).advanced(by: start.duration(to: clock.now)) }
        let upstreamClock = MonotonicTime(clock)
        return try BootstrapStore(
            configuration, getter: HTTPGetter(userAgent: "test", now: configuration.now),
            gates: Gates(clock: upstreamClock, slowness: .seconds(1), logger: log.logger), clock: upstreamClock,
            logger: log.logger)
    }

    /// A server of lists that name one server, `https://rdap.example/`.
    private func lists(_ script: @escaping @Sendable (Int) -> ReplayReply? = { _ in nil }) throws -> ReplayServer {
        let count = Mutex(0)
        return try ReplayServer(.http) { request in
            let number = count.withLock { count in
                count += 1
                return count
            }
            let prefix = request.path.hasSuffix("ipv4.json") ? "0.0.0.0/0" : "::/0"
            return script(number) ?? .http(body: Array(bootstrapFile([prefix], "https://rdap.example/").utf8))
        }
    }

    @Test func `a list from a URL is read at start, and anew every day`() async throws {
        let server = try lists()
        defer { server.stop() }
        let store = try store(server.url + "list/")
        #expect(store.base(for: .client) == nil, "no list yet, and IANA's servers were not named")
        let task = Task { await store.run() }
        await server.wait(forRequests: 2)
        #expect(server.requests.map(\.path) == ["/list/ipv4.json", "/list/ipv6.json"])
        clock.advance(by: .seconds(86_400))
        await server.wait(forRequests: 4)
        clock.advance(by: .seconds(86_400))
        await server.wait(forRequests: 6)
        task.cancel()
        await task.value
    }

    @Test func `servers that were started together read at times of their own`() async throws {
        let server = try lists()
        defer { server.stop() }
        let bounds = Mutex<[Duration]>([])
        let store = try store(server.url + "list/") { bound in
            bounds.withLock { $0.append(bound) }
            return bound / 2
        }
        let task = Task { await store.run() }
        while bounds.withLock({ $0.isEmpty }) { await Task.yield() }
        clock.advance(by: .seconds(4))
        #expect(server.requests.isEmpty)
        clock.advance(by: .seconds(6))
        await server.wait(forRequests: 2)
        #expect(bounds.withLock { $0 } == [.seconds(10)])
        // The next day's reading is spread over the last tenth of the day before it.
        clock.advance(by: .seconds(86_400))
        await server.wait(forRequests: 4)
        while bounds.withLock({ $0.count }) < 2 { await Task.yield() }
        #expect(bounds.withLock { $0 } == [.seconds(10), .seconds(8640)])
        let read = server.requests.count
        clock.advance(by: .seconds(86_400 - 4320 - 1))
        #expect(server.requests.count == read)
        clock.advance(by: .seconds(1))
        await server.wait(forRequests: 6)
        task.cancel()
        await task.value
    }

    @Test func `a lookup that needs the list does not wait for its turn`() async throws {
        let server = try lists()
        defer { server.stop() }
        let store = try store(server.url + "list/") { $0 }
        let task = Task { await store.run() }
        #expect(await store.ensureRead(by: .seconds(3)))
        #expect(server.requests.count == 2)
        task.cancel()
        await task.value
    }

    @Test func `the first lookup that needs a list from a URL has it read, and all others wait for that`() async throws
    {
        let server = try lists()
        defer { server.stop() }
        let store = try store(server.url + "list/")
        async let one = store.ensureRead(by: .seconds(3))
        async let two = store.ensureRead(by: .seconds(3))
        let readers = await [one, two]
        #expect(readers.count { $0 } <= 1)
        #expect(store.base(for: .client)?.url == "https://rdap.example/")
        let again = await store.ensureRead(by: .seconds(3))
        #expect(!again)
        #expect(server.requests.count == 2)
    }

    @Test func `a list that does not come is waited for no longer than the lookup may, and once`() async throws {
        let server = try lists { _ in .silence }
        defer { server.stop() }
        let store = try store(server.url)
        async let first = store.ensureRead(by: .seconds(3))
        await server.wait(forRequests: 1)
        clock.advance(by: .seconds(3))
        #expect(await first)
        #expect(store.base(for: .client) == nil)
        let again = await store.ensureRead(by: .seconds(6))
        #expect(!again)
        #expect(server.requests.count == 1)
    }

    @Test func `a list that was read is kept with its date, and not read again before it is a day old`() async throws {
        let server = try lists()
        defer { server.stop() }
        let url = server.url + "list/"
        #expect(await (try store(url)).refresh(from: url))
        #expect(state.files == ["rdap-bootstrap.json"])
        let kept = try store(url, at: 1_000_000_000_000 + 86_000_000)
        #expect(kept.base(for: .client)?.url == "https://rdap.example/")
        #expect(kept.base(for: .client)?.isNamedByAdministrator == true)
        #expect(kept.base(for: .client)?.registry == .ripencc)
        let task = Task { await kept.run() }
        clock.advance(by: .seconds(399))
        #expect(server.requests.count == 2)
        clock.advance(by: .seconds(1))
        await server.wait(forRequests: 4)
        task.cancel()
        await task.value
        #expect(try store("http://127.0.0.1:1/other/").base(for: .client) == nil, "kept from elsewhere")
    }

    @Test func `a list that cannot be had or read changes nothing`() async throws {
        let replies: [ReplayReply] = [
            .http(500), .http(404), .http(body: Array("<html>".utf8)), .http(body: Array("{}".utf8)), .reset,
            .redirect(to: "/list/ipv4.json"), .http(body: Array(repeating: 32, count: Bootstrap.maxBytes + 1)),
        ]
        for reply in replies {
            let server = try lists { $0 > 2 ? reply : nil }
            defer { server.stop() }
            let url = server.url + "list/"
            let store = try store(url)
            #expect(await store.refresh(from: url))
            #expect(await !store.refresh(from: url))
            #expect(store.base(for: .client)?.url == "https://rdap.example/")
            #expect(log.messages.last == "warning: the list of RDAP servers could not be read anew")
        }
    }

    @Test func `a list that could not be had is tried again after an hour`() async throws {
        let server = try lists { $0 == 1 ? .http(500) : nil }
        defer { server.stop() }
        let store = try store(server.url)
        let task = Task { await store.run() }
        await server.wait(forRequests: 1)
        clock.advance(by: .seconds(3600))
        await server.wait(forRequests: 3)
        task.cancel()
        await task.value
    }

    @Test(arguments: ["", "{}", #"{"url":"URL","fetched":1,"ipv4":"{}","ipv6":"{}"}"#, "\u{0}\u{1}"])
    func `a kept list that is broken is as none`(text: String) throws {
        try state.write(text.replacingOccurrences(of: "URL", with: "http://127.0.0.1:1/"), to: "rdap-bootstrap.json")
        #expect(try store("http://127.0.0.1:1/").base(for: .client) == nil)
    }

    @Test func `a kept list of no possible date is as none`() throws {
        let list = bootstrapFile(["0.0.0.0/0"], "https://rdap.example/").replacingOccurrences(of: "\"", with: "\\\"")
            .replacingOccurrences(of: "\n", with: "")
        for (fetched, isKept) in [("1000000000000", true), ("-9223372036854775808", false)] {
            let list6 = list.replacingOccurrences(of: "0.0.0.0/0", with: "::/0")
            try state.write(
                """
                {"url": "http://127.0.0.1:1/", "fetched": {"milliseconds": \(fetched)}, "ipv4": "\(list)", "ipv6": "\(list6)"}
                """, to: "rdap-bootstrap.json")
            #expect((try store("http://127.0.0.1:1/").base(for: .client) != nil) == isKept)
        }
    }

    @Test func `until IANA's own list has been read the shipped one stands in for it`() throws {
        let base = try store("https://data.iana.org/rdap/").base(for: .client)
        #expect(base?.registry == .ripencc)
        #expect(base?.isNamedByAdministrator == false)
    }

    @Test func `a directory without a good list is refused`() throws {
        var configuration = RegistryConfiguration()
        configuration.bootstrap = .directory(state.path)
        let log = log
        func clients() throws -> RegistryClients {
            try RegistryClients(configuration, txt: ScriptedTXT { _ in .absent }, logger: log.logger)
        }
        #expect { try clients() } throws: { ($0 as? LookupError)?.code == .unreadable }
        try state.write("{}", to: "ipv4.json")
        try state.write("{}", to: "ipv6.json")
        let path = state.path
        #expect {
            try clients()
        } throws: {
            let error = $0 as? LookupError
            return error?.code == .malformed && error?.detail == "\(path)/ipv4.json:1:1: services: an array is expected"
        }
    }

    @Test func `nobody is asked for a list where there is none to ask for`() async throws {
        let clients = try RegistryClients(
            RegistryConfiguration(), txt: ScriptedTXT { _ in .absent }, logger: log.logger)
        await clients.run()
        await clients.shutDown(within: .seconds(10))
        #expect(clients.statuses.isEmpty)
    }
}

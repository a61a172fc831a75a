import HTTPKit
import StrictJSON
import Logging

/// A server on a free port for the time of a closure.
struct TestServer: Sendable {
    /// Where it listens, in the order of its listeners.
    let addresses: [ListenAddress]
    let server: HTTPServer
    let router: Router
    let observed: Observations
    let unserved: Observations

    /// Of the first listener.
    var port: Int { addresses.first?.port ?? 0 }

    func client() throws -> RawClient { try RawClient(port: port) }

    /// A client of the listener with this number, from 0.
    func client(_ number: Int) throws -> RawClient {
        switch addresses[number] {
        case .tcp(_, let port): try RawClient(port: port)
        case .unix(let path, _, _): try RawClient(path: path)
        }
    }

    static func with<Result: Sendable>(
        _ routes: [Route], settings: HTTPSettings = HTTPSettings(), gracePeriod: Duration = .seconds(10),
        listeners: [Listener] = [Listener(.tcp(host: "127.0.0.1", port: 0))], keeper: (any SocketKeeper)? = nil,
        _ body: @Sendable (TestServer) async throws -> Result
    ) async throws -> Result {
        let router = Router(routes, settings: settings)
        let (observed, unserved) = (Observations(), Observations())
        var configuration = HTTPServer.Configuration(listeners)
        configuration.gracePeriod = gracePeriod
        configuration.keeper = keeper
        let server = HTTPServer(
            configuration: configuration, router: router, logger: Logger(label: "test"),
            finished: { route, status, _ in observed.append("\(route) \(status)") },
            unserved: { unserved.append("\($0)") })
        let (bindings, binding) = AsyncStream.makeStream(of: [ListenAddress].self)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { binding.finish() }
                try await server.run { binding.yield($0) }
            }
            var iterator = bindings.makeAsyncIterator()
            guard let bound = await iterator.next() else { throw RawClient.Failure(description: "not bound") }
            defer { server.shutdown() }
            return try await body(
                TestServer(addresses: bound, server: server, router: router, observed: observed, unserved: unserved))
        }
    }
}

/// What the server told an observer: `"/auth 200"`, `"noRoom"`.
final class Observations: Sendable {
    private let entries: (stream: AsyncStream<String>, continuation: AsyncStream<String>.Continuation) =
        AsyncStream.makeStream()

    func append(_ entry: String) { entries.continuation.yield(entry) }

    /// Waits for the next entry.
    func next() async -> String? { await entries.stream.first { _ in true } }
}

/// A handler that reports when it was entered and stays until it is let go.
final class Gate: Sendable {
    private let entries: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation) =
        AsyncStream.makeStream()
    private let exits: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation) =
        AsyncStream.makeStream()

    /// For the handler: tells, then waits for ``open()`` or cancellation.
    func pass() async {
        entries.continuation.yield()
        for await _ in exits.stream { break }
    }

    /// Waits until `count` more handlers have come.
    func awaitEntries(_ count: Int = 1) async {
        var missing = count
        for await _ in entries.stream {
            missing -= 1
            if missing == 0 { return }
        }
    }

    /// Lets every handler go, now and later.
    func open() { exits.continuation.finish() }
}

extension Route {
    /// `POST /echo`, which answers with the body it got.
    static let echo = Route(.post, "/echo") { HTTPResponse(200, contentType: "text/plain", body: $0.body) }
    /// `GET /livez`: open and exempt.
    static let livez = Route(.get, "/livez", access: .open, load: .exempt) { _ in
        .json(200, JSONText { $0.member("status", "ok") })
    }
}

/// A request as text; a body gets a Content-Length.
func post(_ path: String, _ body: String = "", fields: String...) -> String {
    "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n"
        + fields.map { $0 + "\r\n" }.joined() + "\r\n" + body
}
func get(_ path: String, fields: String...) -> String {
    "GET \(path) HTTP/1.1\r\nHost: a\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
}

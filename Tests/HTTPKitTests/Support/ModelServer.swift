import HTTPKit
import Testing

@testable import HTTPKit

/// What a server's connections share, in memory: routes, counts, and a clock that only ``pass(_:)`` moves.
@MainActor
final class ModelServer {
    /// What observers were told, oldest first: `"/echo 200"`.
    final class Observed {
        private var entries: [String] = []
        func append(_ entry: String) { entries.append(entry) }
        /// Takes the oldest entry.
        func next() -> String? { entries.isEmpty ? nil : entries.removeFirst() }
    }

    let router: Router
    let observed = Observed()
    private(set) var now = Duration.zero
    var inFlight = 0
    /// Whether handlers start.
    var takesCalls = true
    private var clients: [ModelClient] = []

    init(_ routes: [Route], settings: HTTPSettings) { router = Router(routes, settings: settings) }

    static func with(
        _ routes: [Route], settings: HTTPSettings = HTTPSettings(),
        _ body: @MainActor (ModelServer) async throws -> Void
    ) async throws {
        let server = ModelServer(routes, settings: settings)
        try await body(server)
        for client in server.clients { client.reset() }
        let served = server.clients.count { $0.isServed }
        #expect(server.inFlight == served, "places in flight are given back")
    }

    func client() -> ModelClient {
        let client = ModelClient(self)
        clients.append(client)
        return client
    }

    /// Lets time go by: what has a deadline by then reaches it.
    func pass(_ duration: Duration) {
        now += duration
        for client in clients { client.timePassed() }
    }

    func drain() { for client in clients { client.drain() } }

    func giveUp() { for client in clients { client.giveUp() } }
}

import HTTPKit
import Logging
import Testing

/// The server's question to itself.
@Suite(.timeLimit(.minutes(1)))
struct SelfProbeTests {
    @Test(arguments: ["127.0.0.1", "::1", "0.0.0.0", "::"])
    func `it is answered through the socket that clients use`(host: String) async throws {
        let server = HTTPServer(
            configuration: HTTPServer.Configuration(host: host, port: 0), router: Router([.livez]),
            logger: Logger(label: "test"))
        #expect(await server.answers("/livez", within: .seconds(10)) == .none, "before it listens")
        let (ports, port) = AsyncStream.makeStream(of: [ListenAddress].self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { port.yield($0) } }
            _ = await ports.first { _ in true }
            #expect(await server.answers("/livez", within: .seconds(10)) == .all)
            #expect(await server.answers("/elsewhere", within: .seconds(10)) == .none, "404 is no sign of life")
            server.shutdown()
            try await group.next()
        }
        #expect(await server.answers("/livez", within: .seconds(10)) == .none, "after it ended")
    }

    @Test func `a page that does not come in time is no sign of life`() async throws {
        let gate = Gate()
        let hanging = Route(.get, "/hang") { _ in
            await gate.pass()
            return .text(200, "late")
        }
        try await TestServer.with([hanging]) { server in
            #expect(await server.server.answers("/hang", within: .milliseconds(50)) == .none)
            gate.open()
        }
    }

    @Test func `a question takes the place of an idle connection where there is no other`() async throws {
        var settings = HTTPSettings()
        settings.limits.maxConnections = 1
        try await TestServer.with([.livez], settings: settings) { server in
            let idle = try server.client()
            try await idle.send(get("/livez"))
            #expect(try await idle.readAnswer().status == 200)
            #expect(await server.server.answers("/livez", within: .seconds(10)) == .all)
            #expect(try await idle.readToEnd() == "")
        }
    }
}

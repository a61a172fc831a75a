import HTTPKit
import Logging
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ShutdownTests {
    @Test func `what is in flight is finished, what is idle is closed, nothing new is accepted`() async throws {
        let gate = Gate()
        let slow = Route(.post, "/slow") { _ in
            await gate.pass()
            return .text(200, Task.isCancelled ? "cancelled" : "finished")
        }
        try await TestServer.with([slow, .livez]) { server in
            let (busy, idle) = (try server.client(), try server.client())
            try await idle.send(get("/livez"))
            _ = try await idle.readAnswer()
            try await busy.send(post("/slow"))
            await gate.awaitEntries()
            server.server.shutdown()
            #expect(try await idle.readToEnd() == "")  // at once, while the other is in flight
            #expect(throws: RawClient.Failure.self) { try RawClient(port: server.port) }
            gate.open()
            let answer = try await busy.readAnswer()
            #expect(answer.body == "finished")
            #expect(answer["connection"] == "close")
            #expect(try await busy.readToEnd() == "")
        }
    }

    @Test func `a body that is still coming is waited for`() async throws {
        try await TestServer.with([.echo, .livez]) { server in
            let (client, idle) = (try server.client(), try server.client())
            try await idle.send(get("/livez"))
            _ = try await idle.readAnswer()
            try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
            _ = try await client.readAnswer()  // 100: the head is in
            server.server.shutdown()
            _ = try await idle.readToEnd()
            try await client.send("hello")
            let answer = try await client.readAnswer()
            #expect(answer.body == "hello")
            #expect(answer["connection"] == "close")
        }
    }

    @Test func `after the grace period handlers are cancelled and their clients get 503`() async throws {
        let gate = Gate()
        let hanging = Route(.post, "/hang") { _ in
            await gate.pass()  // ends by cancellation only
            return .text(200, "too late")
        }
        try await TestServer.with([hanging], gracePeriod: .milliseconds(50)) { server in
            let client = try server.client()
            try await client.send(post("/hang"))
            await gate.awaitEntries()
            server.server.shutdown()
            let answer = try await client.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 503 "))
            #expect(answer.hasSuffix("{\"detail\":\"Service Unavailable\"}"))
        }
    }

    @Test func `a cancelled server cancels its handlers, sends their answers and returns`() async throws {
        let gate = Gate()
        let hanging = Route(.post, "/hang") { _ in
            await gate.pass()
            return .text(200, Task.isCancelled ? "cancelled" : "let go")
        }
        let server = HTTPServer(
            configuration: .init(host: "127.0.0.1", port: 0), router: Router([hanging]), logger: Logger(label: "test"))
        let (ports, port) = AsyncStream.makeStream(of: [ListenAddress].self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { port.yield($0) } }
            var iterator = ports.makeAsyncIterator()
            let client = try RawClient(port: try #require(await iterator.next()?.first?.port))
            try await client.send(post("/hang"))
            await gate.awaitEntries()
            group.cancelAll()
            #expect(try await client.readToEnd().hasSuffix("cancelled"))
        }
    }

    @Test func `a server that was shut down before it ran returns at once`() async throws {
        let server = HTTPServer(router: Router([]), logger: Logger(label: "test"))
        server.shutdown()
        server.shutdown()
        try await server.run { _ in Issue.record("it listens") }
    }

    @Test func `a port that is taken is an error that names it`() async throws {
        try await TestServer.with([.livez]) { server in
            let second = HTTPServer(
                configuration: .init(host: "127.0.0.1", port: server.port), router: Router([]),
                logger: Logger(label: "test"))
            let error = await #expect(throws: HTTPServerError.self) { try await second.run() }
            #expect(error?.description.hasPrefix("cannot listen on 127.0.0.1:\(server.port): ") == true)
        }
    }
}

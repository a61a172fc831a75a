import HTTPKit
import Logging
import Testing

/// What takes a socket to be seen: real deadlines, a client that does not read, the bounds and the end of a server. What a
/// connection says and when stands in the tables, ``MachineTests`` and what uses ``ModelServer``; `Expect` in
/// ``ContinueTests``.
@Suite(.timeLimit(.minutes(1)))
struct SocketTests {
    private func settings(_ change: (inout HTTPLimits) -> Void) -> HTTPSettings {
        var settings = HTTPSettings()
        change(&settings.limits)
        return settings
    }

    private func expectGoodAnswer(_ server: TestServer) async throws {
        let client = try server.client()
        try await client.send(post("/echo", "good"))
        #expect(try await client.readAnswer().body == "good")
    }

    @Test(arguments: [true, false])
    func `a client that sends 10 MB before it reads gets its 413`(isChunked: Bool) async throws {
        try await TestServer.with([.echo], settings: settings { $0.lingerTime = .seconds(30) }) { server in
            let client = try server.client()
            let field = isChunked ? "Transfer-Encoding: chunked" : "Content-Length: 10485760"
            try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\n")
            let piece = Array(((isChunked ? "10000\r\n" : "") + String(repeating: "x", count: 65_536)).utf8)
            for _ in 0..<160 {
                try await client.send(piece)
                if isChunked { try await client.send("\r\n") }
            }
            #expect(try await client.readAnswer().status == 413)
            try await expectGoodAnswer(server)
        }
    }

    @Test func `past the connection limit the one that has waited longest goes`() async throws {
        try await TestServer.with([.echo, .livez], settings: settings { $0.maxConnections = 3 }) { server in
            var clients: [RawClient] = []
            for _ in 0..<3 {
                let client = try server.client()
                try await client.send(get("/livez"))
                #expect(try await client.readAnswer().status == 200)
                clients.append(client)
            }
            try await clients[0].send(get("/livez"))  // now the second has waited longest
            _ = try await clients[0].readAnswer()
            try await expectGoodAnswer(server)
            #expect(try await clients[1].readToEnd() == "")
            try await clients[0].send(get("/livez"))
            #expect(try await clients[0].readAnswer().status == 200)
        }
    }

    @Test func `while every connection is being served, a further one is refused`() async throws {
        let gate = Gate()
        let slow = Route(.post, "/slow") { _ in
            await gate.pass()
            return .text(200, "done")
        }
        try await TestServer.with([slow], settings: settings { $0.maxConnections = 2 }) { server in
            let clients = try (0..<2).map { _ in try server.client() }
            for client in clients { try await client.send(post("/slow")) }
            await gate.awaitEntries(2)
            let refused = try server.client()
            #expect(try await refused.readToEnd() == "")
            #expect(await server.unserved.next() == "noRoom")
            // A question of the server to itself would find no room either, and that is no sign of trouble.
            #expect(await server.server.answers("/livez", within: .seconds(10)) == .all)
            gate.open()
            for client in clients { #expect(try await client.readAnswer().status == 200) }
        }
    }

    @Test func `a handler that hangs is cancelled at the request deadline, and the client gets 503`() async throws {
        let gate = Gate()
        let hanging = Route(.post, "/hang") { _ in
            await gate.pass()
            return .text(200, Task.isCancelled ? "cancelled" : "let go")
        }
        try await TestServer.with(
            [hanging, .echo], settings: settings { ($0.requestDeadline, $0.maxInFlight) = (.milliseconds(50), 1) }
        ) { server in
            let client = try server.client()
            try await client.send(post("/hang"))
            let answer = try await client.readAnswer()
            #expect(answer.status == 503)
            #expect(answer["connection"] == "close")
            #expect(try await client.readToEnd() == "")
            #expect(await server.observed.next() == "/hang 503")
            // Cancelled, so its place is free again though nobody opened the gate.
            while true {
                let other = try server.client()
                try await other.send(post("/echo", "room"))
                if try await other.readAnswer().status == 200 { break }
            }
        }
    }

    @Test func `clients that send nothing hinder nobody, one that does not read its answer is cut off`() async throws {
        let big = Route(.get, "/big") { _ in
            HTTPResponse(200, contentType: "text/plain", body: Array(repeating: 0x78, count: 32 << 20))
        }
        try await TestServer.with([big, .echo], settings: settings { $0.writeDeadline = .milliseconds(50) }) { server in
            let idle = try (0..<500).map { _ in try server.client() }
            for client in idle.prefix(250) { try await client.send("POST /echo HTTP/1.1\r\nHo") }
            for _ in 0..<20 { try await expectGoodAnswer(server) }
            try await idle[499].send(post("/echo", "still there"))
            #expect(try await idle[499].readAnswer().body == "still there")
            for _ in 0..<21 { #expect(await server.observed.next() == "/echo 200") }
            let client = try RawClient(port: server.port, receiveBuffer: 4096)
            try await client.send(get("/big"))
            #expect(await server.observed.next() == "/big 200")  // it is given up, unread
            let rest = try? await client.readToEnd()
            #expect((rest?.utf8.count ?? 0) < 32 << 20)
        }
    }

    @Test func `what is in flight is finished, what is on its way is answered, nothing new is accepted`() async throws {
        let gate = Gate()
        var settings = HTTPSettings()
        settings.limits.lastCall = .seconds(60)
        let slow = Route(.post, "/slow") { _ in
            await gate.pass()
            return .text(200, Task.isCancelled ? "cancelled" : "finished")
        }
        try await TestServer.with([slow, .livez], settings: settings) { server in
            let (busy, idle, fresh) = (try server.client(), try server.client(), try server.client())
            try await idle.send(get("/livez"))
            _ = try await idle.readAnswer()
            try await busy.send(post("/slow"))
            await gate.awaitEntries()
            server.server.shutdown()
            for client in [idle, fresh] {
                try await client.send(get("/livez"))
                #expect(try await client.readAnswer()["connection"] == "close")
                #expect(try await client.readToEnd() == "")
            }
            #expect(throws: RawClient.Failure.self) { try RawClient(port: server.port) }
            gate.open()
            let answer = try await busy.readAnswer()
            #expect(answer.body == "finished")
            #expect(answer["connection"] == "close")
            #expect(try await busy.readToEnd() == "")
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
}

import HTTPKit
import Testing

/// What a shutdown does to single connections; ``SocketTests`` shut whole servers down.
@MainActor
@Suite(.timeLimit(.minutes(1)))
struct ShutdownTests {
    @Test func `a body that is still coming is waited for`() async throws {
        try await ModelServer.with([.echo, .livez]) { server in
            let (client, idle) = (server.client(), server.client())
            idle.send(get("/livez"))
            _ = try await idle.readAnswer()
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
            _ = try await client.readAnswer()  // 100: the head is in
            server.drain()
            server.pass(.milliseconds(200))
            _ = try await idle.readToEnd()
            client.send("hello")
            let answer = try await client.readAnswer()
            #expect(answer.body == "hello")
            #expect(answer["connection"] == "close")
        }
    }

    @Test func `handlers that take no more are 503, and no place is lost`() async throws {
        try await ModelServer.with([.echo]) { server async throws in
            server.takesCalls = false
            let client = server.client()
            client.send(post("/echo", "late"))
            #expect(try await client.readAnswer().status == 503)
            #expect(server.inFlight == 0)
        }
    }
}

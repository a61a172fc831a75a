import HTTPKit
import Testing

/// Every bound, and that good requests go on meanwhile. Deadlines are short here; no test waits for a fixed time.
@Suite(.timeLimit(.minutes(1)))
struct LimitTests {
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

    @Test func `a body of the greatest length passes, one byte more is 413`() async throws {
        try await TestServer.with([.echo], settings: settings { $0.maxBody = 1000 }) { server in
            let client = try server.client()
            let longest = String(repeating: "x", count: 1000)
            try await client.send(post("/echo", longest))
            #expect(try await client.readAnswer().body == longest)
            try await client.send(
                "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n\(longest)\r\n0\r\n\r\n")
            #expect(try await client.readAnswer().body == longest)
            try await client.send(post("/echo", longest + "x"))
            #expect(try await client.readAnswer().body == "{\"detail\":\"Content Too Large\"}")
            #expect(try await client.readToEnd() == "")
        }
    }

    @Test func `a chunked body is cut off at the limit`() async throws {
        try await TestServer.with([.echo], settings: settings { $0.maxBody = 1000 }) { server in
            let client = try server.client()
            try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<11 { try await client.send("64\r\n" + String(repeating: "x", count: 100) + "\r\n") }
            let answer = try await client.readAnswer()
            #expect(answer.status == 413)
            #expect(answer["connection"] == "close")
            #expect(try await client.readToEnd() == "")
        }
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

    @Test func `bodies that are still arriving count as in flight, however they end`() async throws {
        let settings = settings { ($0.maxInFlight, $0.lingerTime) = (3, .milliseconds(10)) }
        try await TestServer.with([.echo, .livez], settings: settings) { server in
            let head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
            /// A client that was admitted, as soon as one is: the server takes a moment to see that another has gone.
            @Sendable func admitted() async throws -> RawClient {
                let deadline = ContinuousClock.now + .seconds(20)
                while true {
                    let client = try server.client()
                    try await client.send(head)
                    if try await client.readAnswer().status == 100 { return client }
                    try #require(ContinuousClock.now < deadline, "no place becomes free")
                }
            }
            for _ in 0..<3 {
                let arriving = [try await admitted(), try await admitted(), try await admitted()]
                let next = try server.client()
                try await next.send(post("/echo", "good"))
                #expect(try await next.readAnswer().status == 503)
                try await next.send(get("/livez"))
                #expect(try await next.readAnswer().status == 200)
                // One ends well, one is broken off, one says too much.
                try await arriving[0].send("hello")
                #expect(try await arriving[0].readAnswer().body == "hello")
                arriving[1].resetOnClose()
                try await arriving[2].send("hello" + get("/livez"))
                #expect(try await arriving[2].readAnswer().body == "hello")
            }
            for _ in 0..<3 { try await expectGoodAnswer(server) }
        }
    }

    @Test func `half a body and silence is 408, and the connection ends`() async throws {
        try await TestServer.with([.echo], settings: settings { $0.bodyDeadline = .milliseconds(50) }) { server in
            let client = try server.client()
            try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhal")
            let answer = try await client.readAnswer()
            #expect(answer.status == 408)
            #expect(answer["connection"] == "close")
            #expect(try await client.readToEnd() == "")
            #expect(await server.observed.next() == "/echo 408")
        }
    }

    @Test func `a refused request whose body does not come ends the connection too`() async throws {
        try await TestServer.with([.echo], settings: settings { $0.bodyDeadline = .milliseconds(50) }) { server in
            let client = try server.client()
            try await client.send("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhal")
            #expect(try await client.readAnswer().status == 404)
            #expect(try await client.readToEnd() == "")
        }
    }

    @Test func `a head that drips in is 408 at its deadline`() async throws {
        try await TestServer.with(
            [.livez], settings: settings { ($0.headDeadline, $0.maxHeadBytes) = (.milliseconds(100), 1 << 24) }
        ) { server in
            let (dripping, silent) = (try server.client(), try server.client())
            try await silent.send("GET /livez HTTP/1.1\r\nHost")
            async let drip: Void = {
                try await dripping.send("GET /livez HTTP/1.1\r\nHost: a\r\n")
                while true {  // until the server closes; no byte moves the deadline
                    try Task.checkCancellation()
                    try await dripping.send("x")
                }
            }()
            for client in [dripping, silent] {
                let answer = try await client.readAnswer()
                #expect(answer.status == 408)
                #expect(answer["connection"] == "close")
            }
            #expect(try await silent.readToEnd() == "")
            _ = try? await drip
        }
    }

    @Test(arguments: [
        String(repeating: "X-Field: 1\r\n", count: 65), "X: " + String(repeating: "x", count: 16_384) + "\r\n",
        String(repeating: "Xxxxxxxxx: " + String(repeating: "y", count: 500) + "\r\n", count: 40),
        "X:" + String(repeating: " ", count: 100_000) + "1\r\n", String(repeating: "x", count: 20_000) + ": 1\r\n",
    ])
    func `a head beyond its bounds is 431`(fields: String) async throws {
        try await TestServer.with([.livez]) { server in
            let client = try server.client()
            try await client.send("GET /livez HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
            let answer = try await client.readAnswer()
            #expect(answer.status == 431)
            #expect(answer["connection"] == "close")
        }
    }

    @Test func `a request target beyond the bound is 431`() async throws {
        try await TestServer.with([.livez]) { server in
            let client = try server.client()
            try await client.send(get("/" + String(repeating: "x", count: 20_000)))
            #expect(try await client.readAnswer().status == 431)
        }
    }

    @Test func `trailers count as fields`() async throws {
        try await TestServer.with([.echo]) { server in
            let client = try server.client()
            try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
            try await client.send(String(repeating: "X: 1\r\n", count: 100) + "\r\n")
            #expect(try await client.readAnswer().status == 431)
        }
    }

    @Test func `past the in-flight limit 503 comes at once, exempt routes go on, and room returns`() async throws {
        let gate = Gate()
        let slow = Route(.post, "/slow") { _ in
            await gate.pass()
            return .text(200, "done")
        }
        try await TestServer.with([slow, .livez, .echo], settings: settings { $0.maxInFlight = 3 }) { server in
            let clients = try (0..<3).map { _ in try server.client() }
            for client in clients { try await client.send(post("/slow")) }
            await gate.awaitEntries(3)
            let refused = try server.client()
            try await refused.send(post("/echo", "no room"))
            let answer = try await refused.readAnswer()
            #expect(answer.status == 503)
            #expect(answer["connection"] == nil)  // under load, a new connection costs both sides more
            try await refused.send(get("/livez"))
            #expect(try await refused.readAnswer().status == 200)
            gate.open()
            for client in clients { #expect(try await client.readAnswer().status == 200) }
            try await refused.send(post("/echo", "room"))
            #expect(try await refused.readAnswer().body == "room")
        }
    }

    @Test func `who was admitted keeps his place until his body is in`() async throws {
        try await TestServer.with([.echo], settings: settings { $0.maxInFlight = 1 }) { server in
            let (early, late) = (try server.client(), try server.client())
            try await early.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await early.readAnswer().status == 100)
            try await late.send(post("/echo", "secret"))
            #expect(try await late.readAnswer().status == 503)
            try await early.send("mine, ")
            #expect(try await early.readAnswer().body == "mine, ")
            try await late.send(post("/echo", "and mine"))
            #expect(try await late.readAnswer().body == "and mine")
        }
    }

    @Test func `bodies that do not come take a place in flight until their deadline, and no longer`() async throws {
        let settings = settings { ($0.maxInFlight, $0.bodyDeadline) = (5, .milliseconds(100)) }
        try await TestServer.with([.echo], settings: settings) { server in
            let halves = try (0..<20).map { _ in try server.client() }
            for half in halves {
                try await half.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhal")
            }
            for half in halves { #expect([408, 503].contains(try await half.readAnswer().status)) }
            for _ in 0..<3 { try await expectGoodAnswer(server) }
        }
    }

    @Test func `500 idle connections do not hinder good requests`() async throws {
        try await TestServer.with([.echo]) { server in
            let idle = try (0..<500).map { _ in try server.client() }
            for client in idle.prefix(250) { try await client.send("POST /echo HTTP/1.1\r\nHo") }
            for _ in 0..<20 { try await expectGoodAnswer(server) }
            try await idle[499].send(post("/echo", "still there"))
            #expect(try await idle[499].readAnswer().body == "still there")
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

    @Test func `an idle connection is closed in silence`() async throws {
        try await TestServer.with([.livez], settings: settings { $0.idleTimeout = .milliseconds(500) }) { server in
            let client = try server.client()
            try await client.send(get("/livez"))
            #expect(try await client.readAnswer().status == 200)
            #expect(try await client.readToEnd() == "")
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

    @Test func `a client that does not read its answer is cut off`() async throws {
        let big = Route(.get, "/big") { _ in
            HTTPResponse(200, contentType: "text/plain", body: Array(repeating: 0x78, count: 32 << 20))
        }
        try await TestServer.with([big], settings: settings { $0.writeDeadline = .milliseconds(50) }) { server in
            let client = try RawClient(port: server.port, receiveBuffer: 4096)
            try await client.send(get("/big"))
            #expect(await server.observed.next() == "/big 200")  // it is given up, unread
            let rest = try? await client.readToEnd()
            #expect((rest?.utf8.count ?? 0) < 32 << 20)
        }
    }

    @Test func `limits and token can be replaced while the server runs`() async throws {
        try await TestServer.with([.echo]) { server in
            let client = try server.client()
            try await client.send(post("/echo", "12345"))
            #expect(try await client.readAnswer().status == 200)
            var stricter = HTTPSettings(token: BearerToken("secret"))
            stricter.limits.maxBody = 4
            server.router.settings = stricter
            try await client.send(post("/echo", "1234"))
            #expect(try await client.readAnswer().status == 401)
            try await client.send(post("/echo", "1234", fields: "Authorization: bearer secret"))
            #expect(try await client.readAnswer().status == 200)
            try await client.send(post("/echo", "12345", fields: "Authorization: bearer secret"))
            #expect(try await client.readAnswer().status == 413)
        }
    }
}

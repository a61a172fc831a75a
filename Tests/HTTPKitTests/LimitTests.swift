import HTTPKit
import Testing

/// Every bound, and that good requests go on meanwhile. Time is the model's: it goes by when a test says so.
@MainActor
@Suite(.timeLimit(.minutes(1)))
struct LimitTests {
    private func settings(_ change: (inout HTTPLimits) -> Void) -> HTTPSettings {
        var settings = HTTPSettings()
        change(&settings.limits)
        return settings
    }

    private func expectGoodAnswer(_ server: ModelServer) async throws {
        let client = server.client()
        client.send(post("/echo", "good"))
        #expect(try await client.readAnswer().body == "good")
    }

    @Test func `a body of the greatest length passes, one byte more is 413`() async throws {
        try await ModelServer.with([.echo], settings: settings { $0.maxBody = 1000 }) { server async throws in
            let client = server.client()
            let longest = String(repeating: "x", count: 1000)
            client.send(post("/echo", longest))
            #expect(try await client.readAnswer().body == longest)
            client.send(
                "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n\(longest)\r\n0\r\n\r\n")
            #expect(try await client.readAnswer().body == longest)
            client.send(post("/echo", longest + "x"))
            #expect(try await client.readAnswer().body == "{\"detail\":\"Content Too Large\"}")
            #expect(try await client.readToEnd() == "")
        }
    }

    @Test func `a chunked body is cut off at the limit`() async throws {
        try await ModelServer.with([.echo], settings: settings { $0.maxBody = 1000 }) { server in
            let client = server.client()
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<11 { client.send("64\r\n" + String(repeating: "x", count: 100) + "\r\n") }
            let answer = try await client.readAnswer()
            #expect(answer.status == 413)
            #expect(answer["connection"] == "close")
            #expect(try await client.readToEnd() == "")
        }
    }

    @Test func `bodies that are still arriving count as in flight, however they end`() async throws {
        let settings = settings { $0.maxInFlight = 3 }
        try await ModelServer.with([.echo, .livez], settings: settings) { server in
            let head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
            @MainActor func admitted() async throws -> ModelClient {
                let client = server.client()
                client.send(head)
                #expect(try await client.readAnswer().status == 100)
                return client
            }
            for _ in 0..<3 {
                let arriving = [try await admitted(), try await admitted(), try await admitted()]
                let next = server.client()
                next.send(post("/echo", "good"))
                #expect(try await next.readAnswer().status == 503)
                next.send(get("/livez"))
                #expect(try await next.readAnswer().status == 200)
                // One ends well, one is broken off, one says too much.
                arriving[0].send("hello")
                #expect(try await arriving[0].readAnswer().body == "hello")
                arriving[1].reset()
                arriving[2].send("hello" + get("/livez"))
                #expect(try await arriving[2].readAnswer().body == "hello")
            }
            for _ in 0..<3 { try await expectGoodAnswer(server) }
        }
    }

    @Test func `half a body and silence is 408, and the connection ends`() async throws {
        try await ModelServer.with([.echo], settings: settings { $0.bodyDeadline = .milliseconds(50) }) { server in
            let client = server.client()
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhal")
            server.pass(.milliseconds(49))
            client.send("l")
            #expect(client.isQuiet)
            server.pass(.milliseconds(1))
            let answer = try await client.readAnswer()
            #expect(answer.status == 408)
            #expect(answer["connection"] == "close")
            #expect(try await client.readToEnd() == "")
            #expect(server.observed.next() == "/echo 408")
            #expect(!client.isClosed)  // it may still be sending (RFC 9112 section 9.6)
            server.pass(.seconds(2))
            #expect(client.isClosed)
        }
    }

    @Test func `a refused request whose body does not come ends the connection too`() async throws {
        let settings = settings { $0.bodyDeadline = .milliseconds(50) }
        try await ModelServer.with([.echo], settings: settings) { server async throws in
            let client = server.client()
            client.send("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhal")
            #expect(try await client.readAnswer().status == 404)
            server.pass(.milliseconds(49))
            #expect(client.isQuiet)
            server.pass(.milliseconds(1))
            #expect(try await client.readToEnd() == "")
        }
    }

    @Test func `a head that drips in is 408 at its deadline`() async throws {
        try await ModelServer.with(
            [.livez], settings: settings { ($0.headDeadline, $0.maxHeadBytes) = (.milliseconds(100), 1 << 24) }
        ) { server in
            let (dripping, silent) = (server.client(), server.client())
            silent.send("GET /livez HTTP/1.1\r\nHost")
            dripping.send("GET /livez HTTP/1.1\r\nHost: a\r\n")
            for _ in 0..<99 {  // no byte moves the deadline
                server.pass(.milliseconds(1))
                dripping.send("x")
            }
            #expect(dripping.isQuiet && silent.isQuiet)
            server.pass(.milliseconds(1))
            for client in [dripping, silent] {
                let answer = try await client.readAnswer()
                #expect(answer.status == 408)
                #expect(answer["connection"] == "close")
            }
            #expect(try await silent.readToEnd() == "")
        }
    }

    @Test(arguments: [
        String(repeating: "X-Field: 1\r\n", count: 65), "X: " + String(repeating: "x", count: 16_384) + "\r\n",
        String(repeating: "Xxxxxxxxx: " + String(repeating: "y", count: 500) + "\r\n", count: 40),
        "X:" + String(repeating: " ", count: 100_000) + "1\r\n", String(repeating: "x", count: 20_000) + ": 1\r\n",
    ])
    func `a head beyond its bounds is 431`(fields: String) async throws {
        try await ModelServer.with([.livez]) { server in
            let client = server.client()
            client.send("GET /livez HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
            let answer = try await client.readAnswer()
            #expect(answer.status == 431)
            #expect(answer["connection"] == "close")
        }
    }

    @Test func `a request target beyond the bound is 431`() async throws {
        try await ModelServer.with([.livez]) { server async throws in
            let client = server.client()
            client.send(get("/" + String(repeating: "x", count: 20_000)))
            #expect(try await client.readAnswer().status == 431)
        }
    }

    @Test func `trailers count as fields`() async throws {
        try await ModelServer.with([.echo]) { server async throws in
            let client = server.client()
            client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")
            client.send(String(repeating: "X: 1\r\n", count: 100) + "\r\n")
            #expect(try await client.readAnswer().status == 431)
        }
    }

    @Test func `past the in-flight limit 503 comes at once, exempt routes go on, and room returns`() async throws {
        let gate = Gate()
        let slow = Route(.post, "/slow") { _ in
            await gate.pass()
            return .text(200, "done")
        }
        try await ModelServer.with([slow, .livez, .echo], settings: settings { $0.maxInFlight = 3 }) { server in
            let clients = (0..<3).map { _ in server.client() }
            for client in clients { client.send(post("/slow")) }
            await gate.awaitEntries(3)
            let refused = server.client()
            refused.send(post("/echo", "no room"))
            let answer = try await refused.readAnswer()
            #expect(answer.status == 503)
            #expect(answer["connection"] == nil)  // under load, a new connection costs both sides more
            refused.send(get("/livez"))
            #expect(try await refused.readAnswer().status == 200)
            gate.open()
            for client in clients { #expect(try await client.readAnswer().status == 200) }
            refused.send(post("/echo", "room"))
            #expect(try await refused.readAnswer().body == "room")
        }
    }

    @Test func `who was admitted keeps his place until his body is in`() async throws {
        try await ModelServer.with([.echo], settings: settings { $0.maxInFlight = 1 }) { server async throws in
            let (early, late) = (server.client(), server.client())
            early.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await early.readAnswer().status == 100)
            late.send(post("/echo", "secret"))
            #expect(try await late.readAnswer().status == 503)
            early.send("mine, ")
            #expect(try await early.readAnswer().body == "mine, ")
            late.send(post("/echo", "and mine"))
            #expect(try await late.readAnswer().body == "and mine")
        }
    }

    @Test func `bodies that do not come take a place in flight until their deadline, and no longer`() async throws {
        let settings = settings { ($0.maxInFlight, $0.bodyDeadline) = (5, .milliseconds(100)) }
        try await ModelServer.with([.echo], settings: settings) { server in
            let halves = (0..<20).map { _ in server.client() }
            for half in halves {
                half.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhal")
            }
            for half in halves[5...] { #expect(try await half.readAnswer().status == 503) }
            let areQuiet = halves[..<5].allSatisfy(\.isQuiet)
            #expect(areQuiet)
            server.pass(.milliseconds(100))
            for half in halves[..<5] { #expect(try await half.readAnswer().status == 408) }
            for _ in 0..<3 { try await expectGoodAnswer(server) }
        }
    }

    @Test func `an idle connection is closed in silence`() async throws {
        let settings = settings { $0.idleTimeout = .milliseconds(500) }
        try await ModelServer.with([.livez], settings: settings) { server async throws in
            let client = server.client()
            client.send(get("/livez"))
            #expect(try await client.readAnswer().status == 200)
            server.pass(.milliseconds(499))
            #expect(client.isQuiet)
            server.pass(.milliseconds(1))
            #expect(client.isClosed)
            #expect(try await client.readToEnd() == "")
        }
    }

    @Test func `limits and token can be replaced while the server runs`() async throws {
        try await ModelServer.with([.echo]) { server async throws in
            let client = server.client()
            client.send(post("/echo", "12345"))
            #expect(try await client.readAnswer().status == 200)
            var stricter = HTTPSettings(token: BearerToken("secret"))
            stricter.limits.maxBody = 4
            server.router.settings = stricter
            client.send(post("/echo", "1234"))
            #expect(try await client.readAnswer().status == 401)
            client.send(post("/echo", "1234", fields: "Authorization: bearer secret"))
            #expect(try await client.readAnswer().status == 200)
            client.send(post("/echo", "12345", fields: "Authorization: bearer secret"))
            #expect(try await client.readAnswer().status == 413)
        }
    }

    @Test func `an answer that the client does not take is given up at its deadline`() async throws {
        let server = ModelServer([.livez], settings: settings { $0.writeDeadline = .milliseconds(50) })
        let client = server.client()
        client.isStalled = true
        client.send(get("/livez"))
        await client.served()
        server.pass(.milliseconds(49))
        #expect(!client.isClosed)
        #expect(server.observed.next() == nil)
        server.pass(.milliseconds(1))
        #expect(client.isClosed)
        #expect(server.observed.next() == "/livez 200")  // it is given up, unread
    }
}

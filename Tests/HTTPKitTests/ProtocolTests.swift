import TestKit
import HTTPKit
import Testing

/// What goes over the wire (RFC 9112).
@MainActor
@Suite(.timeLimit(.minutes(1)))
struct ProtocolTests {
    @Test func `an answer is written to the letter`() async throws {
        let route = Route(.get, "/teapot") { request in
            HTTPResponse(
                403, headers: [("X-Query", request.query ?? "none"), ("X-Bad", "a\r\nInjected: 1")],
                contentType: "application/json", body: Array("{}".utf8))
        }
        try await ModelServer.with([route]) { server async throws in
            let client = server.client()
            client.send(get("/teapot?a=b?c", fields: "Connection: close"))
            let expected =
                "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                + "X-Query: a=b?c\r\nX-Bad: a  Injected: 1\r\nConnection: close\r\n\r\n{}"
            #expect(try await client.readToEnd() == expected)
        }
    }

    @Test func `a connection serves one request after the other`() async throws {
        try await ModelServer.with([.echo, .livez]) { server in
            let client = server.client()
            for number in 0..<50 {
                client.send(post("/echo", "number \(number)"))
                let answer = try await client.readAnswer()
                #expect(answer.body == "number \(number)")
                #expect(answer["connection"] == nil)
            }
            for _ in 0..<50 { #expect(server.observed.next() == "/echo 200") }
        }
    }

    @Test func `pipelined requests are answered in order, also refused ones`() async throws {
        try await ModelServer.with([.echo, .livez]) { server in
            let client = server.client()
            var text = ""
            for number in 0..<5 {
                text += post("/echo", "\(number)") + get("/nowhere") + post("/livez", "skipped") + get("/livez")
            }
            for byte in text.utf8.prefix(40) { client.send([byte]) }
            client.send(Array(text.utf8.dropFirst(40)))
            var seen: [String] = []
            for _ in 0..<17 {
                let answer = try await client.readAnswer()
                seen.append("\(answer.status) \(answer.body)")
            }
            let round = ["404 {\"detail\":\"Not Found\"}", "405 {\"detail\":\"Method Not Allowed\"}"]
            #expect(seen.prefix(3) == ["200 0", round[0], round[1]])
            #expect(seen[3] == "200 {\"status\":\"ok\"}")
            #expect(seen[16] == "200 4")
        }
    }

    @Test func `more pipelined requests than the bound end the connection after the last that is served`() async throws
    {
        let gate = Gate()
        var settings = HTTPSettings()
        settings.limits.maxPipelined = 3
        let slow = Route(.get, "/slow") { _ in
            await gate.pass()
            return .text(200, "slow")
        }
        try await ModelServer.with([slow, .livez], settings: settings) { server in
            let client = server.client()
            client.send(get("/slow") + String(repeating: get("/livez"), count: 10))
            await gate.awaitEntries()
            gate.open()
            var answers: [Answer] = []
            for _ in 0..<4 { answers.append(try await client.readAnswer()) }
            #expect(answers.map(\.status) == [200, 200, 200, 200])
            #expect(answers.map { $0["connection"] } == [nil, nil, nil, "close"])
            #expect(try await client.readToEnd() == "")
        }
    }

    @Test func `HEAD of a GET route has the length and no body`() async throws {
        try await ModelServer.with([.livez]) { server in
            let client = server.client()
            client.send("HEAD /livez HTTP/1.1\r\nHost: a\r\n\r\n" + get("/livez"))
            let head = try await client.readAnswer(hasBody: false)
            #expect(head.status == 200)
            #expect(head["content-length"] == "15")
            #expect(try await client.readAnswer().body == "{\"status\":\"ok\"}")
        }
    }

    @Test func `HTTP 1_0 closes unless it asks to keep the connection`() async throws {
        try await ModelServer.with([.livez]) { server async throws in
            let client = server.client()
            client.send("GET /livez HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(try await client.readAnswer()["connection"] == "keep-alive")
            client.send("GET /livez HTTP/1.0\r\n\r\n")
            #expect(try await client.readAnswer()["connection"] == "close")
            #expect(try await client.readToEnd() == "")
        }
    }

    @Test func `the absolute form of a target is understood`() async throws {
        try await ModelServer.with([.livez]) { server async throws in
            let client = server.client()
            client.send(get("http://example.org/livez?x"))
            #expect(try await client.readAnswer().status == 200)
            client.send(get("http://example.org"))
            #expect(try await client.readAnswer().status == 404)
        }
    }

    @Test func `an offer to upgrade is ignored and the connection ends after the answer`() async throws {
        try await ModelServer.with([.livez, .echo]) { server async throws in
            let (client, other) = (server.client(), server.client())
            client.send(get("/livez", fields: "Connection: Upgrade", "Upgrade: h2c"))
            #expect(try await client.readAnswer()["connection"] == "close")
            other.send(post("/echo", "body", fields: "Connection: Upgrade", "Upgrade: h2c"))
            #expect(try await other.readAnswer().body == "body")
            #expect(try await other.readToEnd() == "")
        }
    }

    /// Everything that two programs could read in two ways, and plain garbage.
    @Test(arguments: [
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nhello", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\nhello", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\nhello", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: \r\n\r\nhello", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5 5\r\n\r\nhello", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\nhello", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\nhello", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \u{0B}chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\na\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n", 400),
        ("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\na\n0\n\n", 400),
        ("GET /livez HTTP/1.1\nHost: a\n\n", 505), ("GET /livez HTTP/1.1\r\nHost: a\r\n\tfolded\r\n\r\n", 400),
        ("GET /livez HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n", 400),
        ("GET /livez HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400),
        ("GET /livez HTTP/1.1\r\nHost: a\r\nX\u{0}: b\r\n\r\n", 400),
        ("GET /livez HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400),
        ("GET /livez HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", 400),
        ("GET /livez HTTP/1.1\r\n Host: a\r\n\r\n", 400), ("GET /liv\u{0}ez HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /livez HTTP/1.1\r\n\r\n", 400), ("GET /livez HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        ("GET /livez\r\n\r\n", 505), ("GET /livez HTTP/0.9\r\nHost: a\r\n\r\n", 505),
        ("GET /livez HTTP/1.2\r\nHost: a\r\n\r\n", 505), ("GET /livez HTTP/3.0\r\nHost: a\r\n\r\n", 505),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400), ("get /livez HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{FC}\u{3}\u{3}", 400), ("\u{0}\u{0}\u{0}\u{0}", 400),
        ("hello\r\n\r\n", 400), ("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 404),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 404),
    ])
    func `what is ambiguous or garbage is refused and the connection ends`(text: String, status: Int) async throws {
        try await ModelServer.with([.echo, .livez]) { server in
            let client = server.client()
            client.send(text)
            let answer = try await client.readAnswer()
            #expect(answer.status == status)
            #expect(answer["connection"] == "close")
            #expect(answer["content-type"] == "application/json")
            // Nothing after the fault is taken for another request.
            client.send(get("/livez"))
            #expect(try await client.readToEnd() == "")
        }
    }

    @Test func `random bytes never stop the server`() async throws {
        var generator = SeededNumbers(1)
        let pieces =
            ["GET ", "POST ", "/echo", " HTTP/1.1", "\r\n", "\n", "\r", "Host: a", ":", "Content-Length: 3"]
            + [
                "Transfer-Encoding: chunked", "Expect: 100-continue", "\r\n\r\n", "0", "\u{0}", "\u{FF}", "abc", "5;",
                " ",
            ]
        let texts = (0..<200).map { _ in
            (0..<Int.random(in: 1...20, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }
                .joined()
        }
        try await ModelServer.with([.echo, .livez]) { server in
            for text in texts {
                let client = server.client()
                client.send(text)
                client.closeOutput()
                _ = try await client.readToEnd()
            }
            let client = server.client()
            client.send(get("/livez"))
            #expect(try await client.readAnswer().status == 200)
        }
    }

    @Test func `a client that ends its side after the request still gets the answer`() async throws {
        try await ModelServer.with([.echo]) { server async throws in
            let client = server.client()
            client.send(post("/echo", "last words"))
            client.closeOutput()
            #expect(try await client.readToEnd().hasSuffix("\r\n\r\nlast words"))
        }
    }

    @Test(arguments: ["POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel", "GET /livez HTT"])
    func `a request that is cut short is answered 400`(text: String) async throws {
        try await ModelServer.with([.echo, .livez]) { server async throws in
            let client = server.client()
            client.send(text)
            client.closeOutput()
            #expect(try await client.readAnswer().status == 400)
            #expect(try await client.readToEnd() == "")
        }
    }

    @Test func `a client that resets the connection in the middle of a body does no harm`() async throws {
        try await ModelServer.with([.echo]) { server async throws in
            for _ in 0..<20 {
                let client = server.client()
                client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhal")
                #expect(server.inFlight == 1)
                client.reset()
                #expect(server.inFlight == 0)
            }
            let client = server.client()
            client.send(post("/echo", "good"))
            #expect(try await client.readAnswer().body == "good")
        }
    }

    @Test func `a handler ends in peace when its client resets the connection`() async throws {
        let gate = Gate()
        let slow = Route(.post, "/slow") { _ in
            await gate.pass()
            return .text(200, Task.isCancelled ? "cancelled" : "done")
        }
        try await ModelServer.with([slow, .livez]) { server async throws in
            let client = server.client()
            client.send(post("/slow"))
            await gate.awaitEntries()
            client.reset()
            gate.open()
            await client.served()
            #expect(server.observed.next() == "/slow 200")
            let other = server.client()
            other.send(get("/livez"))
            #expect(try await other.readAnswer().status == 200)
        }
    }
}

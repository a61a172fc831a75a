import HTTPKit
import StrictJSON
import Testing

/// `Expect: 100-continue` byte for byte (RFC 9110 section 10.1.1). Dovecot 2.3 stalls for two seconds at each new
/// connection if it is ignored, and until its timeout if 100 and the answer come together.
@Suite(.timeLimit(.minutes(1)))
struct ContinueTests {
    private let interim = "HTTP/1.1 100 Continue\r\n\r\n"

    private func head(_ path: String = "/echo", length: Int = 5, fields: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\nExpect: 100-continue\r\n\(fields)\r\n"
    }

    @Test func `100 goes out when the head is in, before any byte of the body`() async throws {
        try await TestServer.with([.echo]) { server in
            let client = try server.client()
            for body in ["hello", "again"] {  // the connection stays usable
                try await client.send(head())
                #expect(try await client.read(interim.utf8.count) == interim)
                try await client.send(body)
                let answer = try await client.readAnswer()
                #expect(answer.status == 200)
                #expect(answer.body == body)
            }
        }
    }

    @Test func `a chunked body is asked for too`() async throws {
        try await TestServer.with([.echo]) { server in
            let client = try server.client()
            try await client.send(
                "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-Continue\r\n\r\n")
            #expect(try await client.read(interim.utf8.count) == interim)
            try await client.send("3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n")
            #expect(try await client.readAnswer().body == "abcde")
        }
    }

    @Test func `100 goes out also when the head comes in pieces`() async throws {
        try await TestServer.with([.echo, .livez]) { server in
            let (client, other) = (try server.client(), try server.client())
            for piece in [head().prefix(20), head().dropFirst(20)] {
                try await client.send(String(piece))
                try await other.send(get("/livez"))  // by its answer the piece has been read
                _ = try await other.readAnswer()
            }
            #expect(try await client.read(interim.utf8.count) == interim)
            try await client.send("hello")
            #expect(try await client.readAnswer().body == "hello")
        }
    }

    @Test func `a body that comes unasked gets no 100`() async throws {
        try await TestServer.with([.echo]) { server in
            let client = try server.client()
            try await client.send(head() + "hello")
            #expect(try await client.readAnswer().status == 200)
            try await client.send(head(length: 0))
            #expect(try await client.readAnswer().status == 200)
        }
    }

    @Test func `an HTTP 1_0 client gets no 100`() async throws {
        try await TestServer.with([.echo]) { server in
            let client = try server.client()
            try await client.send("POST /echo HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
            try await client.send("hello")
            let answer = try await client.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(answer.hasSuffix("hello"))
        }
    }

    @Test(arguments: [
        ("/nowhere", 5, "", 404), ("/livez", 5, "", 405), ("/secret", 5, "Authorization: Bearer wrong\r\n", 401),
        ("/secret400", 5, "", 400), ("/echo", 65_537, "", 413), ("/echo", 5, "Expect: the-unexpected\r\n", 417),
        ("/echo", 5, "Transfer-Encoding: chunked\r\n", 400), ("/echo", 5, "Host: b\r\n", 400),
    ])
    func `a refusal goes out instead of the 100, and ends the connection`(
        path: String, length: Int, fields: String, status: Int
    ) async throws {
        let routes = [
            Route(.post, "/echo", access: .open) { .json(200, JSONText(.array([.integer($0.body.count)]))) }, .livez,
            Route(.post, "/secret") { _ in .failure(500) },
            Route(.post, "/secret400", access: .token(refusal: .badRequest)) { _ in .failure(500) },
        ]
        let settings = HTTPSettings(token: BearerToken("right"))
        try await TestServer.with(routes, settings: settings) { server in
            let client = try server.client()
            try await client.send(head(path, length: length, fields: fields))
            let answer = try await client.readAnswer()
            #expect(answer.status == status)
            #expect(answer["connection"] == "close")
            #expect(answer["content-type"] == "application/json")
            #expect(answer.body.hasPrefix("{\"detail\":\""))
            #expect(try await client.readToEnd() == "")
        }
    }

    @Test func `when too much is in flight, 503 goes out instead of the 100`() async throws {
        let gate = Gate()
        var settings = HTTPSettings()
        settings.limits.maxInFlight = 1
        let slow = Route(.post, "/slow") { _ in
            await gate.pass()
            return .failure(418)
        }
        try await TestServer.with([slow, .echo], settings: settings) { server in
            let (first, second) = (try server.client(), try server.client())
            try await first.send(post("/slow"))
            await gate.awaitEntries()
            try await second.send(head())
            let answer = try await second.readAnswer()
            #expect(answer.status == 503)
            #expect(try await second.readToEnd() == "")
            gate.open()
            #expect(try await first.readAnswer().status == 418)
        }
    }
}

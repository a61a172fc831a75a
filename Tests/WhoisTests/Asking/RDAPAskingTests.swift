import AuditCore
import Foundation
import Locks
import ReplayUpstream
import TestKit
import Testing

@testable import Whois

@Suite(.timeLimit(.minutes(2))) struct RDAPAskingTests {
    /// Asks a server once.
    private func ask(_ script: @escaping @Sendable (ReplayServer.Request) -> ReplayReply) async throws -> (
        answer: Upstream<NetworkAnswer>, server: ReplayServer
    ) {
        let server = try ReplayServer(.http, script)
        defer { server.stop() }
        return (try await AskingWorld(rdap: server.url).network(), server)
    }

    @Test func `one request tells all: no question about entities`() async throws {
        let server = try ReplayServer(.http) { _ in .http(body: rdapNetwork()) }
        defer { server.stop() }
        let world = try AskingWorld(rdap: server.url) {
            $0.product = "dovecot-web-auth/1.0"
            $0.contact = "postmaster@example.org\r\nX-Evil: 1"
        }
        let answer = await world.network()
        #expect(answer.source == .rdap)
        #expect(answer.fact.value?.facts.name == "TEST-NET")
        #expect(answer.fact.value?.facts.entities == ["MNT-1"])
        #expect(answer.fact.value?.isLeaf == true)
        #expect(server.requests.map(\.line) == ["GET /ip/193.0.10.1 HTTP/1.1"])
        let request = try #require(server.requests.first)
        #expect(request.field("Accept") == "application/rdap+json, application/json;q=0.5")
        #expect(request.field("User-Agent") == "dovecot-web-auth/1.0 (+postmaster@example.orgX-Evil: 1)")
        #expect(request.field("Accept-Encoding") == nil)
        #expect(request.field("Host") == server.address)
        #expect(world.clients.statuses.map(\.description) == ["rdap \(server.address): ok"])
    }

    @Test func `an IPv6 address is asked for by its canonical text`() async throws {
        let server = try ReplayServer(.http) { _ in .http(404) }
        defer { server.stop() }
        let world = try AskingWorld(rdap: server.url + "rdap/")
        let address = try #require(IPAddress("2001:DB8:0:0::1"))
        #expect(await world.network(address).fact == .absent)
        #expect(server.requests.map(\.path) == ["/rdap/ip/2001:db8::1"])
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `a redirect is followed to another server, relative ones too`(status: Int) async throws {
        let other = try ReplayServer(.http) { request in
            request.path == "/a/b" ? .redirect(to: "../c?x=1#y", status: status) : .http(body: rdapNetwork())
        }
        defer { other.stop() }
        let (answer, server) = try await ask { _ in .redirect(to: other.url + "a/b", status: status) }
        #expect(answer.fact.value?.facts.name == "TEST-NET")
        #expect(server.requests.count == 1)
        #expect(other.requests.map(\.path) == ["/a/b", "/c?x=1"])
    }

    @Test func `five redirects are followed, no sixth`() async throws {
        for (redirects, isFollowed) in [(5, true), (6, false)] {
            let (answer, server) = try await ask { request in
                let step = Int(request.path.dropFirst()) ?? 0
                return step < redirects ? .redirect(to: "/\(step + 1)") : .http(body: rdapNetwork())
            }
            #expect((answer.fact.value != nil) == isFollowed)
            #expect(answer.fact.error?.code == (isFollowed ? nil : .malformed))
            #expect(server.requests.count == 6)
        }
    }

    @Test(arguments: [
        "", "http://", "//", "ftp://127.0.0.1/x", "file:///etc/passwd", "http://user:secret@127.0.0.1/", "javascript:1",
        "http://[::1", "\u{1b}]0;x\u{7}",
    ])
    func `a redirect to nowhere is malformed`(location: String) async throws {
        let (answer, server) = try await ask { _ in .redirect(to: location) }
        #expect(answer.fact.error != nil)
        #expect(answer.fact.error?.code != .timedOut)
        #expect(server.requests.count == 1)
        #expect(answer.fact.error?.debugDescription.contains("\u{1b}") == false)
    }

    @Test func `a redirect in a circle ends`() async throws {
        let (answer, server) = try await ask { request in
            .redirect(to: request.path == "/a" ? "/b" : "/a")
        }
        #expect(answer.fact.error?.code == .malformed)
        #expect(server.requests.count == 3)
    }

    @Test func `HTTPS is never left for plain HTTP`() throws {
        var trail = try #require(RedirectTrail("https://rdap.example/ip/192.0.2.1", allowsHTTP: true))
        try trail.follow("https://RDAP.other.example:443/x")
        #expect(trail.server == "rdap.other.example")
        try trail.follow("//rdap.third.example:8443/ip")
        #expect(trail.server == "rdap.third.example:8443")
        #expect(throws: LookupError.self) { try trail.follow("http://rdap.other.example/y") }
        #expect(RedirectTrail("http://rdap.example/", allowsHTTP: false) == nil)
        #expect(RedirectTrail("https://user@rdap.example/", allowsHTTP: true) == nil)
        #expect(RedirectTrail("/ip/192.0.2.1", allowsHTTP: true) == nil)
    }

    @Test(arguments: [
        "https://127.0.0.1/ip", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/",
        "https://10.1.2.3:8443/", "https://169.254.169.254/latest/meta-data/", "https://100.64.0.1/", "https://0/",
        "https://127.0.0.1./", "https://%31%32%37.0.0.1/", "https://[::1]/", "https://[::]/",
        "https://[fe80::1%25eth0]/", "https://[fc00::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://localhost/", "https://LOCALHOST./", "https://a.localhost/", "https://metadata/",
        "https://metadata.google.internal/", "https://printer.local/",
    ])
    func `nobody sends us to a host that is not the Internet's`(location: String) throws {
        var trail = try #require(RedirectTrail("https://rdap.example/ip/192.0.2.1", allowsHTTP: false))
        #expect(throws: LookupError.self) { try trail.follow(location) }
        #expect(trail.server == "rdap.example")
    }

    @Test(arguments: [
        ("https://rdap.db.ripe.net/", "https://rdap.arin.net/registry/ip/x"),
        ("https://rdap.db.ripe.net/", "https://193.0.0.1/ip/x"),
        ("https://rdap.db.ripe.net/", "https://[2001:67c::1]/"),
        ("https://rdap.db.ripe.net/", "https://rdap.xn--p1ai/ip/x"),
        // An administrator's own server may stand anywhere, and send us to itself.
        ("https://10.1.2.3/rdap/", "/other"), ("https://10.1.2.3/rdap/", "https://10.1.2.3:8443/"),
        ("https://[::1]:8443/rdap/", "https://[::1]/"), ("https://registry/", "https://REGISTRY/x"),
    ])
    func `a redirect leads to the same host or out into the Internet`(start: String, location: String) throws {
        var trail = try #require(RedirectTrail(start, allowsHTTP: false))
        try trail.follow(location)
    }

    @Test func `plain HTTP that is not allowed is not asked`() async throws {
        let server = try ReplayServer(.http) { _ in .http(body: rdapNetwork()) }
        defer { server.stop() }
        let world = try AskingWorld(rdap: server.url) { $0.allowsHTTP = false }
        #expect(await world.network().fact.error?.code == .notConfigured)
        #expect(server.requests.isEmpty)
    }

    @Test(arguments: [(429, "120", 120), (503, "7", 7), (429, nil, 60), (429, "never", 60)] as [(Int, String?, Int)])
    func `a server that wants a pause gets it, and no login waits for it`(
        status: Int, field: String?, pause: Int
    ) async throws {
        let server = try ReplayServer(.http) { _ in
            .http(status, headers: field.map { [("Retry-After", $0)] } ?? [])
        }
        defer { server.stop() }
        let world = try AskingWorld(rdap: server.url)
        let answer = await world.network()
        #expect(answer.fact.error?.code == .rateLimited)
        #expect(answer.retryAfter == .seconds(pause))
        #expect(world.clients.statuses.map(\.state) == [.rateLimited(.seconds(pause))])
        world.clock.advance(by: .seconds(pause - 1))
        #expect(await world.network().retryAfter == .seconds(1))
        #expect(server.requests.count == 1)
        world.clock.advance(by: .seconds(1))
        _ = await world.network()
        #expect(server.requests.count == 2)
    }

    @Test func `a rate limit notice in a good answer is a wish for a pause too`() async throws {
        let notice = #", "notices": [{"title": "Rate Limit Notice", "description": ["slow down"]}]"#
        let (answer, _) = try await ask { _ in .http(body: rdapNetwork(more: notice)) }
        #expect(answer.fact.error?.code == .rateLimited)
    }

    @Test(arguments: [400, 401, 403, 422, 500, 501, 502, 503, 504, 204, 206, 300, 304, 418, 599])
    func `other statuses are trouble`(status: Int) async throws {
        let (answer, server) = try await ask { _ in .http(status) }
        #expect(answer.fact.error?.code == ([400, 418, 422].contains(status) ? .malformed : .unreachable))
        #expect(server.requests.count == 1)
    }

    @Test func `a server that dislikes some questions is asked the next all the same`() async throws {
        let count = Mutex(0)
        let server = try ReplayServer(.http) { _ in
            let number = count.withLock { count in
                count += 1
                return count
            }
            return number > 20 ? .http(body: rdapNetwork()) : number > 10 ? .http(body: Array("{}".utf8)) : .http(400)
        }
        defer { server.stop() }
        let world = try AskingWorld(rdap: server.url)
        for _ in 0..<20 { #expect(await world.network().fact.error?.code == .malformed) }
        #expect(await world.network().fact.value?.facts.name == "TEST-NET")
    }

    @Test func `what is no answer is malformed, and never a crash`() async throws {
        let garbage: [UInt8] = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 131 ^ $0 >> 3) }
        let deep = Array((String(repeating: "[", count: 500_000)).utf8)
        let replies: [ReplayReply] = [
            .bytes(garbage), .text("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello"),
            .text("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), .text("220 mail.example ESMTP\r\n"),
            .http(body: garbage), .http(body: deep), .http(body: []), .http(body: Array("[]".utf8)),
            .http(body: Array("<html>".utf8)),
            .text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n"),
            .text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"),
        ]
        for (index, reply) in replies.enumerated() {
            let (answer, _) = try await ask { _ in reply }
            let code = answer.fact.error?.code
            #expect(code == .malformed || code == .unreachable, "reply \(index): \(answer.fact)")
        }
    }

    @Test func `a body of 50 MB is not read, whether it says so or not`() async throws {
        let start = "HTTP/1.1 200 OK\r\n"
        for head in ["Content-Length: 52428800\r\n\r\n", "\r\n", "Transfer-Encoding: chunked\r\n\r\n"] {
            let chunk = [UInt8](repeating: 32, count: 65536)
            let framed = head.hasPrefix("T") ? Array("10000\r\n".utf8) + chunk + [13, 10] : chunk
            let server = try ReplayServer(.http) { _ in
                ReplayReply([.send(Array((start + head).utf8)), .sendForever(framed)])
            }
            defer { server.stop() }
            let answer = try await AskingWorld(rdap: server.url).network()
            #expect(answer.fact.error?.code == .malformed)
            await server.wait(hangUps: 1)
        }
    }

    @Test func `a head without end is not read`() async throws {
        let server = try ReplayServer(.http) { _ in
            ReplayReply([.send(Array("HTTP/1.1 200 OK\r\n".utf8)), .sendForever(Array("X-More: and more\r\n".utf8))])
        }
        defer { server.stop() }
        #expect(try await AskingWorld(rdap: server.url).network().fact.error != nil)
        await server.wait(hangUps: 1)
    }

    @Test func `Content-Length is taken at its word, and a body that ends before is no answer`() async throws {
        let body = rdapNetwork()
        let (short, _) = try await ask { _ in .http(body: body, length: body.count - 20) }
        #expect(short.fact.error?.code == .malformed)
        let (long, server) = try await ask { _ in
            ReplayReply(ReplayReply.http(body: body, length: body.count + 20).steps)
        }
        #expect(long.fact.error?.code == .unreachable || long.fact.error?.code == .malformed)
        #expect(server.requests.count == 1, "no second try after a part of an answer")
        let (unsaid, _) = try await ask { _ in .bytes(Array("HTTP/1.0 200 OK\r\n\r\n".utf8) + body) }
        #expect(unsaid.fact.value?.facts.name == "TEST-NET")
    }

    @Test func `a server that closes without a word is tried once more, on another connection`() async throws {
        let count = Mutex(0)
        let (answer, server) = try await ask { _ in
            count.withLock { count in
                count += 1
                return count == 1 ? ReplayReply([]) : .http(body: rdapNetwork())
            }
        }
        #expect(answer.fact.value?.facts.name == "TEST-NET")
        #expect(server.requests.count == 2)
        let (none, closed) = try await ask { _ in ReplayReply([]) }
        #expect(none.fact.error?.code == .unreachable)
        #expect(closed.requests.count == 2)
    }

    @Test func `a server that promises to keep connections and closes them loses no answer`() async throws {
        let server = try ReplayServer(.http) { _ in ReplayReply(ReplayReply.http(body: rdapNetwork()).steps) }
        defer { server.stop() }
        let world = try AskingWorld(rdap: server.url)
        for _ in 0..<50 {
            let error = await world.network().fact.error?.debugDescription
            #expect(error == nil)
        }
    }

    @Test func `a server that resets, and a port where nobody listens, are unreachable at once`() async throws {
        #expect(try await ask { _ in .reset }.answer.fact.error?.code == .unreachable)
        let server = try ReplayServer(.http) { _ in .silence }
        server.stop()
        #expect(try await AskingWorld(rdap: "http://127.0.0.1:1/").network().fact.error?.code == .unreachable)
    }

    @Test(arguments: [0, 1, 2])
    func `a server that stops talking is given up by the deadline, and its connection closed`(part: Int) async throws {
        let whole = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"name\""
        let sent = Array(whole.utf8.prefix(whole.utf8.count * part / 2))
        let server = try ReplayServer(.http) { _ in ReplayReply([.send(sent), .keepSilent]) }
        defer { server.stop() }
        let world = try AskingWorld(rdap: server.url)
        async let answer = world.network()
        await server.wait(forRequests: 1)
        world.clock.advance(by: .seconds(1))
        #expect(await answer.fact.error?.code == .timedOut)
        await server.wait(hangUps: 1)
        #expect(world.clients.statuses.map(\.state) == [.slow])
    }

    @Test func `one deadline spans all redirects`() async throws {
        let server = try ReplayServer(.http) { request in
            request.path == "/b" ? .silence : .redirect(to: "/b")
        }
        defer { server.stop() }
        let world = try AskingWorld(rdap: server.url)
        async let answer = world.network()
        await server.wait(forRequests: 2)
        world.clock.advance(by: .seconds(1))
        #expect(await answer.fact.error?.code == .timedOut)
    }

    @Test func `cancellation ends a question at once and closes its connection`() async throws {
        let server = try ReplayServer(.http) { _ in .silence }
        defer { server.stop() }
        let world = try AskingWorld(rdap: server.url)
        let task = Task { await world.network() }
        await server.wait(forRequests: 1)
        task.cancel()
        #expect(await task.value.fact.error?.code == .timedOut)
        await server.wait(hangUps: 1)
        #expect(world.clients.statuses.map(\.state) == [.ok], "that was not the server's fault")
    }

    @Test func `an administrator's server is asked without limit, one it redirects to ten times at once`() async throws
    {
        let other = try ReplayServer(.http) { _ in .http(body: rdapNetwork()) }
        defer { other.stop() }
        let server = try ReplayServer(.http) { request in
            request.path.hasPrefix("/far/") ? .redirect(to: other.url) : .http(body: rdapNetwork())
        }
        defer { server.stop() }
        let near = try AskingWorld(rdap: server.url)
        for _ in 0..<30 { #expect(await near.network().fact.value != nil) }
        let far = try AskingWorld(rdap: server.url + "far/")
        for _ in 0..<10 { #expect(await far.network().fact.value != nil) }
        async let eleventh = far.network()
        await server.wait(forRequests: 41)
        #expect(other.requests.count == 10)
        far.clock.advance(by: .seconds(1))
        _ = await eleventh
    }

    @Test func `LACNIC is asked a tenth as often as others`() {
        let configuration = RegistryConfiguration()
        #expect(configuration.limit(for: .lacnic) == RequestLimit(1, per: .seconds(1)).tenth)
        for registry in [Registry.arin, .ripencc, .apnic, .afrinic, nil] {
            #expect(configuration.limit(for: registry) == RequestLimit(1, per: .seconds(1)))
        }
    }

    @Test func `the other servers' answers do not wait for a slow one`() async throws {
        let event = ReplayEvent()
        let server = try ReplayServer(.http) { request in
            let reply = ReplayReply.http(body: rdapNetwork())
            return request.path.hasSuffix(".1") ? reply.after(event) : reply
        }
        defer { server.stop() }
        let world = try AskingWorld(rdap: server.url)
        async let slow = world.network()
        await server.wait(forRequests: 1)
        #expect(await world.network(IPAddress(v4: 0xC100_0A02)).fact.value != nil)
        event.happen()
        #expect(await slow.fact.value != nil)
    }

    @Test func `after shutting down nobody is asked`() async throws {
        let server = try ReplayServer(.http) { _ in .silence }
        defer { server.stop() }
        let world = try AskingWorld(rdap: server.url)
        async let answer = world.network()
        await server.wait(forRequests: 1)
        await world.clients.shutDown(within: .seconds(20))
        #expect(await answer.fact.error != nil)
        await server.wait(hangUps: 1)
        #expect(await world.network().fact.error?.code == .unreachable)
        await world.clients.shutDown(within: .seconds(20))
        #expect(server.requests.count == 1)
    }
}

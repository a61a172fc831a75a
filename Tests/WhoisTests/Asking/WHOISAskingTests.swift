import AuditCore
import Foundation
import ReplayUpstream
import TestKit
import Testing

@testable import Whois

@Suite(.timeLimit(.minutes(2))) struct WHOISAskingTests {
    private func ask(_ reply: ReplayReply) async throws -> Upstream<NetworkAnswer> {
        let server = try ReplayServer(.line) { _ in reply }
        defer { server.stop() }
        return try await AskingWorld(whois: server).network()
    }

    @Test func `WHOIS is asked where RDAP is down, once, without contacts`() async throws {
        let server = try ReplayServer(.line) { _ in .text(whoisNetwork) }
        defer { server.stop() }
        let world = try AskingWorld(rdap: "http://127.0.0.1:1/", whois: server)
        let answer = await world.network()
        #expect(answer.source == .whois)
        #expect(answer.fact.value?.facts.name == "WHOIS-NET")
        #expect(server.requests.map(\.text) == ["-r 193.0.10.1\r\n"])
        #expect(
            world.clients.statuses.map(\.name.description) == ["rdap 127.0.0.1:1", "whois \(server.address)"])
    }

    @Test func `WHOIS is asked where RDAP wants a pause, and RDAP again after it`() async throws {
        let rdap = try ReplayServer(.http) { _ in .http(429, headers: [("Retry-After", "100")]) }
        defer { rdap.stop() }
        let whois = try ReplayServer(.line) { _ in .text(whoisNetwork) }
        defer { whois.stop() }
        let world = try AskingWorld(rdap: rdap.url, whois: whois)
        for _ in 0..<3 { #expect(await world.network().source == .whois) }
        #expect(rdap.requests.count == 1)
        world.clock.advance(by: .seconds(100))
        _ = await world.network()
        #expect(rdap.requests.count == 2)
    }

    @Test(
        arguments: [
            (whoisNetwork, "WHOIS-NET", nil), ("%ERROR:101: no entries found\n", nil, nil),
            ("% Query rate limit exceeded\n", nil, .rateLimited),
            ("%ERROR:305: connection has been closed\n", nil, .unreachable),
        ] as [(String, String?, LookupError.Code?)])
    func `that RDAP knows of nothing is believed only if WHOIS does not, too`(
        text: String, name: String?, code: LookupError.Code?
    ) async throws {
        let rdap = try ReplayServer(.http) { _ in .http(404) }
        defer { rdap.stop() }
        let whois = try ReplayServer(.line) { _ in .text(text) }
        defer { whois.stop() }
        let answer = try await AskingWorld(rdap: rdap.url, whois: whois).network()
        #expect(answer.fact.value?.facts.name == name)
        #expect(answer.fact.error?.code == code)
        #expect((answer.fact == .absent) == (name == nil && code == nil))
        #expect(whois.requests.count == 1)
    }

    @Test func `without WHOIS RDAP is believed`() async throws {
        let rdap = try ReplayServer(.http) { _ in .http(404) }
        defer { rdap.stop() }
        let answer = try await AskingWorld(rdap: rdap.url).network()
        #expect(answer.fact == .absent)
        #expect(answer.source == .rdap)
    }

    /// What RIPE NCC's WHOIS says of space that it handed over, and where that is answered.
    private static let stub = """
        inetnum:        193.0.10.0 - 193.0.10.255
        netname:        NON-RIPE-NCC-MANAGED-ADDRESS-BLOCK
        descr:          Transferred to the APNIC region
        country:        EU # Country is really world wide
        status:         ALLOCATED UNSPECIFIED

        """

    @Test(
        arguments: [
            (whoisNetwork, "WHOIS-NET", nil), ("%ERROR:101: no entries found\n", nil, nil),
            ("% Permission denied.\n", nil, .registeredElsewhere), ("", nil, .registeredElsewhere),
            (stub, nil, .registeredElsewhere),
        ] as [(String, String?, LookupError.Code?)])
    func `the registry that an answer names is asked next, once`(
        second: String, name: String?, code: LookupError.Code?
    ) async throws {
        let first = try ReplayServer(.line) { _ in .text(Self.stub) }
        defer { first.stop() }
        let other = try ReplayServer(.line) { _ in .text(second) }
        defer { other.stop() }
        let world = try AskingWorld(whois: first) {
            $0.whoisServers[.apnic] = Endpoint(host: "127.0.0.1", port: other.port)
        }
        let answer = await world.network()
        #expect(answer.fact.value?.facts.name == name)
        #expect(answer.fact.error?.code == code)
        #expect(first.requests.count == 1)
        #expect(other.requests.map(\.text) == ["193.0.10.1\r\n"])
    }

    @Test func `a known network is kept where the registry it names is silent`() async throws {
        let text = whoisNetwork + "\nReferralServer: whois://whois.lacnic.net\n"
        let first = try ReplayServer(.line) { _ in .text(text) }
        defer { first.stop() }
        let other = try ReplayServer(.line) { _ in .reset }
        defer { other.stop() }
        let world = try AskingWorld(whois: first) {
            $0.whoisServers[.lacnic] = Endpoint(host: "127.0.0.1", port: other.port)
        }
        #expect(await world.network().fact.value?.facts.name == "WHOIS-NET")
        #expect(other.requests.count == 1)
    }

    @Test func `a link of RDAP to another registry has the server asked that was named for it`() async throws {
        let links = #", "links": [{"rel": "related", "href": "https://rdap.apnic.net/ip/193.0.10.1"}]"#
        let body = Array(
            String(decoding: rdapNetwork("STUB-1", more: links), as: UTF8.self)
                .replacing("\"NL\"", with: "\"ZZ\"").utf8)
        let rdap = try ReplayServer(.http) { _ in .http(body: body) }
        defer { rdap.stop() }
        let home = try ReplayServer(.line) { _ in .text("%ERROR:101: no entries found\n") }
        defer { home.stop() }
        let other = try ReplayServer(.line) { _ in .text(whoisNetwork) }
        defer { other.stop() }
        let world = try AskingWorld(rdap: rdap.url, whois: home) {
            $0.whoisServers[.apnic] = Endpoint(host: "127.0.0.1", port: other.port)
        }
        #expect(await world.network().fact.value?.facts.name == "WHOIS-NET")
        #expect(other.requests.count == 1)
        #expect(home.requests.isEmpty)
    }

    @Test func `a referral to a host of its own choice is not followed`() async throws {
        let inner = try ReplayServer(.line) { _ in .text(whoisNetwork) }
        defer { inner.stop() }
        let text = "inetnum: 193.0.10.0/24\n\nReferralServer: whois://127.0.0.1:\(inner.port)\n"
        let first = try ReplayServer(.line) { _ in .text(text) }
        defer { first.stop() }
        let world = try AskingWorld(whois: first)
        #expect(await world.network().fact.error?.code == .registeredElsewhere)
        #expect(inner.requests.isEmpty)
        #expect(first.requests.count == 1)
    }

    @Test(arguments: [
        ("8.8.8.8", "n + 8.8.8.8\r\n"), ("2001:4860::1", "n + 2001:4860::1\r\n"), ("193.0.10.1", "-r 193.0.10.1\r\n"),
        ("1.1.1.1", "1.1.1.1\r\n"), ("200.3.14.1", "200.3.14.1\r\n"), ("196.216.2.1", "196.216.2.1\r\n"),
    ])
    func `each registry is asked in its own words`(text: String, query: String) async throws {
        let server = try ReplayServer(.line) { _ in .text(whoisNetwork) }
        defer { server.stop() }
        let address = try #require(IPAddress(text))
        _ = try await AskingWorld(whois: server).network(address)
        #expect(server.requests.map(\.text) == [query])
    }

    @Test func `if both fail both errors are told, and the time after which it is worth asking`() async throws {
        let rdap = try ReplayServer(.http) { _ in .http(429, headers: [("Retry-After", "100")]) }
        defer { rdap.stop() }
        let whois = try ReplayServer(.line) { _ in .text("error 501\n") }
        defer { whois.stop() }
        let world = try AskingWorld(rdap: rdap.url, whois: whois)
        let first = await world.network()
        #expect(first.source == .whois)
        #expect(first.retryAfter == nil, "WHOIS did not say")
        #expect(first.fact.error?.detail.contains("RDAP: lookup failed: rate limited") == true)
        #expect(first.fact.error?.detail.contains("WHOIS: lookup failed: unreachable") == true)
        for _ in 0..<4 { _ = await world.network() }
        world.clock.advance(by: .seconds(1))
        #expect(await world.network().retryAfter == .seconds(29))
    }

    @Test func `a limit of a registry is a wish for a pause`() async throws {
        let answer = try await ask(.text("%ERROR:201: access denied for 127.0.0.1\n%\n% Query rate limit exceeded\n"))
        #expect(answer.fact.error?.code == .rateLimited)
    }

    @Test func `what is no answer is unavailable, and never a crash`() async throws {
        let garbage: [UInt8] = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 131 ^ $0 >> 3) }
        for reply in [ReplayReply.bytes(garbage), .bytes([0]), .text(""), ReplayReply([]), .text("\n\n\n")] {
            #expect(try await ask(reply).fact.error != nil)
        }
    }

    @Test func `an answer without end is read to 256 KB`() async throws {
        let server = try ReplayServer(.line) { _ in ReplayReply([.sendForever(Array("remarks: more\n".utf8))]) }
        defer { server.stop() }
        #expect(try await AskingWorld(whois: server).network().fact.error?.code == .malformed)
        await server.wait(hangUps: 1)
    }

    @Test func `a server that only closes its own side has finished`() async throws {
        let server = try ReplayServer(.line) { _ in
            ReplayReply([.send(Array(whoisNetwork.utf8)), .finishSending, .keepSilent])
        }
        defer { server.stop() }
        #expect(try await AskingWorld(whois: server).network().fact.value?.facts.name == "WHOIS-NET")
        await server.wait(hangUps: 1)
    }

    @Test func `a server that resets, and a port where nobody listens, are unreachable at once`() async throws {
        #expect(try await ask(.reset).fact.error?.code == .unreachable)
        let server = try ReplayServer(.line) { _ in .silence }
        defer { server.stop() }
        let world = try AskingWorld(whois: server) {
            $0.whoisServers[.ripencc] = Endpoint(host: "127.0.0.1", port: 1)
        }
        #expect(await world.network().fact.error?.code == .unreachable)
    }

    @Test(arguments: ["", "inetnum: 193.0.10.0 - 193.0.10.255\n"])
    func `a server that stops talking is given up by the deadline, and its connection closed`(
        text: String
    ) async throws {
        let server = try ReplayServer(.line) { _ in ReplayReply([.send(Array(text.utf8)), .keepSilent]) }
        defer { server.stop() }
        let world = try AskingWorld(whois: server)
        async let answer = world.network()
        await server.wait(forRequests: 1)
        world.clock.advance(by: .seconds(1))
        #expect(await answer.fact.error?.code == .timedOut)
        await server.wait(hangUps: 1)
    }

    @Test func `RDAP and WHOIS each have their own deadline`() async throws {
        let rdap = try ReplayServer(.http) { _ in .silence }
        defer { rdap.stop() }
        let whois = try ReplayServer(.line) { _ in .text(whoisNetwork) }
        defer { whois.stop() }
        let world = try AskingWorld(rdap: rdap.url, whois: whois)
        async let answer = world.network()
        await rdap.wait(forRequests: 1)
        world.clock.advance(by: .seconds(1))
        #expect(await answer.fact.value?.facts.name == "WHOIS-NET")
    }

    @Test func `cancellation ends a question at once, closes its connection, and asks nobody else`() async throws {
        let rdap = try ReplayServer(.http) { _ in .silence }
        defer { rdap.stop() }
        let whois = try ReplayServer(.line) { _ in .silence }
        defer { whois.stop() }
        let both = try AskingWorld(rdap: rdap.url, whois: whois)
        let first = Task { await both.network() }
        await rdap.wait(forRequests: 1)
        first.cancel()
        #expect(await first.value.fact.error?.code == .timedOut)
        #expect(whois.requests.isEmpty)
        let world = try AskingWorld(whois: whois)
        let second = Task { await world.network() }
        await whois.wait(forRequests: 1)
        second.cancel()
        #expect(await second.value.fact.error?.code == .timedOut)
        await whois.wait(hangUps: 1)
    }

    @Test func `an address that no registry has is nobody's`() async throws {
        let server = try ReplayServer(.line) { _ in .text(whoisNetwork) }
        defer { server.stop() }
        let address = try #require(IPAddress("3ffe::1"))
        #expect(try await AskingWorld(whois: server).network(address).fact.error?.code == .notConfigured)
        #expect(server.requests.isEmpty)
    }
}

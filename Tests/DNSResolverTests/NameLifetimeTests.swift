import AuditCore
import DNSResolver
import ReplayUpstream
import Testing

/// For how long what DNS says holds.
struct NameLifetimeTests {
    private let client = IPAddress(v4: 0xC612_0507)

    private func resolve(_ reply: DNSReply) async throws -> NameAnswer {
        let server = try DNSReplayServer { _ in [reply] }
        defer { server.stop() }
        var configuration = DNSConfiguration()
        (configuration.servers, configuration.hostsFile) = ([server.address], "/dev/null")
        configuration.timeout = .seconds(20)
        return await (try CaresResolver(configuration)).answer(about: client)
    }

    private func record(_ owner: [UInt8] = DNSReply.questionName, type: UInt8, ttl: UInt32, _ data: [UInt8])
        -> [UInt8]
    {
        owner + [0, type, 0, 1] + (0..<4).map { UInt8(truncatingIfNeeded: ttl >> (24 - 8 * UInt32($0))) }
            + [UInt8(data.count >> 8), UInt8(data.count & 0xFF)] + data
    }

    private func soa(ttl: UInt32, minimum: UInt32) -> [UInt8] {
        let numbers = [1, 7200, 3600, 86_400, minimum] as [UInt32]
        let data = numbers.flatMap { number in
            (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * UInt32($0))) }
        }
        return record(
            DNSReply.name("18.198.in-addr.arpa"), type: 6, ttl: ttl, DNSReply.name("ns") + DNSReply.name("root") + data)
    }

    @Test func `names hold as long as the shortest of their records`() async throws {
        let alias = DNSReply.name("7.0-63.5.18.198.in-addr.arpa")
        let records = [
            record(type: 5, ttl: 900, alias), record(alias, type: 12, ttl: 3600, DNSReply.name("a.example.net")),
            record(alias, type: 12, ttl: 1800, DNSReply.name("b.example.net")),
        ]
        let answer = try await resolve(DNSReply(records: records))
        #expect(answer.fact.value?.all == ["a.example.net", "b.example.net"])
        #expect(answer.lifetime == .seconds(900))
        let endless = try await resolve(
            DNSReply(records: [record(type: 12, ttl: 1 << 31, DNSReply.name("a.example.net"))]))
        #expect(endless.lifetime == .zero)
    }

    @Test(arguments: [UInt8(0), 3])
    func `that there is none holds as the zone says, and for a minute where it says nothing`(code: UInt8) async throws {
        for (ttl, minimum, expected) in [(600, 300, 300), (300, 600, 300), (0, 600, 0)] as [(UInt32, UInt32, Int)] {
            var reply = DNSReply(code: code)
            reply.authority = [soa(ttl: ttl, minimum: minimum)]
            let answer = try await resolve(reply)
            #expect(answer == NameAnswer(.absent, lifetime: .seconds(expected)))
            // An alias that leads nowhere holds no longer than itself.
            reply.records = [record(type: 5, ttl: 30, DNSReply.name("7.0-63.5.18.198.in-addr.arpa"))]
            #expect(
                try await resolve(reply) == NameAnswer(.absent, lifetime: .seconds(min(30, expected))))
        }
        var reply = DNSReply(code: code)
        reply.isAuthoritative = true
        #expect(try await resolve(reply) == NameAnswer(.absent, lifetime: .seconds(60)))
        #expect(try await resolve(DNSReply(code: 2)).lifetime == .zero)
    }

    @Test func `what the authority section breaks off with is as if it were not there`() async throws {
        var reply = DNSReply(records: [record(type: 12, ttl: 300, DNSReply.name("a.example.net"))])
        reply.authority = [Array(soa(ttl: 5, minimum: 5).dropLast(9))]
        #expect(try await resolve(reply) == NameAnswer(.known("a.example.net"), lifetime: .seconds(300)))
        reply = DNSReply(code: 3)
        reply.authority = [record(type: 6, ttl: 5, [0, 0, 1, 2])]
        #expect(try await resolve(reply) == NameAnswer(.absent, lifetime: .seconds(60)))
    }
}

import AuditCore
import DNSResolver
import Foundation
import Locks
import ReplayUpstream
import Testing

@testable import Whois

@Suite(.timeLimit(.minutes(2))) struct CymruAskingTests {
    private static let originName = "1.10.0.193.origin.asn.cymru.com"
    private static let broken = Fact<[[UInt8]]>.unavailable(LookupError(.serverFailure))

    private func text(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func `DNS tells the origins, all of them`() async throws {
        let record = text("3333 1103 | 193.0.10.0/23 | NL | ripencc | 1993-09-01")
        let asked = Mutex<[String]>([])
        let world = try AskingWorld(
            txt: ScriptedTXT { name in
                asked.withLock { $0.append(name) }
                return .known([record])
            })
        let answer = await world.origin()
        #expect(answer.source == .cymruDNS)
        #expect(answer.fact.value?.facts.asNumbers == [3333, 1103])
        #expect(answer.fact.value?.facts.country == "NL")
        #expect(asked.withLock { $0 } == [Self.originName])
        #expect(world.clients.statuses.map(\.description) == ["cymru-dns: ok"])
    }

    @Test func `NXDOMAIN is not routed, and asks nobody else`() async throws {
        let whois = try ReplayServer(.line) { _ in .text("") }
        defer { whois.stop() }
        let answer = try await AskingWorld(cymruWhois: whois).origin()
        #expect(answer.fact == .absent)
        #expect(whois.requests.isEmpty)
    }

    @Test func `WHOIS is asked where DNS fails, and tells the name as well`() async throws {
        let whois = try ReplayServer(.line) { _ in
            .text("3333    | 193.0.10.1       | 193.0.10.0/23       | NL | ripencc  | 1993-09-01 | RIPE-NCC-AS, NL\n")
        }
        defer { whois.stop() }
        let answer = try await AskingWorld(cymruWhois: whois, txt: ScriptedTXT { _ in Self.broken }).origin()
        #expect(answer.source == .cymruWhois)
        #expect(answer.fact.value?.facts.asNumbers == [3333])
        #expect(answer.fact.value?.facts.asName == "RIPE-NCC-AS, NL")
        #expect(whois.requests.map(\.text) == [" -r -a -c -p -f 193.0.10.1\r\n"])
    }

    @Test func `if both fail both errors are told`() async throws {
        let answer = try await AskingWorld(txt: ScriptedTXT { _ in Self.broken }).origin()
        #expect(answer.source == .cymruWhois)
        #expect(answer.fact.error?.detail.contains("DNS: lookup failed: server failure") == true)
        #expect(answer.fact.error?.detail.contains("WHOIS: lookup failed: unreachable") == true)
    }

    @Test func `a resolver that is down is not asked for each login`() async throws {
        let asked = Mutex(0)
        let world = try AskingWorld(
            txt: ScriptedTXT { _ in
                asked.withLock { $0 += 1 }
                return Self.broken
            })
        for _ in 0..<20 { _ = await world.origin() }
        #expect(asked.withLock { $0 } == 5)
        #expect(await world.clients.origin?.name(ofAS: 3333).error?.code == .unreachable)
        #expect(asked.withLock { $0 } == 5)
    }

    @Test func `the name of an AS comes by DNS`() async throws {
        let record = text("3333 | NL | ripencc | 1996-11-26 | RIPE-NCC-AS, NL")
        let world = try AskingWorld(
            txt: ScriptedTXT { name in name == "AS3333.asn.cymru.com" ? .known([record]) : .absent })
        #expect(await world.clients.origin?.name(ofAS: 3333) == .known("RIPE-NCC-AS, NL"))
        #expect(await world.clients.origin?.name(ofAS: 64_496) == .absent)
    }

    @Test func `cancellation ends a question at once`() async throws {
        let whois = try ReplayServer(.line) { _ in .silence }
        defer { whois.stop() }
        let world = try AskingWorld(cymruWhois: whois, txt: ScriptedTXT { _ in Self.broken })
        let task = Task { await world.origin() }
        await whois.wait(forRequests: 1)
        task.cancel()
        #expect(await task.value.fact.error?.code == .timedOut)
        await whois.wait(hangUps: 1)
    }

    @Test func `a real resolver over UDP and TCP is good enough`() async throws {
        let record = text("3333 | 193.0.10.0/23 | NL | ripencc | 1993-09-01")
        let dns = try DNSReplayServer { question in
            guard question.name == Self.originName else { return [DNSReply(code: 3)] }
            var reply = DNSReply(records: [DNSReply.record(type: 16, [UInt8(record.count)] + record)])
            reply.isTruncated = true
            return [reply]
        }
        defer { dns.stop() }
        var configuration = DNSConfiguration()
        configuration.servers = [dns.address]
        configuration.timeout = .seconds(20)
        let world = try AskingWorld(txt: CaresResolver(configuration))
        #expect(await world.origin().fact.value?.facts.asNumbers == [3333])
        #expect(await world.origin(IPAddress(v4: 0xC100_0B01)).fact == .absent)
    }
}

import TestKit
import AuditCore
import DNSResolver
import Foundation
import ReplayUpstream
import Testing

@testable import Whois

/// Every network of the fixtures, asked for over the real protocols.
@Suite(.timeLimit(.minutes(2))) struct ReplayTests {
    private func clients(
        _ replay: RegistryReplay, dns: String, _ adjust: (inout RegistryConfiguration) -> Void
    ) throws -> RegistryClients {
        var configuration = RegistryConfiguration()
        configuration.bootstrap = .url(replay.bootstrap)
        configuration.allowsHTTP = true
        for registry in Registry.allCases {
            configuration.whoisServers[registry] = Endpoint(host: "127.0.0.1", port: replay.whois.port)
        }
        configuration.cymruWhoisServer = Endpoint(host: "127.0.0.1", port: replay.cymruWhois.port)
        configuration.timeout = .seconds(30)
        adjust(&configuration)
        var resolver = DNSConfiguration()
        resolver.servers = [dns]
        resolver.timeout = .seconds(20)
        let log = RecordedLog(isDetailed: false)
        return try RegistryClients(configuration, txt: CaresResolver(resolver), logger: log.logger)
    }

    @Test func `RDAP and DNS tell of every network what they should, one question for each`() async throws {
        let replay = try RegistryReplay()
        defer { replay.stop() }
        let clients = try clients(replay, dns: replay.dns.address) { $0.asksWHOIS = false }
        let running = Task { await clients.run() }
        await replay.rdap.wait(forRequests: 2)
        while await clients.network?.network(of: .client).fact.error?.code == .notConfigured { await Task.yield() }
        let before = replay.rdap.requests.count
        for fixture in NetworkFixture.all {
            let network = try #require(await clients.network?.network(of: fixture.address))
            #expect(network.fact.value?.facts == fixture.expected.rdap.facts)
            #expect(network.source == .rdap)
            let origin = try #require(await clients.origin?.origin(of: fixture.address))
            #expect(origin.source == .cymruDNS)
            guard fixture.expected.origin.isRouted else {
                #expect(origin.fact == .absent)
                continue
            }
            #expect(origin.fact.value?.facts == fixture.expected.origin.facts(withName: false))
            let number = try #require(fixture.expected.origin.asNumbers.first)
            #expect(await clients.origin?.name(ofAS: number).value == fixture.expected.origin.asName)
        }
        #expect(replay.rdap.requests.count - before == NetworkFixture.all.count)
        #expect(replay.cymruWhois.requests.isEmpty)
        running.cancel()
        await running.value
        await clients.shutDown(within: .seconds(10))
    }

    @Test func `WHOIS tells of every network what it should where RDAP and DNS are down`() async throws {
        let replay = try RegistryReplay()
        defer { replay.stop() }
        let dns = try DNSReplayServer { _ in [DNSReply(code: 2)] }
        defer { dns.stop() }
        let clients = try clients(replay, dns: dns.address) { $0.bootstrap = .url("http://127.0.0.1:1/") }
        for fixture in NetworkFixture.all where BootstrapStore.registry(of: fixture.address) == fixture.registry {
            let network = try #require(await clients.network?.network(of: fixture.address))
            #expect(network.fact.value?.facts == fixture.expected.whois.facts)
            #expect(network.source == .whois)
            let origin = try #require(await clients.origin?.origin(of: fixture.address))
            #expect(origin.fact.value?.facts == fixture.expected.origin.facts(withName: true))
            #expect(origin.source == .cymruWhois)
        }
        #expect(replay.rdap.requests.isEmpty)
        await clients.shutDown(within: .seconds(10))
    }
}

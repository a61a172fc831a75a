import AuditCore
import Testing

struct AddressFactsTests {
    private func facts(_ text: String?) throws -> Facts {
        let networks = LocalNetworks([
            (prefix: try #require(IPPrefix("172.17.1.0/24")), name: "DHCP Network"),
            (prefix: try #require(IPPrefix("193.175.0.0/16")), name: "Campus"),
        ])
        return Facts(
            address: try text.map { try #require(IPAddress($0)) }, localNetworks: networks,
            localLocationName: "MPI PKS local network")
    }

    @Test(arguments: [("172.17.1.204", "DHCP Network", true), ("193.175.1.1", "Campus", false)])
    func `a local network is known and nobody else is asked but the resolver`(
        address: String, name: String, isPrivate: Bool
    ) throws {
        let facts = try facts(address)
        #expect(facts.isPrivate == isPrivate)
        #expect(facts.isReserved)
        #expect(facts.localNetwork == name)
        #expect(facts.network == Sourced(.known(NetworkFacts(name: name, country: "ZZ")), source: .local))
        let origin = OriginFacts(country: "ZZ", asName: "MPI PKS local network")
        #expect(facts.origin == Sourced(.known(origin), source: .local))
        #expect(facts.geo == Sourced(.absent, source: .local))
        #expect(facts.reverseHost == .notAsked)
        #expect(FactKind.allCases.filter { !facts.isSettled($0) } == [.reverseHost])
    }

    @Test(arguments: [
        ("203.0.113.7", "TEST-NET-3", true), ("100.64.0.1", "Shared Address Space", false),
        ("ff02::1", "Multicast", false), ("192.168.1.1", "Private-Use Networks", true),
    ])
    func `reserved space is named by the tables and may still be asked of MaxMind`(
        address: String, name: String, isPrivate: Bool
    ) throws {
        let facts = try facts(address)
        #expect(facts.isPrivate == isPrivate)
        #expect(facts.reserved?.name == name)
        #expect(facts.localNetwork == nil)
        #expect(facts.network == Sourced(.known(NetworkFacts(name: name, country: "ZZ")), source: .reserved))
        #expect(facts.origin == Sourced(.known(OriginFacts(country: "ZZ", asName: "IANA-RESERVED")), source: .reserved))
        #expect(FactKind.allCases.filter { !facts.isSettled($0) } == [.reverseHost, .geo])
    }

    @Test func `of a public address nothing is known yet`() throws {
        let facts = try facts("139.162.133.252")
        #expect(!facts.isPrivate && !facts.isReserved)
        #expect(FactKind.allCases.allSatisfy { !facts.isSettled($0) })
    }

    @Test func `a login without an address is local and nobody is asked`() throws {
        let facts = try facts(nil)
        #expect(facts.isPrivate && facts.isReserved)
        #expect(facts.localNetwork == "MPI PKS local network")
        #expect(facts.network.value?.name == "MPI PKS local network")
        #expect(facts.origin.value?.country == "ZZ")
        #expect(facts.reverseHost == Sourced(.absent, source: .local))
        #expect(FactKind.allCases.allSatisfy { facts.isSettled($0) })
    }

    @Test func `MaxMind's AS stands in, marked, for an origin that could not be had, and for no other`() throws {
        var facts = try facts("62.4.5.6")
        var geo = GeoFacts()
        (geo.asNumber, geo.asOrganization, geo.asNetwork) = (64_500, "Example Org", "62.4.0.0/19")
        facts.geo = Sourced(.known(geo), source: .maxmind)
        facts.origin = Sourced(.unavailable(LookupError(.timedOut)), source: .none)
        #expect(
            facts.originOrMaxMind
                == Sourced(
                    .known(OriginFacts(asNumbers: [64_500], prefix: "62.4.0.0/19", asName: "Example Org")),
                    source: .maxmind))
        facts.origin = Sourced(.absent, source: .cymruDNS)
        #expect(facts.originOrMaxMind == Sourced(.absent, source: .cymruDNS))
        facts.origin = Sourced(.unavailable(LookupError(.timedOut)), source: .none)
        facts.geo = Sourced(.known(GeoFacts()), source: .maxmind)
        #expect(facts.originOrMaxMind.trouble?.code == .timedOut)
    }
}

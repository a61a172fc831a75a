import AuditCore
import Testing

@testable import Whois

/// What the answers of every registry are read as.
@Suite struct FixtureTests {
    @Test func `there are forty networks and more, of all registries and both families`() {
        #expect(Set(NetworkFixture.all.map(\.expected.rdap.cidr)).count >= 40)
        for registry in Registry.allCases {
            let families = NetworkFixture.all.filter { $0.registry == registry }.map(\.address.family)
            #expect(Set(families) == [.v4, .v6])
        }
    }

    @Test(arguments: NetworkFixture.all)
    func `an RDAP answer is read`(fixture: NetworkFixture) throws {
        let answer = try #require(try RDAPParser.parse(fixture.answer("rdap"), for: fixture.address).get())
        check(answer, fixture.expected.rdap, fixture)
    }

    @Test(arguments: NetworkFixture.all)
    func `a WHOIS answer is read`(fixture: NetworkFixture) throws {
        let answer = try #require(
            try WHOISParser.parse(fixture.answer("whois"), from: fixture.registry, for: fixture.address).get())
        check(answer, fixture.expected.whois, fixture)
    }

    @Test(arguments: NetworkFixture.all)
    func `an address of another network is refused`(fixture: NetworkFixture) throws {
        let other = try #require(IPAddress(fixture.address.family == .v4 ? "11.0.0.1" : "2003::1"))
        #expect(errorCode(RDAPParser.parse(try fixture.answer("rdap"), for: other)) == .malformed)
        #expect(
            errorCode(WHOISParser.parse(try fixture.answer("whois"), from: fixture.registry, for: other)) == .malformed)
        #expect(errorCode(CymruWhois.parse(try fixture.answer("cymru"), for: other)) == .malformed)
    }

    @Test(arguments: NetworkFixture.all)
    func `Cymru's TXT records are read`(fixture: NetworkFixture) throws {
        let expected = fixture.expected.origin
        let records = fixture.records(CymruDNS.originName(of: fixture.address))
        #expect(records.isEmpty == !expected.isRouted)
        guard expected.isRouted else { return }
        let answer = try #require(try CymruDNS.parseOrigin(records, for: fixture.address).get())
        check(answer, expected, withName: false)
        let number = try #require(expected.asNumbers.first)
        #expect(CymruDNS.parseASName(fixture.records(CymruDNS.nameName(ofAS: number))) == expected.asName)
    }

    @Test(arguments: NetworkFixture.all)
    func `Cymru's WHOIS lines are read`(fixture: NetworkFixture) throws {
        let answer = try #require(try CymruWhois.parse(fixture.answer("cymru"), for: fixture.address).get())
        check(answer, fixture.expected.origin, withName: true)
    }

    @Test(arguments: NetworkFixture.all)
    func `the shipped bootstrap knows the registry`(fixture: NetworkFixture) throws {
        let base = try #require(Bootstrap.shipped.baseURLs(for: fixture.address).first)
        // 139.0.0.0/8 is ARIN's, but for what was moved to RIPE NCC.
        let known: Registry = fixture.address.description.hasPrefix("139.162.") ? .arin : fixture.registry
        #expect(Registry(baseURL: base) == known)
    }

    private func check(_ answer: NetworkAnswer, _ expected: NetworkFixture.Network, _ fixture: NetworkFixture) {
        #expect(answer.facts == expected.facts)
        #expect(answer.isLeaf == expected.isLeaf)
        #expect(answer.registry == fixture.registry)
        #expect(answer.blocks.map(\.description).joined(separator: ", ") == expected.cidr)
        #expect(answer.blocks.first?.address == answer.startAddress)
        #expect(answer.blocks.last?.lastBits == answer.endAddress?.bits)
    }

    private func check(_ answer: OriginAnswer, _ expected: NetworkFixture.Origin, withName: Bool) {
        #expect(answer.facts == expected.facts(withName: withName))
        #expect(answer.prefix?.description == expected.prefix)
        #expect(answer.registry == expected.registry)
        #expect(answer.allocated == expected.allocated)
        #expect(answer.isRouted == expected.isRouted)
    }
}

/// The code of the error, if it is one.
func errorCode<Answer>(_ result: Result<Answer, LookupError>) -> LookupError.Code? {
    if case .failure(let error) = result { error.code } else { nil }
}

import AuditCore
import AuditCoreTesting
import DNSResolver
import Foundation
import ReplayUpstream
import Testing

struct ResolverTests {
    private static let client = IPAddress(v4: 0xB070_A9DA)
    private static let reverseName = "218.169.112.176.in-addr.arpa"

    private static func ptr(_ name: String, of owner: [UInt8] = DNSReply.questionName) -> [UInt8] {
        DNSReply.record(owner, type: 12, DNSReply.name(name))
    }

    private static func txt(_ strings: [[UInt8]]) -> [UInt8] {
        DNSReply.record(type: 16, strings.flatMap { [UInt8($0.count)] + $0 })
    }

    /// Asks a server that always answers with these replies.
    private func lookup<Answer>(
        _ replies: [DNSReply], timeout: Duration = .seconds(20), _ body: (CaresResolver) async -> Answer
    ) async throws -> Answer {
        try await lookup(script: { _ in replies }, timeout: timeout, body)
    }

    private func lookup<Answer>(
        script: @escaping @Sendable (DNSReplayServer.Question) -> [DNSReply], timeout: Duration = .seconds(20),
        _ body: (CaresResolver) async -> Answer
    ) async throws -> Answer {
        let server = try DNSReplayServer(script)
        defer { server.stop() }
        return await body(try resolver(server.address, timeout: timeout))
    }

    private func resolver(_ server: String, timeout: Duration, hosts: String = "/dev/null") throws -> CaresResolver {
        var configuration = DNSConfiguration()
        configuration.servers = [server]
        configuration.timeout = timeout
        configuration.hostsFile = hosts
        return try CaresResolver(configuration)
    }

    private func names(_ replies: [DNSReply], timeout: Duration = .seconds(20)) async throws -> Fact<PTRNames> {
        try await lookup(replies, timeout: timeout) { await $0.fact(about: Self.client) }.fact
    }

    private func code(_ fact: Fact<some Sendable>) -> LookupError.Code? {
        if case .unavailable(let error) = fact { error.code } else { nil }
    }

    @Test func `the resolver keeps what is asked of adapters`() async throws {
        let server = try DNSReplayServer { question in
            question.name.hasPrefix("218.") ? [DNSReply(records: [Self.ptr("host.example")])] : [DNSReply(code: 3)]
        }
        defer { server.stop() }
        let address = server.address
        let other = try #require(IPAddress("192.0.2.1"))
        try await LookupContract(about: [Self.client, other]) {
            try resolver(address, timeout: .seconds(20))
        }.run()
    }

    @Test func `a PTR's case is kept, its final dot is not`() async throws {
        #expect(try await names([DNSReply(records: [Self.ptr("rimap26.i.Mail.ru")])]) == .known("rimap26.i.Mail.ru"))
    }

    @Test func `all PTRs are taken, sorted, each once, the root left out`() async throws {
        let records = ["z.example", "M.example", "", "a.example", "m.EXAMPLE"].map { Self.ptr($0) }
        let expected = Fact.known(PTRNames(["a.example", "M.example", "z.example"])!)
        #expect(try await names([DNSReply(records: records)]) == expected)
        #expect(try await names([DNSReply(records: records.reversed())]) == expected)
        let delegated = DNSReply.name("218.128-255.169.112.176.in-addr.arpa")
        let behindAlias = ["z.example", "a.example", "M.example"].map { Self.ptr($0, of: delegated) }
        #expect(try await names([DNSReply(records: [DNSReply.record(type: 5, delegated)] + behindAlias)]) == expected)
        let broken = records + [DNSReply.record(type: 12, [5, 65])]
        #expect(try await code(names([DNSReply(records: broken)])) == .malformed)
    }

    /// More than an answer over UDP has room for; servers send them in an order that changes.
    @Test(arguments: [17, 300, 3000])
    func `of many PTRs the same sixteen are kept, in whatever order they come`(count: Int) async throws {
        let hosts = (0..<count).map { "h\(10_000 + $0)" }
        let expected = Fact.known(PTRNames(Array(hosts.prefix(16)))!)
        for first in [0, 1, count / 2, count - 1] {
            let records = (hosts[first...].reversed() + hosts[..<first]).map { Self.ptr($0) }
            var reply = DNSReply(records: records)
            reply.isTruncated = true
            #expect(try await names([reply]) == expected)
        }
    }

    @Test func `the reverse name of each family is asked for`() async throws {
        let server = try DNSReplayServer { _ in [DNSReply(code: 3)] }
        defer { server.stop() }
        let resolver = try resolver(server.address, timeout: .seconds(20))
        _ = await resolver.fact(about: Self.client)
        _ = try await resolver.fact(about: #require(IPAddress("2001:db8::567:89ab")))
        #expect(
            server.questions.map(\.name) == [
                Self.reverseName, "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
            ])
    }

    @Test func `no such name and no data are absent`() async throws {
        #expect(try await names([DNSReply(code: 3)]) == .absent)
        #expect(try await names([DNSReply()]) == .absent)
        #expect(try await names([DNSReply(records: [Self.txt([[65]])])]) == .absent)
        #expect(try await names([DNSReply(records: [Self.ptr("")])]) == .absent)
    }

    @Test(arguments: [(UInt8(2), LookupError.Code.serverFailure), (5, .refused), (1, .malformed)])
    func `a server that fails or refuses is told apart`(rcode: UInt8, expected: LookupError.Code) async throws {
        #expect(try await code(names([DNSReply(code: rcode)])) == expected)
    }

    @Test func `a silent server is given up at the deadline`() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        #expect(try await code(names([], timeout: .milliseconds(60))) == .timedOut)
        #expect(clock.now - start < .seconds(10))
    }

    @Test func `an answer with another identifier is no answer`() async throws {
        var forged = DNSReply(records: [Self.ptr("forged.example")])
        forged.idOffset = 1
        let genuine = DNSReply(records: [Self.ptr("genuine.example")])
        #expect(try await names([forged, genuine]) == .known("genuine.example"))
        #expect(try await code(names([forged], timeout: .milliseconds(60))) == .timedOut)
    }

    /// Whoever forges answers must not know what comes next from what he has seen.
    @Test func `no identifier follows from those before`() async throws {
        let server = try DNSReplayServer { _ in [DNSReply(code: 3)] }
        defer { server.stop() }
        let resolver = try resolver(server.address, timeout: .seconds(20))
        for number in 0..<60 { _ = await resolver.fact(about: IPAddress(v4: 0x0808_0800 + UInt32(number))) }
        let ids = server.questions.map(\.id)
        let steps = zip(ids.dropFirst(), ids).map { $0 &- $1 }
        #expect(Set(ids).count > 50 && Set(steps).count > 50, "\(ids)")
    }

    @Test func `a truncated answer is fetched over TCP`() async throws {
        var reply = DNSReply(records: [Self.ptr("long.example")])
        reply.isTruncated = true
        let server = try DNSReplayServer { [reply] _ in [reply] }
        defer { server.stop() }
        let answer = try await resolver(server.address, timeout: .seconds(20)).fact(about: Self.client)
        #expect(answer.fact == .known("long.example"))
        #expect(server.questions.map(\.isTCP) == [false, true])
    }

    /// RFC 2317: the customer's own zone answers for a network smaller than /24.
    @Test func `a PTR behind CNAMEs is found, one beside the chain is not`() async throws {
        let delegated = DNSReply.name("218.128-255.169.112.176.in-addr.arpa")
        let records = [
            Self.ptr("stray.example", of: DNSReply.name("stray.example")),
            DNSReply.record(type: 5, delegated), Self.ptr("customer.example", of: delegated),
        ]
        #expect(try await names([DNSReply(records: records)]) == .known("customer.example"))
        #expect(try await names([DNSReply(records: [records[0], records[1]])]) == .absent)
    }

    @Test func `a chain of CNAMEs that runs in a circle or too far is no answer`() async throws {
        let delegated = DNSReply.name("218.128-255.169.112.176.in-addr.arpa")
        let loop = [DNSReply.record(type: 5, delegated), DNSReply.record(delegated, type: 5, DNSReply.questionName)]
        #expect(try await code(names([DNSReply(records: loop)])) == .malformed)
        let steps = [DNSReply.questionName] + (1...9).map { DNSReply.name("c\($0).example") }
        let long = (0..<9).map { DNSReply.record(steps[$0], type: 5, steps[$0 + 1]) }
        #expect(try await code(names([DNSReply(records: long)])) == .malformed)
        #expect(try await names([DNSReply(records: Array(long.prefix(7)))]) == .absent)
        let broken = [DNSReply.record(type: 5, [0xC1, 0])]
        #expect(try await code(names([DNSReply(records: broken)])) == .malformed)
    }

    @Test(arguments: [4, 6, 7, 8, 9, 10, 15] as [UInt8])
    func `only NXDOMAIN says that there is no name, no odd code does`(rcode: UInt8) async throws {
        #expect(try await code(names([DNSReply(code: rcode)])) != nil)
        let text = try await lookup([DNSReply(code: rcode)]) { await $0.texts(of: "as1.asn.cymru.com") }
        #expect(code(text) != nil)
    }

    @Test(arguments: [0, 3] as [UInt8])
    func `an answer that is cut off over TCP as well is none`(rcode: UInt8) async throws {
        for records in [[], [Self.ptr("a.example")]] {
            var reply = DNSReply(code: rcode, records: records)
            reply.isAlwaysTruncated = true
            #expect(try await code(names([reply])) == .malformed)
        }
    }

    @Test func `an answer about another name is none`() async throws {
        let stray = Self.ptr("stray.example", of: DNSReply.name("218.169.112.177.in-addr.arpa"))
        #expect(try await code(names([DNSReply(records: [stray])])) == .malformed)
    }

    @Test func `a referral is no answer, an empty one of the zone's own server is`() async throws {
        let (ns, soa) = (
            DNSReply.record(type: 2, DNSReply.name("ns.example")),
            DNSReply.record(type: 6, [0, 0] + Array(repeating: 0, count: 20))
        )
        var reply = DNSReply()
        reply.authority = [ns]
        #expect(try await code(names([reply])) == .malformed)
        reply.isAuthoritative = true
        #expect(try await names([reply]) == .absent)
        reply.isAuthoritative = false
        reply.authority = [ns, soa]
        #expect(try await names([reply]) == .absent)
    }

    @Test(arguments: [
        (
            [[0, 10, 27, 255], Array("a.b\\c".utf8), Array("münchen".utf8)], #"\000\010\027\255.a\.b\\c.m\195\188nchen"#
        ),
        ([Array("a b<,>".utf8), [127]], #"a\032b<,>.\127"#),
    ])
    func `a hostile name becomes visible ASCII`(labels: [[UInt8]], expected: String) async throws {
        let record = DNSReply.record(type: 12, DNSReply.name(labels))
        #expect(try await names([DNSReply(records: [record])]) == .known(PTRNames(expected)))
    }

    @Test(arguments: [
        ("a name that points at itself", DNSReply.record(type: 12, [0xC0, 58])),
        ("a name that points forwards", DNSReply.record(type: 12, [0xC1, 0])),
        ("a name cut off", DNSReply.record(type: 12, [5, 65])),
        (
            "a name longer than 255",
            DNSReply.record(type: 12, DNSReply.name(Array(repeating: [65, 65, 65], count: 64)))
        ),
        ("a label of a reserved kind", DNSReply.record(type: 12, [0x41, 65, 0])),
        ("a name with something behind", DNSReply.record(type: 12, [1, 65, 0, 0])),
        ("data beyond the end", DNSReply.questionName + [0, 12, 0, 1, 0, 0, 0, 60, 200, 0, 1, 65, 0]),
        ("half a record", DNSReply.questionName + [0, 12]),
    ])
    func `a malformed answer is unavailable`(what: String, record: [UInt8]) async throws {
        #expect(try await code(names([DNSReply(records: [record])])) == .malformed, "\(what)")
    }

    @Test func `texts are joined, bytes as sent, in order`() async throws {
        let latin1: [UInt8] = Array("63949 | 139.162.".utf8) + [0xFC, 0, 0x22]
        let records = [Self.txt([latin1, Array("128.0/19".utf8)]), Self.txt([[]]), Self.txt([Array("b".utf8)])]
        let fact = try await lookup([DNSReply(records: records)]) { await $0.texts(of: "as1.asn.cymru.com") }
        #expect(fact == .known([latin1 + Array("128.0/19".utf8), [], [98]]))
        let broken = DNSReply.record(type: 16, [9, 65])
        let malformed = try await lookup([DNSReply(records: [broken])]) { await $0.texts(of: "as1.asn.cymru.com") }
        #expect(code(malformed) == .malformed)
        #expect(try await lookup([DNSReply(code: 3)]) { await $0.texts(of: "x.example") } == .absent)
    }

    @Test(arguments: ["", ".", "a b", "a\\.b", "ä.example", "a\u{0}b", String(repeating: "a", count: 64)])
    func `a name that is none is not asked for`(name: String) async throws {
        let server = try DNSReplayServer { _ in [] }
        defer { server.stop() }
        let resolver = try resolver(server.address, timeout: .seconds(20))
        #expect(code(await resolver.texts(of: name)) == .malformed)
        #expect(server.questions == [])
    }

    @Test func `the hosts file comes first, servers or not`() async throws {
        let hosts = FileManager.default.temporaryDirectory.appending(path: "hosts-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: hosts) }
        let text =
            "# x\n 176.112.169.218\tMail.example. other # first\n176.112.169.218 late\nnonsense\n::1 six\n192.0.2.1\n"
        try Data(text.utf8).write(to: hosts)
        let server = try DNSReplayServer { _ in [DNSReply(code: 3)] }
        defer { server.stop() }
        let resolver = try resolver(server.address, timeout: .seconds(20), hosts: hosts.path)
        #expect(await resolver.fact(about: Self.client).fact == .known("Mail.example"))
        #expect(await resolver.fact(about: IPAddress(v6: 1)).fact == .known("six"))
        #expect(server.questions == [])
        #expect(await resolver.fact(about: IPAddress(v4: 0xC000_0201)).fact == .absent)
    }

    @Test func `more questions than may be under way are refused at once`() async throws {
        let server = try DNSReplayServer { _ in [] }
        defer { server.stop() }
        var configuration = DNSConfiguration()
        configuration.servers = [server.address]
        configuration.timeout = .milliseconds(300)
        configuration.mostQuestions = 3
        let resolver = try CaresResolver(configuration)
        let codes = await withTaskGroup(of: LookupError.Code?.self) { group in
            for number in 0..<8 {
                group.addTask { code(await resolver.fact(about: IPAddress(v4: 0x0808_0800 + UInt32(number))).fact) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.count { $0 == .timedOut } == 3)
        #expect(codes.count { $0 == .overloaded } == 5)
    }

    @Test func `a cancelled lookup ends at once`() async throws {
        let (asked, isAsked) = AsyncStream.makeStream(of: Void.self)
        let server = try DNSReplayServer { _ in
            isAsked.yield()
            return []
        }
        defer { server.stop() }
        let resolver = try resolver(server.address, timeout: .seconds(600))
        let lookup = Task { await resolver.fact(about: Self.client).fact }
        for await _ in asked { break }
        lookup.cancel()
        #expect(code(await lookup.value) == .timedOut)
    }

    @Test func `many questions at once are each answered`() async throws {
        let count = 200
        let names = try await lookup(script: { question in
            [DNSReply(records: [Self.ptr("h" + question.name.prefix { $0 != "." } + ".example")])]
        }) { resolver in
            await withTaskGroup(of: String?.self) { group in
                for number in 0..<count {
                    group.addTask {
                        await resolver.fact(about: IPAddress(v4: 0x0808_0800 + UInt32(number))).value?.first
                    }
                }
                return await group.reduce(into: Set<String>()) { if let name = $1 { $0.insert(name) } }
            }
        }
        #expect(names == Set((0..<count).map { "h\($0).example" }))
    }

    @Test(arguments: ["example.org", "1.2.3.4:x", "", "300.1.1.1"])
    func `a server that is no address is refused`(server: String) {
        #expect(throws: LookupError.self) { try resolver(server, timeout: .seconds(1)) }
    }
}

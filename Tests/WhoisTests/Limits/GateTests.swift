import TestKit
import AuditCore
import Locks
import Logging
import Testing

@testable import Whois

@Suite(.timeLimit(.minutes(1))) struct GateTests {
    private let clock = HandClock()
    private let log = RecordedLog(isDetailed: false)
    private let gates: Gates
    private let name = UpstreamName(.rdap, host: "rdap.example")

    init() {
        let log = log
        gates = Gates(
            clock: MonotonicTime(clock), slowness: .milliseconds(500), most: 3, logger: log.logger)
    }

    /// All servers together, who say what they were told to.
    private struct FixedTokens: SharedTokens {
        var token: SharedToken?
        func take(_ server: String, _ limit: RequestLimit, within patience: Duration) async -> SharedToken? { token }
    }

    @Test func `a token of all servers that comes too late is none, and nobody waits for it`() async {
        let limit = RequestLimit(10, per: .seconds(1))
        func ask(_ token: SharedToken?, isPatient: Bool) async -> Upstream<Int> {
            let gates = Gates(
                clock: MonotonicTime(clock), slowness: .milliseconds(500), tokens: FixedTokens(token: token),
                logger: log.logger)
            return await gates.ask(name, limit: limit, by: clock.now.offset + .seconds(3), isPatient: isPatient) {
                Upstream(.known(1), source: .rdap)
            }
        }
        for isPatient in [true, false] {
            #expect(await ask(nil, isPatient: isPatient).fact.value == 1)
            #expect(await ask(.given(after: .zero), isPatient: isPatient).fact.value == 1)
            for token in [SharedToken.given(after: .seconds(86_400)), .refused(for: .seconds(86_400))] {
                #expect(await ask(token, isPatient: isPatient).fact.error?.code == .overloaded)
            }
        }
        #expect(await ask(.given(after: .seconds(1)), isPatient: false).fact.error?.code == .overloaded)
    }

    private func ask(
        _ name: UpstreamName? = nil, limit: RequestLimit? = nil, retryAfter: Duration? = nil,
        by deadline: Duration = .seconds(1_000_000), isPatient: Bool = false,
        _ fact: @escaping @Sendable () async -> Fact<Int>
    ) async -> Upstream<Int> {
        await gates.ask(name ?? self.name, limit: limit, by: deadline, isPatient: isPatient) {
            Upstream(await fact(), source: .rdap, retryAfter: retryAfter)
        }
    }

    private func fail(_ code: LookupError.Code = .unreachable) async {
        _ = await ask { .unavailable(LookupError(code)) }
    }

    @Test func `over the rate nobody is asked, and the answer says for how long`() async {
        let asked = Mutex(0)
        let counter = { @Sendable in
            asked.withLock { $0 += 1 }
            return 1
        }
        for _ in 0..<10 { _ = await ask(limit: RequestLimit(1, per: .seconds(1))) { .known(counter()) } }
        let refused = await ask(limit: RequestLimit(1, per: .seconds(1))) { .known(counter()) }
        #expect(refused.fact.error?.code == .overloaded)
        #expect(refused.fact.error?.isOurs == true)
        #expect(refused.retryAfter == .seconds(1))
        #expect(asked.withLock { $0 } == 10)
        #expect(gates.statuses.map(\.state) == [.ok], "our own limit is no trouble of theirs")
        clock.advance(by: .seconds(1))
        #expect(await ask { .known(counter()) }.fact == .known(1))
    }

    @Test func `a server that is down costs nobody a wait, and the log one line`() async {
        for _ in 0..<5 { await fail() }
        let refused = await ask { .known(1) }
        #expect(refused.fact.error?.code == .unreachable)
        #expect(refused.retryAfter == .seconds(30))
        #expect(gates.statuses.map(\.state) == [.down(.seconds(30))])
        #expect(gates.statuses.first?.description == "rdap rdap.example: down, to be tried again in 30 s (unreachable)")
        for _ in 0..<20 { _ = await ask { .known(1) } }
        #expect(log.messages == ["warning: an upstream is down"])
        clock.advance(by: .seconds(30))
        #expect(await ask { .known(1) }.fact == .known(1))
        #expect(gates.statuses.map(\.state) == [.ok])
        #expect(log.messages == ["warning: an upstream is down", "notice: an upstream answers again"])
    }

    @Test func `a question waits for its token if that comes before the deadline, and is known to be held up`() async {
        let limit = RequestLimit(1, per: .seconds(1)).tenth
        _ = await ask(limit: limit) { .known(0) }
        let (gates, name, question) = (gates, name, FlightQuestion(.client))
        let waiting = Task {
            await FlightQuestion.$current.withValue(question) {
                await gates.ask(name, limit: limit, by: .seconds(12)) { Upstream<Int>(.known(1), source: .rdap) }
            }
        }
        while question.progress != .heldUp { await Task.yield() }
        let tooLate = await ask(limit: limit, by: .seconds(12), isPatient: true) { .known(2) }
        #expect(tooLate.fact.error?.code == .overloaded)
        #expect(tooLate.retryAfter == .seconds(20), "behind the one that waits")
        clock.advance(by: .seconds(10))
        #expect(await waiting.value.fact == .known(1))
        #expect(question.progress == .heldUp, "also once it was asked")
        #expect(gates.statuses.map(\.state) == [.ok])
    }

    @Test func `no account by itself keeps the others from asking`() async {
        let limit = RequestLimit(1, per: .seconds(1))
        let (gates, name) = (gates, name)
        func ask(for account: String) async -> LookupError.Code? {
            await LookupAccount.$current.withValue(account) {
                await FlightQuestion.$current.withValue(FlightQuestion(.client)) {
                    // Not patient: with a deadline of now it may also be the answer that is late.
                    await gates.ask(name, limit: limit, by: .seconds(1_000_000), isPatient: false) {
                        Upstream<Int>(.known(1), source: .rdap)
                    }
                }
            }.fact.error?.code
        }
        var refusals = 0
        for _ in 0..<10_000 where await ask(for: "thief") == .overloaded { refusals += 1 }
        #expect(refusals == 9_995)
        for account in ["a", "b", "c", "d", "e"] { #expect(await ask(for: account) == nil) }
        #expect(await ask(for: "f") == .overloaded, "the server's own limit holds for all together")
    }

    @Test func `an answer that makes no sense is about one object, and no failure of the server`() async {
        for _ in 0..<20 { await fail(.malformed) }
        #expect(await ask { .known(1) }.fact == .known(1))
        #expect(gates.statuses.map(\.state) == [.ok])
    }

    @Test func `that another registry knows is an answer, not a failure`() async {
        for _ in 0..<20 { await fail(.registeredElsewhere) }
        let answer = await ask { .known(1) }
        #expect(answer.fact == .known(1))
        #expect(gates.statuses.map(\.state) == [.ok])
    }

    @Test func `after the pause one probe is sent, however many ask`() async {
        for _ in 0..<5 { await fail() }
        clock.advance(by: .seconds(30))
        let (started, start) = AsyncStream<Never>.makeStream()
        let (released, release) = AsyncStream<Never>.makeStream()
        async let probe = ask {
            start.finish()
            for await _ in released {}
            return .known(1)
        }
        for await _ in started {}
        for _ in 0..<5 { #expect(await ask { .known(2) }.fact.error?.code == .unreachable) }
        release.finish()
        #expect(await probe.fact == .known(1))
        #expect(await ask { .known(2) }.fact == .known(2))
    }

    @Test func `a wish for a pause is kept to to the second`() async {
        let limited: Fact<Int> = .unavailable(LookupError(.rateLimited))
        _ = await ask(retryAfter: .seconds(120)) { limited }
        #expect(gates.statuses.map(\.state) == [.rateLimited(.seconds(120))])
        clock.advance(by: .seconds(119))
        let refused = await ask { .known(1) }
        #expect(refused.fact.error?.code == .rateLimited)
        #expect(refused.retryAfter == .seconds(1))
        clock.advance(by: .seconds(1))
        #expect(await ask { .known(1) }.fact == .known(1))
        _ = await ask { limited }
        #expect(gates.statuses.map(\.state) == [.rateLimited(.seconds(60))], "no time was said")
    }

    @Test
    func `a question that takes too long is given up by its deadline, and five such are an upstream that is down`()
        async
    {
        for round in 0..<5 {
            let (started, start) = AsyncStream<Never>.makeStream()
            let start0 = clock.now.offset
            let gates = gates
            let name = name
            async let answer: Upstream<Int> = gates.ask(name, limit: nil, by: start0 + .seconds(1)) {
                start.finish()
                await untilCancelled()
                return Upstream(.absent, source: .rdap)
            }
            for await _ in started {}
            clock.advance(by: .seconds(1))
            #expect(await answer.fact.error?.code == .timedOut)
            #expect(gates.statuses.map(\.state) == [round < 4 ? .slow : .down(.seconds(30))])
        }
        #expect(log.messages == ["notice: an upstream is slow", "warning: an upstream is down"])
    }

    @Test func `slow is told from down, and is over when answers are quick again`() async {
        let clock = clock
        for _ in 0..<3 {
            _ = await ask {
                clock.advance(by: .milliseconds(700))
                return .known(1)
            }
        }
        #expect(gates.statuses.map(\.state) == [.slow])
        for _ in 0..<8 { _ = await ask { .known(1) } }
        #expect(gates.statuses.map(\.state) == [.ok])
        #expect(log.messages == ["notice: an upstream is slow", "notice: an upstream answers again"])
    }

    @Test func `a cancelled question says nothing of the server`() async {
        for _ in 0..<10 {
            let gates = gates
            let name = name
            let (started, start) = AsyncStream<Never>.makeStream()
            let task = Task {
                await gates.ask(name, limit: nil, by: .seconds(1)) {
                    start.finish()
                    await untilCancelled()
                    return Upstream<Int>(.unavailable(LookupError(.unreachable)), source: .rdap)
                }
            }
            for await _ in started {}
            task.cancel()
            #expect(await task.value.fact.error != nil)
        }
        #expect(await ask { .known(1) }.fact == .known(1))
        await fail(.overloaded)
        #expect(gates.statuses.map(\.state) == [.ok])
    }

    @Test func `only so many servers are remembered: the one that is idle goes first, one in trouble stays`() async {
        for _ in 0..<5 { await fail() }
        for host in ["b", "c", "d", "e"] {
            clock.advance(by: .seconds(1))
            _ = await ask(UpstreamName(.rdap, host: host)) { .known(1) }
        }
        #expect(gates.statuses.map(\.name.host) == ["d", "e", "rdap.example"])
        for host in ["d", "e"] {
            _ = await ask(UpstreamName(.rdap, host: host)) { .unavailable(LookupError(.rateLimited)) }
        }
        #expect(await ask(UpstreamName(.rdap, host: "f")) { .known(1) }.fact.error?.code == .overloaded)
        clock.advance(by: .seconds(91))
        #expect(await ask(UpstreamName(.rdap, host: "f")) { .known(1) }.fact == .known(1), "old trouble goes too")
    }

    @Test func `what a server made us log is escaped`() async {
        for _ in 0..<5 {
            _ = await ask(UpstreamName(.rdap, host: "a\u{1b}[2Jb")) { .unavailable(LookupError(.unreachable)) }
        }
        #expect(gates.statuses.first?.description.contains("\u{1b}") == false)
        #expect(log.metadata.allSatisfy { !$0.contains("\u{1b}") })
        #expect(log.metadata.contains { $0.contains("[2Jb") || $0.contains("[2jb") })
    }
}

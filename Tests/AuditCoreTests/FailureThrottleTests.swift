import TestKit
import AuditCore
import AuditCoreTesting
import Locks
import Testing

struct FailureThrottleTests {
    private let start = ContinuousClock.now

    private func throttle(
        perNetwork: Int = 3, overall: Int = 1000, tableBound: Int = 100
    ) -> FailureThrottle {
        FailureThrottle(
            perNetwork: FailureThrottle.Rate(burst: perNetwork, interval: .seconds(10)),
            overall: FailureThrottle.Rate(burst: overall, interval: .seconds(1)), tableBound: tableBound)
    }

    @Test func `a network has a burst, then one an interval, and what is missing is counted`() {
        var throttle = throttle()
        let address = IPAddress("192.0.2.1")
        let first = (0..<10).map { _ in throttle.admit(address, at: start) }
        #expect(first == [0, 0, 0] + [Int?](repeating: nil, count: 7))
        #expect(throttle.admit(address, at: start + .milliseconds(9_999)) == nil)
        #expect(throttle.admit(address, at: start + .seconds(10)) == 8)
        #expect(throttle.admit(address, at: start + .seconds(10)) == nil)
        #expect((0..<4).map { _ in throttle.admit(address, at: start + .seconds(1000)) } == [1, 0, 0, nil])
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.255", true), ("192.0.2.1", "192.0.3.1", false), ("2001:db8::1", "2001:db8::ffff", true),
        ("2001:db8::1", "2001:db8:0:ff::1", true), ("2001:db8::1", "2001:db8:0:100::1", false),
        ("192.0.2.1", "::", false),
    ])
    func `neighbours are one network`(one: String, other: String, areOne: Bool) {
        var throttle = throttle(perNetwork: 1)
        #expect(throttle.admit(IPAddress(one), at: start) == 0)
        #expect((throttle.admit(IPAddress(other), at: start) == nil) == areOne)
    }

    @Test func `how large a network is can be told`() {
        var throttle = FailureThrottle(
            perNetwork: FailureThrottle.Rate(burst: 1, interval: .seconds(10)),
            overall: FailureThrottle.Rate(burst: 1000, interval: .seconds(1)), tableBound: 100, v4PrefixLength: 16,
            v6PrefixLength: 48)
        #expect(throttle.admit(IPAddress("2001:db8::1"), at: start) == 0)
        #expect(throttle.admit(IPAddress("2001:db8:0:ffff::1"), at: start) == nil)
        #expect(throttle.admit(IPAddress("2001:db8:1::1"), at: start) == 1)
        #expect(throttle.admit(IPAddress("192.0.2.1"), at: start) == 0)
        #expect(throttle.admit(IPAddress("192.0.255.1"), at: start) == nil)
    }

    @Test func `logins without an address are one network`() {
        var throttle = throttle(perNetwork: 1)
        #expect(throttle.admit(nil, at: start) == 0)
        #expect(throttle.admit(nil, at: start) == nil)
    }

    @Test func `all networks together are bounded, and what one lost is told in another's line`() {
        var throttle = throttle(overall: 5)
        let admitted = (0..<50).filter { throttle.admit(IPAddress(v4: UInt32($0) << 8), at: start) != nil }
        #expect(admitted == [0, 1, 2, 3, 4])
        #expect(throttle.admit(IPAddress("2001:db8::"), at: start + .seconds(1)) == 45)
    }

    @Test func `the table is bounded, newcomers share, and quiet networks make room`() {
        var throttle = throttle(perNetwork: 2, tableBound: 10)
        let admitted = (0..<100).count { throttle.admit(IPAddress(v4: UInt32($0) << 8), at: start) != nil }
        #expect(admitted == 12)
        #expect(throttle.networkCount == 10)
        #expect(throttle.admit(IPAddress(v4: 5 << 8), at: start) == 88)
        #expect(throttle.admit(IPAddress(v4: 999 << 8), at: start + .seconds(60)) == 0)
        #expect(throttle.networkCount == 1)
    }

    @Test func `a flood from everywhere stays within bounds, and every failure is written or counted`() {
        var throttle = throttle(perNetwork: 20, overall: 1000, tableBound: 64)
        var random = SeededNumbers(7)
        var (written, counted) = (0, 0)
        for step in 0..<100_000 {
            let address = IPAddress(v4: UInt32.random(in: 0...UInt32.max, using: &random))
            guard let suppressed = throttle.admit(address, at: start + .milliseconds(step)) else { continue }
            written += 1
            counted += suppressed
        }
        #expect(written <= 1000 + 100)
        #expect(throttle.networkCount <= 64)
        let rest = throttle.admit(nil, at: start + .seconds(1000))
        #expect(written + counted + (rest ?? 0) == 100_000)
    }

    @Test func `a flood from many networks hides no newcomer's first lines`() {
        var throttle = FailureThrottle()
        // A botnet has used up what all may have together, and goes on.
        for round in 0..<12 {
            for network in 0..<3000 {
                _ = throttle.admit(IPAddress(v4: UInt32(network) << 8), at: start + .seconds(round))
            }
        }
        let later = start + .seconds(12)
        let last = start + .seconds(11)
        #expect(throttle.admit(IPAddress(v4: 17 << 8), at: last) == nil, "the flood itself is thinned out")
        let newcomer = IPAddress("198.51.100.7")
        let lines = (0..<30).map { throttle.admit(newcomer, at: later + .seconds($0)) != nil }
        #expect(lines.prefix(10).allSatisfy { $0 }, "enough to be banned for")
        #expect(lines.count { $0 } < 30)
        // The next hour has first lines again.
        #expect(throttle.admit(newcomer, at: later + .seconds(3700)) != nil)
    }

    @Test func `first lines are bounded, for a network and for those that find no room`() {
        var throttle = FailureThrottle(
            perNetwork: FailureThrottle.Rate(burst: 2, interval: .seconds(10)),
            overall: FailureThrottle.Rate(burst: 1, interval: .seconds(1)), tableBound: 10, sharedPlaces: 4,
            firstLines: 5, window: .seconds(100))
        let one = (0..<20).map { _ in throttle.admit(IPAddress("192.0.2.1"), at: start) }
        #expect(one.map { $0 != nil } == [Bool](repeating: true, count: 5) + [Bool](repeating: false, count: 15))
        let many = (0..<10_000).count { throttle.admit(IPAddress(v4: UInt32($0) << 8), at: start) != nil }
        #expect(many == 9 + 4 * 5)
        #expect(throttle.networkCount == 10)
        #expect(throttle.admit(IPAddress("203.0.113.1"), at: start + .seconds(100)) != nil, "a new window")
        #expect(throttle.networkCount == 1)
    }

    @Test func `the recorder writes what the throttle lets through`() async {
        let sink = RecordingAuditSink()
        let trail = AuditTrail { _ in }
        trail.use([sink])
        let now = Mutex(start)
        let recorder = FailureRecorder(trail: trail, throttle: throttle(perNetwork: 1), now: { now.withLock { $0 } })
        let failure = FailureRecord(.unknownAccount, reason: "user not found", attempt: Logins.attempt())
        for _ in 0..<3 { recorder.record(failure) }
        now.withLock { $0 += .seconds(10) }
        recorder.record(failure)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await trail.finish(within: .seconds(60)) }
            group.addTask { await trail.run() }
        }
        #expect(sink.failures.map(\.suppressed) == [0, 2])
        #expect(sink.records.isEmpty)
    }
}

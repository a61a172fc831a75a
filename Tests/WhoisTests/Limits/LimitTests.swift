import AuditCore
import Foundation
import Testing

@testable import Whois

@Suite struct LimitTests {
    @Test func `a bucket gives its burst at once, then one token for each spacing`() {
        var bucket = TokenBucket(RequestLimit(1, per: .seconds(1)))
        func wait(at now: Duration) -> Duration? {
            let wait = bucket.wait(at: now)
            guard wait == .zero else { return wait }
            bucket.take(at: now)
            return nil
        }
        for _ in 0..<10 { #expect(wait(at: .seconds(100)) == nil) }
        #expect(wait(at: .seconds(100)) == .seconds(1))
        #expect(wait(at: .milliseconds(100_400)) == .milliseconds(600))
        #expect(wait(at: .seconds(101)) == nil)
        #expect(wait(at: .seconds(101)) == .seconds(1))
        #expect(!bucket.isFull(at: .seconds(110)))
        #expect(bucket.isFull(at: .seconds(111)))
        for _ in 0..<10 { #expect(wait(at: .seconds(500)) == nil) }
        #expect(wait(at: .seconds(500)) != nil)
    }

    @Test func `a token can be taken that is not there yet, and who comes later waits longer`() {
        var bucket = TokenBucket(RequestLimit(1, per: .seconds(1)).tenth)
        for wait in [0, 10, 20] {
            #expect(bucket.wait(at: .seconds(5)) == .seconds(wait))
            bucket.take(at: .seconds(5))
        }
        #expect(bucket.wait(at: .seconds(15)) == .seconds(20))
    }

    @Test func `an account may have half of a limit, and at least one question`() {
        let share = RequestLimit(1, per: .seconds(1)).share
        #expect((share.spacing, share.burst) == (.seconds(2), 5))
        #expect(RequestLimit(1, per: .seconds(1)).tenth.share.burst == 1)
    }

    @Test(arguments: [
        (1, Duration.seconds(1), Duration.seconds(10), 1), (30, .seconds(60), .seconds(20), 30),
        (100, .seconds(3600), .seconds(360), 100),
    ])
    func `a tenth has ten times the spacing and a tenth of the burst`(
        count: Int, interval: Duration, spacing: Duration, burst: Int
    ) {
        let limit = RequestLimit(count, per: interval)
        #expect(limit.burst == 10 * count)
        #expect(limit.tenth.spacing == spacing)
        #expect(limit.tenth.burst == burst)
    }

    @Test func `five failures within half a minute open the breaker, and one probe closes it`() {
        var breaker = Breaker()
        for second in 0..<5 {
            #expect(breaker.refusal(at: .seconds(second)) == nil)
            let isProbe = breaker.begin()
            #expect(!isProbe)
            breaker.end(.failed, isProbe: false, at: .seconds(second))
        }
        #expect(breaker.refusal(at: .seconds(5))?.wait == .seconds(29))
        #expect(breaker.refusal(at: .seconds(34)) == nil)
        let isProbe1 = breaker.begin()
        #expect(isProbe1)
        #expect(breaker.refusal(at: .seconds(34)) != nil, "a second probe")
        breaker.end(.answered, isProbe: true, at: .seconds(35))
        #expect(breaker.isForgettable(at: .seconds(35)))
        #expect(breaker.refusal(at: .seconds(35)) == nil)
    }

    @Test func `a probe that fails opens it again, one that nobody waits for makes room for the next`() {
        var breaker = Breaker()
        for _ in 0..<5 { breaker.end(.failed, isProbe: false, at: .zero) }
        let isProbe2 = breaker.begin()
        #expect(isProbe2)
        breaker.end(.failed, isProbe: true, at: .seconds(31))
        #expect(breaker.refusal(at: .seconds(60)) != nil)
        #expect(breaker.refusal(at: .seconds(61)) == nil)
        let isProbe3 = breaker.begin()
        #expect(isProbe3)
        breaker.end(.abandoned, isProbe: true, at: .seconds(62))
        #expect(breaker.refusal(at: .seconds(62)) == nil)
    }

    @Test func `failures far apart, or with an answer between, open nothing`() {
        var breaker = Breaker()
        for second in 0..<20 { breaker.end(.failed, isProbe: false, at: .seconds(second * 8)) }
        #expect(breaker.refusal(at: .seconds(160)) == nil)
        breaker = Breaker()
        for second in 0..<20 {
            breaker.end(second % 5 == 4 ? .answered : .failed, isProbe: false, at: .seconds(second))
        }
        #expect(breaker.refusal(at: .seconds(20)) == nil)
    }

    @Test func `a wish for a pause is kept to, whatever earlier questions still answer`() {
        var breaker = Breaker()
        _ = breaker.begin()
        _ = breaker.begin()
        breaker.end(.rateLimited(.seconds(600)), isProbe: false, at: .zero)
        breaker.end(.answered, isProbe: false, at: .seconds(1))
        breaker.end(.rateLimited(.seconds(10)), isProbe: false, at: .seconds(2))
        #expect(breaker.refusal(at: .seconds(2))?.wait == .seconds(598))
        #expect(breaker.refusal(at: .seconds(599))?.reason == .rateLimited)
        #expect(breaker.refusal(at: .seconds(600)) == nil)
    }

    @Test(
        arguments: [
            ("120", nil, Duration.seconds(120)), (" 7 ", nil, .seconds(7)), ("0", nil, .seconds(1)),
            ("99999999", nil, .seconds(86_400)), ("99999999999999999999999999", nil, .seconds(86_400)),
            ("Sun, 06 Nov 1994 08:51:37 GMT", nil, .seconds(120)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", nil, .seconds(1)), ("Sun, 06 Nov 1994 07:00:00 GMT", nil, .seconds(1)),
            ("Sun, 06 Nov 2044 08:49:37 GMT", nil, .seconds(86_400)),
            ("Wed, 01 Jan 2020 00:02:00 GMT", "Wed, 01 Jan 2020 00:00:30 GMT", .seconds(90)),
            ("Sun, 06 Nov 1994 08:51:37 GMT", "yesterday", .seconds(120)),
            ("-5", nil, nil), ("1.5", nil, nil), ("", nil, nil), ("soon", nil, nil), ("٣", nil, nil),
            ("1e3", nil, nil), ("Sun, 32 Nov 1994 08:49:37 GMT", nil, nil),
        ] as [(String, String?, Duration?)])
    func `Retry-After is read as seconds or as a date, within bounds`(
        field: String, date: String?, wait: Duration?
    ) {
        let now = Timestamp(milliseconds: 784_111_777_000)  // Sun, 06 Nov 1994 08:49:37 GMT
        #expect(RetryAfter.read(field, date: date, now: now) == wait)
    }
}

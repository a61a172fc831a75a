import AppPasswordCore
import AuditCore
import Testing

struct LoginCoalescerTests {
    /// Times in ms; `written` is the time of a row and when it was released (now), in the order of release.
    static let table: [(String, logins: [Int64], written: [Int64])] = [
        ("one login", [0], [0]),
        ("two in a burst", [0, 1000], [0, 1000]),
        ("a burst: the first and the last", [0, 100, 200, 300], [0, 300]),
        ("a follower long after the first is last of its bucket", [0, 59_999], [0, 59_999]),
        ("the end of the bucket starts another", [0, 60_000], [0, 60_000]),
        ("a pause of 5 s ends a bucket", [0, 1000, 6000, 7000], [0, 1000, 6000, 7000]),
        ("a pause of less does not", [0, 1000, 5999, 7000], [0, 7000]),
        ("a pause after the first alone does not", [0, 30_000, 31_000], [0, 31_000]),
        ("the same millisecond is the same row", [0, 0, 0], [0]),
        ("the same millisecond as the last", [0, 1000, 1000], [0, 1000]),
        ("out of order within a bucket changes nothing", [0, 2000, 1000], [0, 2000]),
        ("a little before the first changes nothing", [10_000, 9000], [10_000]),
        ("the clock was set back an hour", [3_600_000, 3_601_000, 0, 1000], [3_600_000, 3_601_000, 0, 1000]),
    ]

    @Test(arguments: table)
    func `the rule, case by case`(what: String, logins: [Int64], written: [Int64]) {
        var driver = Driver(LoginCoalescer())
        for login in logins { driver.login(at: login) }
        driver.finish()
        #expect(driver.written.map(\.time).sorted() == written.sorted(), "\(what)")
    }

    @Test func `a client that never pauses gets the first and the last of each minute, and last-used stays fresh`() {
        var driver = Driver(LoginCoalescer())
        for second in 0..<600 { driver.login(at: Int64(second) * 1000) }
        driver.finish()
        let minutes = stride(from: Int64(0), to: 600_000, by: 60_000)
        let expected: [Int64] = minutes.flatMap { [$0, $0 + 59_000] }
        #expect(driver.written.map(\.time) == expected)
        #expect(driver.written.allSatisfy { $0.now - $0.time <= 1000 })
        #expect(driver.worstStaleness <= 60_000)
    }

    @Test func `the last of a burst is written when 5 s have passed, the first at once`() {
        var coalescer = LoginCoalescer()
        var driver = Driver(coalescer)
        driver.login(at: 0)
        #expect(driver.written.map(\.time) == [0])
        driver.login(at: 1000)
        coalescer = driver.coalescer
        #expect(coalescer.nextDue == Timestamp(milliseconds: 6000))
        #expect(coalescer.due(at: Timestamp(milliseconds: 5999)) == [])
        #expect(coalescer.due(at: Timestamp(milliseconds: 6000)) == [2])
        #expect(coalescer.due(at: Timestamp(milliseconds: 6001)) == [])
    }

    @Test func `a refused login neither stands for a use nor hides one`() {
        func row(_ time: Int64, _ refusal: String?) -> LoginLogRow {
            LoginLogRow(
                passwordID: 1, service: "imap", sourceAddress: "192.0.2.1", time: Timestamp(milliseconds: time),
                refusal: refusal)
        }
        var coalescer = LoginCoalescer()
        let logins = [
            row(0, "denied"), row(1, nil), row(2, "denied"), row(3, nil), row(4, "revoked"), row(5, "denied"),
        ]
        var decisions: [LoginCoalescer.Decision] = []
        for (number, login) in logins.enumerated() {
            let plan = coalescer.plan(for: login)
            decisions.append(plan.decision)
            _ = coalescer.apply(plan, number: UInt64(number + 1))
        }
        #expect(
            decisions == [
                .first, .first, .follower(replacing: nil), .follower(replacing: nil), .first, .follower(replacing: 3),
            ])
    }

    @Test func `keys are the password, the service and the address`() {
        var driver = Driver(LoginCoalescer())
        driver.login(at: 0)
        driver.login(at: 1, password: 2)
        driver.login(at: 2, service: "smtp")
        driver.login(at: 3, address: "192.0.2.2")
        driver.login(at: 4, address: nil)
        #expect(driver.written.count == 5)
    }

    @Test func `without a bucket every login is written, without quiet nearly every one`() {
        var all = Driver(LoginCoalescer(bucket: .zero))
        for time in [0, 0, 1, 2, 1] as [Int64] { all.login(at: time) }
        #expect(all.written.map(\.time) == [0, 0, 1, 2, 1])
        #expect(all.coalescer.bucketCount == 0)
        var quiet = Driver(LoginCoalescer(quiet: .zero))
        for time in [0, 0, 1, 2, 3] as [Int64] { quiet.login(at: time) }
        quiet.finish()
        #expect(quiet.written.map(\.time) == [0, 1, 2, 3])
    }

    @Test func `a clock set back releases what is pending`() {
        var driver = Driver(LoginCoalescer())
        driver.login(at: 3_600_000)
        driver.login(at: 3_601_000)
        _ = driver.coalescer.due(at: Timestamp(milliseconds: 3_601_000))
        #expect(driver.coalescer.due(at: Timestamp(milliseconds: 0)) == [2])
        #expect(driver.coalescer.bucketCount == 0)
    }

    @Test func `at the bound the bucket nearest to its end is closed, and nothing is lost`() {
        var driver = Driver(LoginCoalescer(maxBuckets: 10))
        for password in 1...1000 as ClosedRange<Int64> {
            driver.login(at: password * 2, password: password)
            driver.login(at: password * 2 + 1, password: password)
            #expect(driver.coalescer.bucketCount <= 10)
        }
        driver.finish()
        #expect(Set(driver.written.map(\.time)) == Set(2...2001))
        #expect(driver.written.count == 2000)
    }

    @Test func `a bucket that is over is forgotten`() {
        var driver = Driver(LoginCoalescer())
        driver.login(at: 0)
        #expect(driver.coalescer.nextDue == Timestamp(milliseconds: 60_000))
        #expect(driver.coalescer.due(at: Timestamp(milliseconds: 60_000)) == [])
        #expect(driver.coalescer.bucketCount == 0)
        #expect(driver.coalescer.nextDue == nil)
    }

    @Test func `however late due is asked, the logins' own times decide`() {
        let times: [Int64] = [0, 1000, 2000, 8000, 9000, 20_000, 59_000, 61_000, 130_000]
        for asksEvery in [1, 2, 5, 100] {
            var driver = Driver(LoginCoalescer(), asksEvery: asksEvery)
            for time in times { driver.login(at: time) }
            driver.finish()
            #expect(Set(driver.written.map(\.time)) == [0, 2000, 8000, 9000, 20_000, 61_000, 130_000])
        }
    }

    @Test func `extreme times and durations do not trap`() {
        for duration in [Duration.zero, .seconds(Int64.max), .seconds(Int64.min)] {
            var driver = Driver(LoginCoalescer(bucket: duration, quiet: duration))
            for time in [Int64.max, .min, 0, .max, .min] { driver.login(at: time) }
            driver.finish()
        }
    }

    /// Feeds a coalescer and writes down what is released when.
    struct Driver {
        var coalescer: LoginCoalescer
        var asksEvery = 1
        var written: [(time: Int64, now: Int64)] = []
        var worstStaleness: Int64 = 0
        private var times: [UInt64: Int64] = [:]
        private var now = Int64.min

        init(_ coalescer: LoginCoalescer, asksEvery: Int = 1) {
            self.coalescer = coalescer
            self.asksEvery = asksEvery
        }

        mutating func login(at time: Int64, password: Int64 = 1, service: String = "imap", address: String? = "::1") {
            let number = UInt64(times.count + 1)
            times[number] = time
            // A login that is late by less than a bucket does not mean that the clock went back.
            now = time < now &- 60_000 ? time : max(now, time)
            if times.count % asksEvery == 0 { release(coalescer.due(at: Timestamp(milliseconds: now)), now: now) }
            let row = LoginLogRow(
                passwordID: password, service: service, sourceAddress: address, time: Timestamp(milliseconds: time))
            let plan = coalescer.plan(for: row)
            release(coalescer.apply(plan, number: number), now: time)
            if plan.decision == .first { release([number], now: time) }
            worstStaleness = max(worstStaleness, time &- (written.map(\.time).max() ?? time))
        }

        mutating func finish() {
            while let due = coalescer.nextDue {
                let now = min(due.milliseconds, .max)
                release(coalescer.due(at: due), now: now)
                if now == .max { break }
            }
        }

        private mutating func release(_ numbers: [UInt64], now: Int64) {
            for number in numbers { written.append((times[number, default: .min], now)) }
        }
    }
}

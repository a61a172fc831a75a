import AppPasswordCore
import AuditCore
import Testing

@testable import PasswordSchemes

struct GuessLimiterTests {
    private func limiter(_ change: (inout GuessLimits) -> Void = { _ in }) -> GuessLimiter {
        var limits = GuessLimits()
        limits.perNetwork = 10
        limits.perAccount = 20
        limits.perNetworkUnderAttack = 3
        change(&limits)
        return GuessLimiter(limits, key: DigestKey())
    }

    private func admit(
        _ limiter: GuessLimiter, _ password: String, _ address: String, account: String = "alice",
        at now: Duration = .zero
    ) -> GuessLimiter.Admission? {
        limiter.guess(Password(password), account: account, from: IPAddress(address)).map { limiter.admit($0, at: now) }
    }

    @Test func `a network has its number of distinct wrong passwords, over all accounts`() {
        let limiter = limiter()
        for number in 0..<10 {
            #expect(admit(limiter, "wrong \(number)", "192.0.2.\(number)", account: "user \(number)") == .admitted)
        }
        #expect(admit(limiter, "another", "192.0.2.200") == .refused(isFirst: true))
        #expect(admit(limiter, "yet another", "192.0.2.201") == .refused(isFirst: false))
        #expect(admit(limiter, "another", "192.0.3.1") == .admitted)
    }

    @Test func `the same wrong password counts once`() {
        let limiter = limiter()
        for _ in 0..<1000 { #expect(admit(limiter, "old password", "192.0.2.1") == .admitted) }
        for number in 0..<9 { #expect(admit(limiter, "wrong \(number)", "192.0.2.1") == .admitted) }
        #expect(admit(limiter, "one more", "192.0.2.1") == .refused(isFirst: true))
    }

    @Test func `the window slides`() {
        let limiter = limiter()
        for number in 0..<10 { _ = admit(limiter, "wrong \(number)", "192.0.2.1", at: .seconds(300)) }
        #expect(admit(limiter, "a", "192.0.2.1", at: .seconds(599)) == .refused(isFirst: true))
        // Half of the next window has passed, so half of the ten still count.
        #expect(admit(limiter, "b", "192.0.2.1", at: .seconds(900)) == .admitted)
        for number in 0..<4 { _ = admit(limiter, "more \(number)", "192.0.2.1", at: .seconds(900)) }
        #expect(admit(limiter, "c", "192.0.2.1", at: .seconds(900)) == .refused(isFirst: false))
        #expect(admit(limiter, "d", "192.0.2.1", at: .seconds(3600)) == .admitted)
    }

    @Test func `what is refused is logged once for each window`() {
        let limiter = limiter { $0.perNetwork = 1 }
        _ = admit(limiter, "a", "192.0.2.1")
        #expect(admit(limiter, "b", "192.0.2.1") == .refused(isFirst: true))
        #expect(admit(limiter, "c", "192.0.2.1", at: .seconds(500)) == .refused(isFirst: false))
        _ = admit(limiter, "d", "192.0.2.1", at: .seconds(1300))
        #expect(admit(limiter, "e", "192.0.2.1", at: .seconds(1300)) == .refused(isFirst: true))
    }

    @Test func `an account under attack stays open to networks that do not guess at it`() {
        let limiter = limiter()
        for number in 0..<20 { #expect(admit(limiter, "wrong \(number)", "10.0.\(number).1") == .admitted) }
        // Above the account's limit: each network has three guesses more.
        for number in 0..<3 { #expect(admit(limiter, "again \(number)", "10.1.0.1") == .admitted) }
        #expect(admit(limiter, "again 3", "10.1.0.1") == .refused(isFirst: true))
        #expect(admit(limiter, "the right one", "198.51.100.1") == .admitted)
        #expect(admit(limiter, "bob's", "10.1.0.1", account: "bob") == .admitted)
    }

    @Test func `a network with a success is exempt for that account, for a while`() throws {
        let limiter = limiter()
        let owner = try #require(limiter.guess(Password("right"), account: "alice", from: IPAddress("192.0.2.7")))
        #expect(limiter.admit(owner, at: .zero) == .admitted)
        limiter.succeeded(owner, at: .zero)
        for number in 0..<100 { #expect(admit(limiter, "typo \(number)", "192.0.2.9") == .admitted) }
        for number in 0..<10 { _ = admit(limiter, "wrong \(number)", "192.0.2.9", account: "bob") }
        #expect(admit(limiter, "x", "192.0.2.9", account: "bob") == .refused(isFirst: true))
        #expect(admit(limiter, "y", "192.0.2.9") == .admitted)
        let later = Duration.seconds(15 * 86_400)
        for number in 0..<10 { _ = admit(limiter, "later \(number)", "192.0.2.9", at: later) }
        #expect(admit(limiter, "z", "192.0.2.9", at: later) == .refused(isFirst: true))
    }

    @Test func `what was right, or was not checked, does not count`() throws {
        let limiter = limiter()
        for number in 0..<100 {
            let guess = try #require(
                limiter.guess(Password("\(number)"), account: "user \(number)", from: IPAddress("192.0.2.1")))
            #expect(limiter.admit(guess, at: .zero) == .admitted)
            if number.isMultiple(of: 2) {
                limiter.succeeded(guess, at: .zero)
            } else {
                limiter.takeBack(guess, at: .zero)
            }
        }
        #expect(admit(limiter, "fresh", "192.0.2.1") == .admitted)
    }

    @Test func `one network cannot take back what was counted for another`() throws {
        let limiter = limiter { $0.perNetwork = 1 }
        #expect(admit(limiter, "wrong", "192.0.2.1") == .admitted)
        let other = try #require(limiter.guess(Password("wrong"), account: "alice", from: IPAddress("203.0.113.1")))
        #expect(limiter.admit(other, at: .zero) == .admitted)
        limiter.takeBack(other, at: .zero)
        #expect(admit(limiter, "wrong 2", "192.0.2.1") == .refused(isFirst: true))
    }

    @Test func `an IPv6 site is one network, families are apart, local logins are not limited`() {
        let limiter = limiter { $0.perNetwork = 1 }
        _ = admit(limiter, "a", "2001:db8:0:aa00::1")
        #expect(admit(limiter, "b", "2001:db8:0:aaff:ffff::1") == .refused(isFirst: true))
        #expect(admit(limiter, "b", "2001:db8:0:ab00::1") == .admitted)
        #expect(limiter.guess(Password("x"), account: "alice", from: nil) == nil)
    }

    @Test func `zero switches a limit off`() {
        let limiter = limiter {
            $0.perNetwork = 0
            $0.perAccount = 0
        }
        for number in 0..<1000 { #expect(admit(limiter, "wrong \(number)", "192.0.2.1") == .admitted) }
    }

    @Test func `its tables are bounded`() {
        let limiter = limiter { $0.capacity = 64 }
        for number in 0..<5000 { _ = admit(limiter, "wrong \(number)", "10.\(number / 250).\(number % 250).1") }
        #expect(limiter.entryCount <= 5 * 64)
    }
}

import TestKit
import AppPasswordCore
import AuditCore
import Testing

@testable import PasswordSchemes

struct GuessLimiterTests {
    private func limiter(_ change: (inout GuessLimits) -> Void = { _ in }) -> GuessLimiter {
        var limits = GuessLimits()
        limits.perNetwork = 10
        limits.perAccount = 20
        limits.perAccountAndNetwork = 3
        limits.perKnownNetwork = 30
        change(&limits)
        let known = KnownNetworks(limits, start: Timestamp(milliseconds: 0), logger: RecordedLog().logger)
        return GuessLimiter(limits, key: DigestKey(), known: known)
    }

    private func guess(
        _ limiter: GuessLimiter, _ password: String, _ address: String?, account: String = "alice"
    ) -> GuessLimiter.Guess {
        let origin = address.flatMap { IPAddress($0) }.map { GuessOrigin.address($0) } ?? .local
        return limiter.guess(Password(password), account: account, from: origin)
    }

    private func admit(
        _ limiter: GuessLimiter, _ password: String, _ address: String?, account: String = "alice",
        at now: Duration = .zero
    ) -> GuessLimiter.Admission {
        limiter.admit(guess(limiter, password, address, account: account), at: now)
    }

    /// Ten wrong passwords for ten accounts: the network is at its limit.
    private func fill(_ limiter: GuessLimiter, _ network: String = "192.0.2", at now: Duration = .zero) {
        for number in 0..<10 {
            let admission = admit(limiter, "wrong", "\(network).\(number)", account: "user \(number)", at: now)
            #expect(admission == .admitted)
        }
    }

    @Test func `above a network's limit each account has guesses of its own there`() {
        let limiter = limiter()
        fill(limiter)
        for account in ["alice", "bert", "carol"] {
            for number in 0..<3 {
                #expect(admit(limiter, "guess \(number)", "192.0.2.200", account: account) == .admitted)
            }
        }
        #expect(admit(limiter, "another", "192.0.2.200") == .refused(.network, isFirst: true))
        #expect(admit(limiter, "yet another", "192.0.2.201", account: "bert") == .refused(.network, isFirst: false))
        #expect(admit(limiter, "another", "192.0.3.1") == .admitted)
        #expect(admit(limiter, "newcomer's", "192.0.2.1", account: "dave") == .admitted)
    }

    @Test func `the same wrong password counts once, and is never in the way`() {
        let limiter = limiter()
        #expect(admit(limiter, "old password", "192.0.2.1") == .admitted)
        for _ in 0..<1000 { #expect(admit(limiter, "old password", "192.0.2.1") == .repeated) }
        fill(limiter)
        for number in 0..<2 { #expect(admit(limiter, "wrong \(number)", "192.0.2.1") == .admitted) }
        #expect(admit(limiter, "one more", "192.0.2.1") == .refused(.network, isFirst: true))
        #expect(admit(limiter, "old password", "192.0.2.1") == .repeated)
    }

    @Test func `clients that go on with old passwords count once each, window after window`() {
        let limiter = limiter()
        for minute in 0..<60 {
            let now = Duration.seconds(minute * 60)
            for number in 0..<10 {
                let admission = admit(limiter, "old", "192.0.2.\(number)", account: "user \(number)", at: now)
                #expect(admission == (minute == 0 ? .admitted : .repeated))
            }
            for number in 0..<2 {
                let admission = admit(limiter, "old \(number)", "192.0.2.1", at: now)
                #expect(admission == (minute == 0 ? .admitted : .repeated))
            }
            let right = guess(limiter, "right \(minute)", "192.0.2.1")
            #expect(limiter.admit(right, at: now) == .admitted, "minute \(minute)")
            limiter.takeBack(right, at: now)
        }
        // They are still counted, and no longer when they have stopped.
        #expect(admit(limiter, "third", "192.0.2.1", at: .seconds(3599)) == .admitted)
        #expect(admit(limiter, "fourth", "192.0.2.1", at: .seconds(3599)) == .refused(.network, isFirst: true))
        for number in 0..<13 {
            #expect(
                admit(limiter, "new \(number)", "192.0.2.1", at: .seconds(4800))
                    == (number < 10 ? .admitted : .refused(.network, isFirst: number == 10)))
        }
    }

    @Test func `a password tried elsewhere does not stay counted where it came from first`() {
        let limiter = limiter { $0.perNetwork = 3 }
        for number in 0..<3 { #expect(admit(limiter, "wrong \(number)", "192.0.2.1") == .admitted) }
        #expect(admit(limiter, "wrong 0", "203.0.113.1", at: .seconds(900)) == .repeated)
        #expect(admit(limiter, "wrong 3", "192.0.2.1", at: .seconds(900)) == .admitted)
        #expect(admit(limiter, "wrong 0", "203.0.113.1", at: .seconds(1200)) == .admitted)
    }

    @Test func `the window slides`() {
        let limiter = limiter { $0.perAccountAndNetwork = 1 }
        fill(limiter, at: .seconds(300))
        #expect(
            admit(limiter, "a", "192.0.2.1", account: "user 1", at: .seconds(599)) == .refused(.network, isFirst: true))
        // Half of the next window has passed, so half of the ten still count, and half of one.
        #expect(admit(limiter, "b", "192.0.2.1", account: "user 1", at: .seconds(900)) == .admitted)
        for number in 0..<4 { _ = admit(limiter, "more", "192.0.2.1", account: "m\(number)", at: .seconds(900)) }
        #expect(
            admit(limiter, "c", "192.0.2.1", account: "user 1", at: .seconds(900)) == .refused(.network, isFirst: false)
        )
        #expect(admit(limiter, "d", "192.0.2.1", account: "user 1", at: .seconds(3600)) == .admitted)
    }

    @Test func `what is refused is logged once for each window`() {
        let limiter = limiter {
            $0.perNetwork = 1
            $0.perAccountAndNetwork = 1
        }
        _ = admit(limiter, "a", "192.0.2.1")
        #expect(admit(limiter, "b", "192.0.2.1") == .refused(.network, isFirst: true))
        #expect(admit(limiter, "c", "192.0.2.1", at: .seconds(500)) == .refused(.network, isFirst: false))
        _ = admit(limiter, "d", "192.0.2.1", at: .seconds(1300))
        #expect(admit(limiter, "e", "192.0.2.1", at: .seconds(1300)) == .refused(.network, isFirst: true))
    }

    @Test func `an account under attack stays open to each network`() {
        let limiter = limiter()
        for number in 0..<20 { #expect(admit(limiter, "wrong \(number)", "10.0.\(number).1") == .admitted) }
        for number in 0..<3 { #expect(admit(limiter, "again \(number)", "10.1.0.1") == .admitted) }
        #expect(admit(limiter, "again 3", "10.1.0.1") == .refused(.account, isFirst: true))
        #expect(admit(limiter, "the right one", "198.51.100.1") == .admitted)
        #expect(admit(limiter, "bob's", "10.1.0.1", account: "bob") == .admitted)
    }

    @Test func `a network with a success has its own limit for that account, for a while`() {
        let limiter = limiter()
        let owner = guess(limiter, "right", "192.0.2.7")
        #expect(limiter.admit(owner, at: .zero) == .admitted)
        limiter.succeeded(owner, at: .zero)
        for number in 0..<30 { #expect(admit(limiter, "typo \(number)", "192.0.2.9") == .admitted) }
        #expect(admit(limiter, "typo 30", "192.0.2.9") == .refused(.knownNetwork, isFirst: true))
        #expect(admit(limiter, "typo 31", "192.0.2.9") == .refused(.knownNetwork, isFirst: false))
        let later = Duration.seconds(15 * 86_400)
        for number in 0..<10 { #expect(admit(limiter, "later \(number)", "192.0.2.9", at: later) == .admitted) }
        #expect(admit(limiter, "z", "192.0.2.9", at: later) == .refused(.network, isFirst: true))
    }

    @Test func `what was right, or was not checked, does not count`() {
        let limiter = limiter()
        for number in 0..<100 {
            let guess = guess(limiter, "\(number)", "192.0.2.1", account: "user \(number % 2)")
            #expect(limiter.admit(guess, at: .zero) == .admitted)
            if number.isMultiple(of: 2) {
                limiter.succeeded(guess, at: .zero)
            } else {
                limiter.takeBack(guess, at: .zero)
            }
        }
        for number in 0..<10 { #expect(admit(limiter, "fresh \(number)", "192.0.2.1", account: "user 1") == .admitted) }
    }

    @Test func `one network cannot take back what was counted for another`() {
        let limiter = limiter {
            $0.perNetwork = 1
            $0.perAccountAndNetwork = 1
        }
        #expect(admit(limiter, "wrong", "192.0.2.1") == .admitted)
        let other = guess(limiter, "wrong", "203.0.113.1")
        #expect(limiter.admit(other, at: .zero) == .repeated)
        limiter.takeBack(other, at: .zero)
        #expect(admit(limiter, "wrong 2", "192.0.2.1") == .refused(.network, isFirst: true))
    }

    @Test func `what is found wrong counts, also if it was taken back, and once`() {
        let limiter = limiter {
            $0.perNetwork = 1
            $0.perAccountAndNetwork = 2
        }
        let guess = guess(limiter, "wrong", "192.0.2.1")
        #expect(limiter.admit(guess, at: .zero) == .admitted)
        #expect(limiter.admit(guess, at: .zero) == .repeated)
        limiter.takeBack(guess, at: .zero)
        for _ in 0..<3 { limiter.failed(guess, at: .zero) }
        #expect(admit(limiter, "wrong 2", "192.0.2.1") == .admitted)
        #expect(admit(limiter, "wrong 3", "192.0.2.1") == .refused(.network, isFirst: true))
    }

    @Test func `an IPv6 site is one network`() {
        let limiter = limiter {
            $0.perNetwork = 1
            $0.perAccountAndNetwork = 1
        }
        _ = admit(limiter, "a", "2001:db8:0:aa00::1")
        #expect(admit(limiter, "b", "2001:db8:0:aaff:ffff::1") == .refused(.network, isFirst: true))
        #expect(admit(limiter, "b", "2001:db8:0:ab00::1") == .admitted)
    }

    @Test(arguments: [GuessOrigin.local, .refusedNetwork])
    func `without a network each account has its own number, and none of others`(origin: GuessOrigin) {
        let limiter = limiter()
        func admit(_ password: String, _ account: String) -> GuessLimiter.Admission {
            limiter.admit(limiter.guess(Password(password), account: account, from: origin), at: .zero)
        }
        for number in 0..<20 { #expect(admit("wrong \(number)", "alice") == .admitted) }
        #expect(admit("wrong 20", "alice") == .refused(.account, isFirst: true))
        #expect(admit("wrong 0", "alice") == .repeated)
        for number in 0..<200 { #expect(admit("wrong", "user \(number)") == .admitted) }
        // Nobody elsewhere pays for it: neither the account nor any network.
        for number in 0..<10 { #expect(self.admit(limiter, "\(number)", "192.0.2.1") == .admitted) }
        #expect(self.admit(limiter, "10", "192.0.2.1") == .refused(.network, isFirst: true))
        #expect(self.admit(limiter, "10", "192.0.3.1") == .admitted)
    }

    @Test func `nothing makes a refused network known`() {
        let limiter = limiter()
        let right = limiter.guess(Password("right"), account: "alice", from: .refusedNetwork)
        limiter.succeeded(right, at: .zero)
        for number in 0..<20 {
            let guess = limiter.guess(Password("\(number)"), account: "alice", from: .refusedNetwork)
            #expect(limiter.admit(guess, at: .zero) == .admitted)
        }
        let next = limiter.guess(Password("20"), account: "alice", from: .refusedNetwork)
        #expect(limiter.admit(next, at: .zero) == .refused(.account, isFirst: true))
    }

    @Test func `zero switches a limit off`() {
        let limiter = limiter {
            $0.perNetwork = 0
            $0.perAccount = 0
            $0.perKnownNetwork = 0
        }
        for number in 0..<1000 { #expect(admit(limiter, "wrong \(number)", "192.0.2.1") == .admitted) }
        limiter.succeeded(guess(limiter, "right", "192.0.2.1"), at: .zero)
        for number in 1000..<3000 { #expect(admit(limiter, "wrong \(number)", "192.0.2.1") == .admitted) }
        for number in 0..<1000 { #expect(admit(limiter, "local \(number)", nil) == .admitted) }
    }

    @Test func `its tables are bounded`() {
        let limiter = limiter { $0.capacity = 64 }
        for number in 0..<5000 { _ = admit(limiter, "wrong \(number)", "10.\(number / 250).\(number % 250).1") }
        #expect(limiter.entryCount <= 4 * 64)
    }
}

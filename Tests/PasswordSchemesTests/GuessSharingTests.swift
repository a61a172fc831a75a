import AppPasswordCore
import AuditCore
import Locks
import TestKit
import Testing

@testable import PasswordSchemes

struct GuessSharingTests {
    /// Answers from a list, and writes down what it is told.
    private final class ScriptedSharing: GuessSharing {
        private let state: Mutex<(answers: [SharedAdmission?], learnt: [String], takenBack: [String?])>
        private let asked: @Sendable () async -> Void
        init(_ answers: [SharedAdmission?] = [], asked: @escaping @Sendable () async -> Void = {}) {
            state = Mutex((answers, [], []))
            self.asked = asked
        }
        var learnt: [String] { state.withLock { $0.learnt } }
        var takenBack: [String?] { state.withLock { $0.takenBack } }
        func admit(_ guess: SharedGuess) async -> SharedAdmission? {
            let answer = state.withLock { $0.answers.isEmpty ? nil : $0.answers.removeFirst() }
            await asked()
            return answer
        }
        func count(_ guess: SharedGuess) {}
        func takeBack(_ guess: SharedGuess, mark: String?) { state.withLock { $0.takenBack.append(mark) } }
        func learn(_ guess: SharedGuess, mark: String) { state.withLock { $0.learnt.append(mark) } }
    }

    private func limiter(_ shared: SharedGuesses, _ limits: GuessLimits = GuessLimits()) -> GuessLimiter {
        let known = KnownNetworks(
            limits, start: Timestamp(milliseconds: 1_800_000_000_000), logger: RecordedLog().logger)
        return GuessLimiter(limits, key: DigestKey(), known: known, shared: shared)
    }

    private func guess(_ limiter: GuessLimiter, _ password: String, account: String = "alice") -> GuessLimiter.Guess {
        limiter.guess(
            Password(password), account: account, from: IPAddress("192.0.2.1").map { .address($0) } ?? .local)
    }

    @Test func `a mark is what only who has the secret can make, for one pair and one end`() {
        let sharing = ScriptedSharing()
        let shared = SharedGuesses(sharing, secret: Array("secret".utf8))
        let mark = shared.mark("pair", until: 30_000_000)
        #expect(mark.wholeMatch(of: /30000000:[0-9a-f]{32}/) != nil)
        #expect(SharedGuesses(sharing, secret: Array("secret".utf8)).end(of: mark, "pair") == 30_000_000)
        #expect(SharedGuesses(sharing, secret: Array("secret2".utf8)).end(of: mark, "pair") == nil)
        #expect(shared.end(of: mark, "other pair") == nil)
        for forged in [
            "1", "", ":", "30000000:", mark.replacing("30000000", with: "30000001"), "0" + mark, "+" + mark, mark + "0",
            mark.uppercased(), "30000000:pair", String(mark.dropLast()),
        ] where forged != mark {
            #expect(shared.end(of: forged, "pair") == nil, "\(forged)")
        }
    }

    @Test func `what was let in elsewhere is known here by its mark, and by nothing else`() async throws {
        let (first, now) = (ScriptedSharing(), Duration.seconds(60))
        let there = limiter(SharedGuesses(first, secret: Array("secret".utf8)))
        there.succeeded(guess(there, "right"), at: now)
        let mark = try #require(first.learnt.first)
        for (answer, isKnown) in [(mark, true), ("1", false), (mark.replacing(":", with: ":0"), false)] {
            let second = ScriptedSharing([SharedAdmission(limit: nil, mark: answer)])
            let here = limiter(SharedGuesses(second, secret: Array("secret".utf8)))
            #expect(await here.admitShared(guess(here, "wrong"), at: now) == .admitted)
            #expect(here.isKnown(guess(here, "any"), at: now) == isKnown)
        }
        // Nor by another account's.
        let second = ScriptedSharing([SharedAdmission(limit: nil, mark: mark)])
        let here = limiter(SharedGuesses(second, secret: Array("secret".utf8)))
        #expect(await here.admitShared(guess(here, "wrong", account: "bert"), at: now) == .admitted)
        #expect(!here.isKnown(guess(here, "any", account: "bert"), at: now))
    }

    @Test func `others are told of a success when it is news, or when its guess is taken back`() async {
        let sharing = ScriptedSharing(Array(repeating: SharedAdmission(limit: nil, mark: nil), count: 2))
        let limiter = limiter(SharedGuesses(sharing, secret: Array("secret".utf8)))
        let right = guess(limiter, "right")
        for second in 0..<100 { limiter.succeeded(right, at: .seconds(second)) }
        #expect(sharing.learnt.count == 1 && sharing.takenBack.isEmpty)
        // A sixteenth of fourteen days later, once more.
        limiter.succeeded(right, at: .seconds(22 * 3600))
        #expect(sharing.learnt.count == 2)
        let other = guess(limiter, "right", account: "bert")
        #expect(await limiter.admitShared(other, at: .zero) == .admitted)
        limiter.succeeded(other, at: .zero)
        #expect(sharing.takenBack.count == 1 && sharing.takenBack.first != .some(nil) && sharing.learnt.count == 2)
        let wrong = guess(limiter, "wrong", account: "carol")
        #expect(await limiter.admitShared(wrong, at: .zero) == .admitted)
        limiter.takeBack(wrong, at: .zero)
        #expect(sharing.takenBack.count == 2 && sharing.takenBack.last == .some(nil))
    }

    @Test func `a password that was let through while others were asked about it is not refused`() async {
        let (isAsked, goesOn) = (Latch(), Latch())
        let sharing = ScriptedSharing([SharedAdmission(limit: .network, mark: nil)]) {
            isAsked.open()
            await goesOn.wait()
        }
        let limiter = limiter(SharedGuesses(sharing, secret: Array("secret".utf8)))
        let right = guess(limiter, "right")
        async let admission = limiter.admitShared(right, at: .zero)
        await isAsked.wait()
        #expect(limiter.admit(right, at: .zero, isShared: true) == .admitted)
        goesOn.open()
        #expect(await admission == .repeated)
        #expect(limiter.heldLimit(of: guess(limiter, "other"), at: .zero) == nil)
    }
}

import TestKit
import AppPasswordCore
import AuditCore
import Foundation
import Testing

@testable import PasswordSchemes

/// An organisation behind one address, on the day app passwords become compulsory.
@Suite(.timeLimit(.minutes(5)))
struct CampusTests {
    private static let address = "198.51.100.7"
    private static let start = Timestamp(milliseconds: 1_800_000_000_000)

    /// The service on a machine whose clock a test moves; a restart forgets all but the file.
    private final class Site {
        let clock = HandClock()
        let log = RecordedLog()
        let path = FileManager.default.temporaryDirectory.appending(path: "campus-\(UUID().uuidString)").path
        private var known: KnownNetworks?
        private(set) var verifier: HashingVerifier

        init() {
            (known, verifier) = Self.open(path, clock, log)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func restart() async {
            await known?.flush(within: .seconds(10))
            (known, verifier) = Self.open(path, clock, log)
        }

        private static func open(
            _ path: String, _ clock: HandClock, _ log: RecordedLog
        ) -> (KnownNetworks, HashingVerifier) {
            let now = CampusTests.start.advanced(by: clock.now.offset)
            let known = KnownNetworks(GuessLimits(), file: path, start: now, logger: log.logger)
            return (
                known, HashingVerifier(checker: CountingChecker(), known: known, clock: clock, logger: log.logger)
            )
        }

        /// The code that `/auth` would answer.
        func login(_ account: String, _ password: String) async -> Int {
            let rows = [row(1, "{PLAIN}right of \(account)", uid: account)]
            do {
                let found = try await verifier.match(
                    of: Password(password), in: rows, attempt: attempt(from: CampusTests.address, login: account))
                return found == nil ? 401 : 200
            } catch {
                return 503
            }
        }
    }

    /// Everybody comes by and by, and whoever has come stays; the clients with old passwords get others, or do not.
    @Test(arguments: [(10, true, 10), (20, false, 7)])
    func `300 accounts, 120 of them with old passwords on three clients each, and a restart`(
        minutes: Int, changesOld: Bool, restart: Int
    ) async {
        let site = Site()
        var (right, other) = (0, [Int: Int]())
        for minute in 0..<20 {
            if minute == restart { await site.restart() }
            for half in 0..<2 {
                for number in 0..<300 {
                    if number % minutes <= minute {
                        let code = await site.login("user \(number)", "right of user \(number)")
                        if code == 200 { right += 1 } else { other[code, default: 0] += 1 }
                    }
                    guard number < 120 else { continue }
                    for client in 0..<3 {
                        let old = client + (changesOld ? 3 * (minute / 10) : 0)
                        let code = await site.login("user \(number)", "old \(number) \(old)")
                        #expect(code == 401, "minute \(minute).\(half): client \(client) of user \(number)")
                    }
                }
                site.clock.advance(by: .seconds(30))
            }
        }
        #expect(other.isEmpty)
        let expected = (0..<20).reduce(0) { $0 + 2 * 300 * min($1 + 1, minutes) / minutes }
        #expect(right == expected)
    }

    @Test func `who guesses at everybody behind the address is told no, and nobody pays who is known`() async {
        let site = Site()
        for number in 0..<300 { #expect(await site.login("user \(number)", "right of user \(number)") == 200) }
        site.clock.advance(by: .seconds(4000))  // out of the verify cache
        await site.restart()
        var codes: [Int: Int] = [:]
        for number in 0..<3000 {
            codes[await site.login("stranger \(number % 100)", "guess \(number)"), default: 0] += 1
        }
        #expect(codes == [401: 500, 503: 2500])
        for number in 0..<300 { #expect(await site.login("user \(number)", "right of user \(number)") == 200) }
        for number in 0..<50 { #expect(await site.login("newcomer \(number)", "right of newcomer \(number)") == 200) }
    }
}

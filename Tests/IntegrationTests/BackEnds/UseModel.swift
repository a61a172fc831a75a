import Foundation
import Locks

/// What the log must hold after some logins, told by what their clients saw alone.
///
/// A client knows of a login when it began and when it was over, and whether it was answered; its own time lies between.
final class UseModel: Sendable {
    /// What rows are coalesced by.
    struct Key: Hashable, Sendable {
        var password: Int
        var service: String
        var address: String
    }

    /// One login, in milliseconds since 1970; without an answer it may be in the log, and need not.
    private struct Use {
        var begun: Int64
        var ended: Int64
        var isAnswered: Bool
    }

    private let uses = Mutex([Key: [Use]]())

    /// How many logins were answered with 200.
    var answered: Int { uses.withLock { $0.values.reduce(0) { $0 + $1.count(where: \.isAnswered) } } }

    /// Milliseconds since 1970, as the server counts.
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Takes down one login.
    ///
    /// - Parameter status: 200: answered; 0: the connection ended; another: refused before there was a use.
    func note(_ key: Key, begun: Int64, status: Int) {
        guard status == 200 || status == 0 else { return }
        let use = Use(begun: begun, ended: Self.now, isAnswered: status == 200)
        uses.withLock { $0[key, default: []].append(use) }
    }

    /// What is wrong with the rows that were found: key and times.
    ///
    /// - Parameter bucket: The bucket of the coalescing rule, in milliseconds.
    func problems(in rows: [(key: Key, time: Int64)], bucket: Int64) -> [String] {
        var times: [Key: [Int64]] = [:]
        for row in rows { times[row.key, default: []].append(row.time) }
        let uses = uses.withLock { $0 }
        var problems: [String] = []
        for key in Set(times.keys).union(uses.keys) {
            let found = times[key, default: []].sorted()
            let made = uses[key, default: []]
            for (earlier, later) in zip(found, found.dropFirst()) where earlier == later {
                problems.append("\(key): two rows at \(later)")
            }
            // No row without a login.
            for time in found where !made.contains(where: { ($0.begun...$0.ended).contains(time) }) {
                problems.append("\(key): a row at \(time) that no login made")
            }
            // Each use has its own row, or the row of a later use of its bucket, which ends `bucket` after it at most.
            for use in made where use.isAnswered {
                if !found.contains(where: { ($0 >= use.begun) && ($0 < use.ended + bucket) }) {
                    problems.append("\(key): no row for the login at \(use.begun)...\(use.ended)")
                }
            }
            // The first of all is written.
            if let first = made.filter(\.isAnswered).map(\.ended).min(), let row = found.first, row > first {
                problems.append("\(key): the first login has no row of its own")
            }
        }
        return problems
    }
}

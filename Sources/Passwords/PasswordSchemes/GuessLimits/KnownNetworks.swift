package import AuditCore
internal import Dispatch
import Locks
package import Logging

/// The networks that accounts logged in from with success within ``GuessLimits/knownFor``: what gives a login there its own,
/// higher limit on guesses. Kept over restarts in a file, if there is one.
///
/// Only a right password makes a network known, here or at a server that has the same secret, and only for its own account.
/// Held are digests under a key of the file's own, so memory and file name neither accounts nor networks to whoever does not
/// have the key; who has the file has the key, and can test guesses at both. The file is written on a thread of its own: no
/// login waits for it. A process that is
/// killed loses what the kernel had not been given yet, some milliseconds.
package final class KnownNetworks: Sendable {
    /// An account and a network of it.
    struct Pair: Sendable, Hashable {
        let account: UInt64
        let network: UInt64
    }

    typealias Record = KnownNetworkTable.Record

    private struct State {
        var table: KnownNetworkTable
        /// What the file has not got yet.
        var pending: [Record] = []
        var isWriting = false
    }

    /// What may wait for a disk that stands still; more is known until the next start only.
    private static let pendingBound = 16_384

    private let limits: GuessLimits
    private let start: Timestamp
    private let logger: Logger
    private let key: DigestKey
    private let state: Mutex<State>
    /// Used on the thread alone, once this is made.
    private let file: Mutex<KnownNetworksFile?>
    private let hasFile: Bool
    private let thread = DispatchQueue(label: "known-networks", qos: .utility)

    /// Reads what an earlier process left, or begins anew if that cannot be read.
    ///
    /// - Parameters:
    ///   - file: The path of the file, in a directory that only one process uses; nil: in memory only.
    ///   - start: The time by the wall when the clock of the verifier started.
    ///   - logger: Gets trouble with the file (warning).
    /// - Complexity: Reads up to 40 bytes for each of ``GuessLimits/knownNetworks``.
    package init(_ limits: GuessLimits, file path: String? = nil, start: Timestamp, logger: Logger) {
        (self.limits, self.start, self.logger) = (limits, start, logger)
        var opened: (file: KnownNetworksFile, key: [UInt8], records: [Record])?
        if let path {
            do throws(KnownNetworksError) {
                opened = try KnownNetworksFile.open(path, recordBound: 2 * max(1, limits.knownNetworks)) { reason in
                    logger.warning(
                        "the networks that accounts are known from cannot be read, and are learnt anew",
                        metadata: ["file": "\(path)", "reason": "\(reason)"])
                }
            } catch {
                Self.complain(error, path, logger)
            }
        }
        let table = Self.table(of: opened?.records ?? [], at: Self.minute(start, .zero), limits)
        if let path, opened?.file.isFull == true {
            do throws(KnownNetworksError) {
                try opened?.file.replace(with: table.records)
            } catch {
                _ = opened?.file.failed()
                Self.complain(error, path, logger)
            }
        }
        key = (opened?.key).map { DigestKey($0) } ?? DigestKey()
        file = Mutex(opened?.file)
        hasFile = opened != nil
        state = Mutex(State(table: table))
    }

    /// The digests of an account and a place.
    func pair(_ account: String, _ place: String) -> Pair {
        Pair(
            account: key.digest(.account) { $0.add(account) }.low,
            network: key.digest(.accountFromNetwork) {
                $0.add(account)
                $0.add(place)
            }.low)
    }

    /// Whether a place is known to an account.
    func contains(_ pair: Pair, at now: Duration) -> Bool {
        guard let last = state.withLock({ $0.table.minute(of: pair) }) else { return false }
        let now = Self.minute(start, now)
        return now < last || now - last < Self.minutes(limits.knownFor)
    }

    /// Takes a success down; never waits.
    ///
    /// - Returns: Whether it tells anything: the pair was not known, or its last success is some time ago.
    @discardableResult
    func note(_ pair: Pair, at now: Duration) -> Bool { note(Record(pair: pair, minute: Self.minute(start, now))) }

    /// Takes down what another server says of a success; never waits. What ends later than a success of this moment would, by
    /// more than an hour, is nobody's success.
    ///
    /// - Parameter end: When it is known no longer, in minutes since 1970.
    func note(_ pair: Pair, until end: UInt32, at now: Duration) {
        let (moment, lifetime) = (Self.minute(start, now), Self.minutes(limits.knownFor))
        guard end > moment, end - moment <= lifetime + 60 else { return }
        note(Record(pair: pair, minute: min(moment, end - min(end, lifetime))))
    }

    /// When what a success makes known now is known no longer, in minutes since 1970.
    func end(ofSuccessAt now: Duration) -> UInt32 {
        let (end, isOver) = Self.minute(start, now).addingReportingOverflow(Self.minutes(limits.knownFor))
        return isOver ? .max : end
    }

    @discardableResult
    private func note(_ record: Record) -> Bool {
        let interval = max(1, Self.minutes(limits.knownFor) / 16)
        let (isNews, beginsWriting) = state.withLock { [hasFile] state in
            guard state.table.note(record, interval: interval) else { return (false, false) }
            guard hasFile, state.pending.count < Self.pendingBound else { return (true, false) }
            state.pending.append(record)
            defer { state.isWriting = true }
            return (true, !state.isWriting)
        }
        if beginsWriting { thread.async { self.write() } }
        return isNews
    }

    /// Pairs held, those that count no more included.
    var count: Int { state.withLock { $0.table.count } }

    /// Waits until the file has everything, or the time is over.
    package func flush(within limit: Duration) async {
        let end = ContinuousClock.now + limit
        while state.withLock({ $0.isWriting }), .now < end { try? await Task.sleep(for: .milliseconds(5)) }
    }

    /// Gives the file what is pending, until nothing is; what it does not take waits for the next success.
    private func write() {
        while true {
            let batch = state.withLock { state in
                let batch = state.pending
                state.pending = []
                state.isWriting = !batch.isEmpty
                return batch
            }
            guard let latest = batch.last else { return }
            let isWritten = file.withLock { file in
                // Before, too: it may have been too full for any more.
                tidy(&file, at: latest.minute)
                do throws(KnownNetworksError) {
                    try file?.append(batch)
                } catch {
                    complain(error, of: &file)
                    return false
                }
                tidy(&file, at: latest.minute)
                return true
            }
            guard isWritten else {
                state.withLock { state in
                    state.pending = Array((batch + state.pending).prefix(Self.pendingBound))
                    state.isWriting = false
                }
                return
            }
        }
    }

    /// Replaces a file that is full by one with what still counts.
    private func tidy(_ file: inout KnownNetworksFile?, at minute: UInt32) {
        guard let full = file, full.isFull else { return }
        do throws(KnownNetworksError) {
            let table = Self.table(of: try full.records(), at: minute, limits)
            try file?.replace(with: table.records)
        } catch {
            complain(error, of: &file)
        }
    }

    private func complain(_ error: KnownNetworksError, of file: inout KnownNetworksFile?) {
        if let path = file?.failed() { Self.complain(error, path, logger) }
    }

    /// What still counts of a file's records.
    private static func table(of records: [Record], at now: UInt32, _ limits: GuessLimits) -> KnownNetworkTable {
        var table = KnownNetworkTable(capacity: limits.knownNetworks, perAccount: limits.knownNetworksPerAccount)
        let lifetime = minutes(limits.knownFor)
        for record in records {
            // A clock that was wrong, or a damaged record, makes nobody known for longer.
            let minute = min(record.minute, now)
            if now - minute < lifetime { _ = table.note(Record(pair: record.pair, minute: minute), interval: 0) }
        }
        return table
    }

    private static func complain(_ error: KnownNetworksError, _ path: String, _ logger: Logger) {
        logger.warning(
            "the networks that accounts are known from cannot be written, and a restart forgets them",
            metadata: ["file": "\(path)", "reason": "\(error)"])
    }

    private static func minute(_ start: Timestamp, _ now: Duration) -> UInt32 {
        UInt32(clamping: start.advanced(by: now).milliseconds / 60_000)
    }

    private static func minutes(_ duration: Duration) -> UInt32 {
        UInt32(clamping: max(1, duration.components.seconds / 60))
    }
}

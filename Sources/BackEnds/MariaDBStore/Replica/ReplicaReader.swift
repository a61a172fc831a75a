internal import AppPasswordCore
internal import BlockingLanes
internal import Locks

/// Reads app passwords in a replica, as long as each answer shows that it is close enough behind the primary.
final class ReplicaReader: Sendable {
    private let readers: BlockingLanes<MariaDBConnection, BackendError>
    private let heart: Heart
    private let longestLag: Duration
    private let timeout: Duration
    /// Closed while answers come and are young enough.
    private let circuit = Circuit(firstPause: .seconds(1), longestPause: .seconds(8))
    private let used: @Sendable (String?) -> Void

    /// - Parameters:
    ///   - timeout: What an answer is waited for, so that there is time left for the primary.
    ///   - used: Told why the primary is asked in its place; nil: the replica is.
    init(
        _ readers: BlockingLanes<MariaDBConnection, BackendError>, _ heart: Heart, longestLag: Duration,
        timeout: Duration, used: @escaping @Sendable (String?) -> Void
    ) {
        (self.readers, self.heart, self.longestLag) = (readers, heart, longestLag)
        (self.timeout, self.used) = (timeout, used)
    }

    /// What the replica has of these names; nil if it is not known to be close enough behind.
    ///
    /// No row says nothing of how far it is behind: the primary is asked before anything is made of that.
    func passwords(of names: [String]) async -> [AppPassword]? {
        let start = ContinuousClock.now
        heart.beatIfDue(at: start)
        guard heart.isBeating(within: longestLag, at: start), circuit.admits(at: start) else { return nil }
        let answer: (rows: [AppPassword], beat: Int64?)
        do throws(BackendError) {
            answer = try await readers.run(within: timeout) { [heart] connection, deadline throws(BackendError) in
                try connection.perform(by: deadline, for: .reading) { connection throws(SQLError) in
                    try MariaDBStore.rows(of: names, connection, beatOf: heart.node)
                }
            }
        } catch {
            return leave(error.debugDescription, since: start)
        }
        guard !answer.rows.isEmpty else { return [] }
        let now = ContinuousClock.now
        guard let beat = answer.beat, let lag = heart.lag(of: beat, at: now) else {
            return leave("it does not show a beat of the last moments", since: start)
        }
        guard lag <= longestLag else { return leave("it is behind by more than \(longestLag)", since: start) }
        circuit.succeeded(at: now)
        used(nil)
        return answer.rows
    }

    private func leave(_ reason: String, since start: ContinuousClock.Instant) -> [AppPassword]? {
        circuit.failed(at: .now, begunAt: start)
        used(reason)
        return nil
    }
}

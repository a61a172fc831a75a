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
    private let state = Mutex(ReplicaStatus())

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

    /// What has become of reads so far.
    var status: ReplicaStatus { state.withLock { $0 } }

    /// Writes into the primary, and waits until the replica shows it, or should have.
    ///
    /// - Returns: How long that took, which is more than the replica is behind.
    func measuredLag() async throws(ReplicaTrouble) -> Duration {
        let (beat, moment): (Int64, ContinuousClock.Instant)
        do throws(BackendError) { (beat, moment) = try await heart.beatNow() } catch { throw .noHeartbeat(error) }
        repeat {
            do throws(BackendError) {
                // As a login would, for a name that nobody has.
                let shown = try await readers.run(within: timeout) {
                    [heart] connection, deadline throws(BackendError) in
                    try connection.perform(by: deadline, for: .reading) { connection throws(SQLError) in
                        _ = try MariaDBStore.rows(of: ["\u{1}"], connection, beatOf: heart.node)
                        return try heart.beat(shownTo: connection)
                    }
                }
                if let shown, shown >= beat { return .now - moment }
            } catch {
                throw .unreadable(error)
            }
        } while (try? await Task.sleep(for: .milliseconds(20))) != nil && .now - moment <= longestLag
        throw .late
    }

    /// What the replica has of these names; nil if it is not known to be close enough behind.
    ///
    /// No row says nothing of how far it is behind: the primary is asked before anything is made of that.
    func passwords(of names: [String]) async -> [AppPassword]? {
        let start = ContinuousClock.now
        heart.beatIfDue(at: start)
        guard heart.isBeating(within: longestLag, at: start), circuit.admits(at: start) else {
            state.withLock { $0.passedOver += 1 }
            return nil
        }
        let isInTrouble = !circuit.isClosed
        let answer: (rows: [AppPassword], beat: Int64?)
        do throws(BackendError) {
            answer = try await readers.run(within: timeout) { [heart] connection, deadline throws(BackendError) in
                try connection.perform(by: deadline, for: .reading) { connection throws(SQLError) in
                    var answer = try MariaDBStore.rows(of: names, connection, beatOf: heart.node)
                    // Names that nobody has must not keep a replica that is well again from being found so.
                    if isInTrouble, answer.rows.isEmpty { answer.beat = try heart.beat(shownTo: connection) }
                    return answer
                }
            }
        } catch {
            return leave(error.debugDescription, since: start)
        }
        guard isInTrouble || !answer.rows.isEmpty else {
            state.withLock { $0.passedOver += 1 }
            return []
        }
        let now = ContinuousClock.now
        guard let beat = answer.beat, let lag = heart.lag(of: beat, at: now) else {
            return leave("it does not show a beat of the last moments", since: start)
        }
        guard lag <= longestLag else { return leave("it is behind by more than \(longestLag)", since: start) }
        circuit.succeeded(at: now)
        state.withLock { state in
            state.used += 1
            (state.lag, state.isRead) = (lag, true)
        }
        used(nil)
        return answer.rows
    }

    private func leave(_ reason: String, since start: ContinuousClock.Instant) -> [AppPassword]? {
        circuit.failed(at: .now, begunAt: start)
        state.withLock { state in
            state.passedOver += 1
            state.isRead = false
        }
        used(reason)
        return nil
    }
}

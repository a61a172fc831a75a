internal import AppPasswordCore
internal import BlockingLanes
internal import Locks

/// Reads app passwords in a replica, as long as each answer shows that it is close enough behind the primary.
final class ReplicaReader: Sendable {
    private let readers: BlockingLanes<MariaDBConnection, BackendError>
    private let heart: Heart
    private let row: HeartbeatRow
    private let news: ReplicaNews
    private let longestLag: Duration
    private let timeout: Duration
    /// Closed while answers come and are young enough.
    private let circuit = Circuit(firstPause: .seconds(1), longestPause: .seconds(8))

    /// - Parameters:
    ///   - row: What shows the age of an answer.
    ///   - interval: Between heartbeats.
    ///   - timeout: What an answer is waited for, so that there is time left for the primary.
    ///   - notice: Told when the replica begins and ceases to be read.
    init(
        _ readers: BlockingLanes<MariaDBConnection, BackendError>, _ row: HeartbeatRow, longestLag: Duration,
        timeout: Duration, notice: @escaping @Sendable (MariaDBNotice) -> Void
    ) {
        (self.readers, self.row, self.longestLag, self.timeout) = (readers, row, longestLag, timeout)
        let news = ReplicaNews(notice)
        self.news = news
        heart = Heart(
            interval: longestLag / 4, write: { beat throws(BackendError) in try row.write(beat) },
            tidy: { row.tidy() }, troubled: { news.beat($0?.debugDescription) })
    }

    /// What has become of reads so far.
    var status: ReplicaStatus { news.status }

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
                    [row] connection, deadline throws(BackendError) in
                    try connection.perform(by: deadline, for: .reading) { connection throws(SQLError) in
                        _ = try MariaDBStore.rows(of: ["\u{1}"], connection, beatOf: row.node)
                        return try row.beat(shownTo: connection)
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
        let isMeasured = heart.isBeating(within: longestLag, at: start)
        guard isMeasured, circuit.admits(at: start) else {
            news.passedOver(isMeasured: isMeasured)
            return nil
        }
        let isInTrouble = !circuit.isClosed
        let answer: (rows: [AppPassword], beat: Int64?)
        do throws(BackendError) {
            answer = try await readers.run(within: timeout) { [row] connection, deadline throws(BackendError) in
                try connection.perform(by: deadline, for: .reading) { connection throws(SQLError) in
                    var answer = try MariaDBStore.rows(of: names, connection, beatOf: row.node)
                    // Names that nobody has must not keep a replica that is well again from being found so.
                    if isInTrouble, answer.rows.isEmpty { answer.beat = try row.beat(shownTo: connection) }
                    return answer
                }
            }
        } catch {
            // No room in our own queue says nothing of the replica: those who have some go on there.
            guard error.code != .overloaded || error.isConnectionLimit else {
                news.passedOver()
                return nil
            }
            return leave(error.debugDescription, since: start)
        }
        guard isInTrouble || !answer.rows.isEmpty else {
            news.passedOver()
            return []
        }
        let now = ContinuousClock.now
        guard let beat = answer.beat, let lag = heart.lag(of: beat, at: now) else {
            return leave("it does not show a beat of the last moments", since: start)
        }
        guard lag <= longestLag else { return leave("it is behind by more than \(longestLag)", since: start) }
        circuit.succeeded(at: now)
        news.used(lag: lag)
        return answer.rows
    }

    private func leave(_ reason: String, since start: ContinuousClock.Instant) -> [AppPassword]? {
        circuit.failed(at: .now, begunAt: start)
        news.left(reason)
        return nil
    }
}

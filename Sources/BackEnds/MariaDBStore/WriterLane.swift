internal import AppPasswordCore
internal import BlockingLanes

/// The connection that writes: of all there may be, the last to go without.
struct WriterLane: Sendable {
    private let lane: BlockingLanes<MariaDBConnection, BackendError>
    private let makeRoom: @Sendable (BackendError, Duration) async -> Void

    /// - Parameters:
    ///   - lane: One lane.
    ///   - makeRoom: Closes another connection, as the server allows no more.
    init(
        _ lane: BlockingLanes<MariaDBConnection, BackendError>,
        makeRoom: @escaping @Sendable (BackendError, Duration) async -> Void
    ) {
        (self.lane, self.makeRoom) = (lane, makeRoom)
    }

    /// What the lane has to do now.
    var load: LaneLoad { lane.load }

    /// Runs a job, on a connection that others have made room for if need be.
    func run<Value: Sendable>(
        within timeout: Duration,
        _ job: @escaping @Sendable (MariaDBConnection, ContinuousClock.Instant) throws(BackendError) -> Value
    ) async throws(BackendError) -> Value {
        let end = ContinuousClock.now + timeout
        do throws(BackendError) {
            return try await lane.run(within: timeout, job)
        } catch {
            guard error.isConnectionLimit else { throw error }
            await makeRoom(error, end - .now)
            return try await ConnectionLimit.waiting(until: end) { () async throws(BackendError) in
                try await lane.run(within: end - .now, job)
            }
        }
    }

    /// Lets go of the connection, when what is under way is done.
    func close(within timeout: Duration) async {
        try? await lane.run(within: timeout) { connection, _ in connection.close() }
    }
}

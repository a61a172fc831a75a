internal import Locks

/// Keeps what has become of a replica's reads, and says when it begins and ceases to be read.
final class ReplicaNews: Sendable {
    private struct State {
        var status = ReplicaStatus()
        /// Whether the last heartbeat could not be written: what is read yet will not be read much longer.
        var hasHeartTrouble = false
    }

    private let state = Mutex(State())
    private let notice: @Sendable (MariaDBNotice) -> Void

    init(_ notice: @escaping @Sendable (MariaDBNotice) -> Void) { self.notice = notice }

    /// What there is to say.
    var status: ReplicaStatus { state.withLock { $0.status } }

    /// Says that the replica has answered, no further behind than this.
    func used(lag: Duration) {
        let isNews = state.withLock { state in
            state.status.used += 1
            guard !state.hasHeartTrouble else { return false }
            defer { state.status.isRead = true }
            state.status.lag = lag
            return state.status.isRead != true
        }
        if isNews { notice(.replicaIsRead) }
    }

    /// Says that the primary was read, without that anything is the matter with the replica.
    ///
    /// - Parameter isMeasured: Whether it is known how far the replica is behind.
    func passedOver(isMeasured: Bool = true) {
        state.withLock { state in
            state.status.passedOver += 1
            if !isMeasured { state.status.lag = nil }
        }
    }

    /// Says that the replica was asked, and the primary had to be in its place.
    func left(_ reason: String) {
        state.withLock { state in
            state.status.passedOver += 1
            state.status.failed += 1
        }
        isNotRead(reason)
    }

    /// Says how writing a heartbeat went.
    ///
    /// - Parameter trouble: Why it could not be written; nil: it could.
    func beat(_ trouble: String?) {
        state.withLock { $0.hasHeartTrouble = trouble != nil }
        if let trouble { isNotRead("no heartbeat can be written in the primary: \(trouble)") }
    }

    private func isNotRead(_ reason: String) {
        let isNews = state.withLock { state in
            defer { state.status.isRead = false }
            state.status.lag = nil
            return state.status.isRead != false
        }
        if isNews { notice(.replicaIsNotRead(reason: reason)) }
    }
}

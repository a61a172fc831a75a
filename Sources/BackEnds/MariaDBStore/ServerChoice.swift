internal import AppPasswordCore
internal import BlockingLanes
internal import Locks

/// Which of several servers to ask for a connection: the first of those that can be had.
///
/// Shared by the connections of one kind.
final class ServerChoice: Sendable {
    /// Of each server, in the order of the settings.
    let gates: [ConnectGate]
    /// Which one was connected to last, and when it is time to look for one that stands before it.
    private let current = Mutex((place: 0, nextLook: ContinuousClock.now))
    private let returnPause: Duration
    private let notice: @Sendable (MariaDBNotice) -> Void
    private let hosts: [DatabaseHost]

    /// - Parameters:
    ///   - returnPause: How long another than the first is used before those that stand before it are tried again.
    ///   - notice: Told when another is used.
    init(
        _ hosts: [DatabaseHost], returnPause: Duration = .seconds(10),
        notice: @escaping @Sendable (MariaDBNotice) -> Void
    ) {
        (self.hosts, self.returnPause, self.notice) = (hosts, returnPause, notice)
        // Where there is another, nobody has to wait to hear the same again.
        gates = hosts.map { _ in
            hosts.count == 1
                ? ConnectGate() : ConnectGate(firstPause: .seconds(1), longestPause: .seconds(2))
        }
    }

    /// Whether there is more than one.
    var isMany: Bool { gates.count > 1 }

    /// The places of the servers, as they are to be tried.
    var order: Range<Int> { gates.indices }

    /// Whether the connection to this one should make room for one to a server that stands before it; to be acted on.
    func hasBetter(than place: Int) -> Bool {
        guard place > 0 else { return false }
        return current.withLock { current in
            // One that others have come back to is open to all.
            if current.place < place { return true }
            guard .now >= current.nextLook else { return false }
            current.nextLook = .now + returnPause
            return true
        }
    }

    /// Says that a connection to this one was had.
    func use(_ place: Int) {
        let isOther = current.withLock { current in
            defer { current = (place, .now + returnPause) }
            return current.place != place
        }
        if isOther { notice(.otherServer(hosts[place])) }
    }

    /// Says that one that was connected to is of no use any more.
    func failed(_ place: Int, _ error: SQLError) { gates[place].failed(error, begunAt: .now) }
}

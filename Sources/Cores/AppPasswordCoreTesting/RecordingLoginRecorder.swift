public import AppPasswordCore
public import AuditCore
import Locks

/// A recorder that keeps what it was given.
public final class RecordingLoginRecorder: LoginRecorder {
    private let kept = Mutex<[(row: LoginLogRow, isComplete: Bool)]>([])

    /// Makes an empty recorder.
    public init() {}

    /// The uses recorded so far, with the facts that were completed.
    public var rows: [LoginLogRow] { kept.withLock { $0.map(\.row) } }
    /// How many of them are complete.
    package var completeCount: Int { kept.withLock { $0.count(where: \.isComplete) } }

    /// Keeps the row.
    public func record(_ row: LoginLogRow) async -> LoginTicket {
        kept.withLock { kept in
            kept.append((row, false))
            return LoginTicket(number: UInt64(kept.count))
        }
    }

    /// The latest time of a row that is a use.
    public func lastUse(of passwordID: Int64) -> Timestamp? {
        rows.filter { $0.passwordID == passwordID && $0.refusal == nil }.map(\.time).max()
    }

    /// Joins the facts to the row.
    public func complete(_ ticket: LoginTicket, name: String?, location: String?, isp: String?) {
        kept.withLock { kept in
            guard let index = Int(exactly: ticket.number).map({ $0 - 1 }), kept.indices.contains(index) else { return }
            kept[index].row.sourceName = name ?? kept[index].row.sourceName
            kept[index].row.sourceLocation = location ?? kept[index].row.sourceLocation
            kept[index].row.sourceISP = isp ?? kept[index].row.sourceISP
            kept[index].isComplete = true
        }
    }
}

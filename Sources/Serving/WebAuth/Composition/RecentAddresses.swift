import AuditCore
import Dispatch
import Locks

/// Where logins that were let in came from within the last day: what is to be known before they come again.
///
/// A login only takes a lock. The file is read once, at the start, and written on a thread of its own: a line for each address,
/// the latest first, with the seconds since 1970. A line that is none is passed over, and a file that cannot be read or written
/// costs a start its head start and nothing else.
final class RecentAddresses: Sendable {
    /// How many are remembered; of more, those that came last.
    static let most = 4096
    /// An address of 39 characters, a space, a time, and the line's end take less.
    private static let mostBytes = most * 64
    private static let lifetime = Duration.seconds(86_400)

    private struct State {
        var seen = RecentTable<IPAddress, Timestamp>(capacity: most)
        var isKept = true
        var hasChanged = false
        /// How many the file has.
        var written = 0

        /// Those of the last day, the one that came last first.
        func lately(at now: Timestamp) -> [(IPAddress, Timestamp)] {
            let oldest = now.advanced(by: .zero - lifetime)
            var lately: [(IPAddress, Timestamp)] = []
            seen.forEach { address, time in if time > oldest { lately.append((address, time)) } }
            return lately.reversed()
        }
    }

    private let file: StateFile
    private let now: @Sendable () -> Timestamp
    private let trouble: @Sendable (String) -> Void
    private let state = Mutex(State())
    private let thread = DispatchQueue(label: "recent-addresses", qos: .utility)
    /// Whether it was told that the file cannot be written.
    private let isFailing = Mutex(false)

    /// Reads what an earlier process has left.
    ///
    /// - Parameters:
    ///   - path: A file in a directory that only one process uses.
    ///   - now: The time; what is later, of a clock that was ahead, counts as of now.
    ///   - trouble: Told why the file cannot be read, and why it cannot be written, until it can again.
    init(file path: String, now: @escaping @Sendable () -> Timestamp, trouble: @escaping @Sendable (String) -> Void) {
        (file, self.now, self.trouble) = (StateFile(path: path), now, trouble)
        let latest = now()
        let lines = file.read(atMost: Self.mostBytes, trouble: trouble) { bytes throws(Never) in
            bytes.split(separator: UInt8(ascii: "\n")).compactMap { Self.line($0, at: latest) }
        }
        state.withLock { state in
            for (address, time) in (lines ?? []).reversed() { state.seen.set(address, to: time) }
            state.written = lines?.count ?? 0
        }
    }

    private static func line(_ bytes: ArraySlice<UInt8>, at now: Timestamp) -> (IPAddress, Timestamp)? {
        let words = String(decoding: bytes, as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 2, let address = IPAddress(words[0]), let seconds = Int64(words[1]), seconds >= 0
        else { return nil }
        return (address, Timestamp(milliseconds: min(seconds, now.milliseconds / 1000) * 1000))
    }

    /// Takes down where a login came from.
    func note(_ address: IPAddress) {
        let now = now()
        state.withLock { state in
            guard state.isKept else { return }
            state.seen.set(address, to: now)
            state.hasChanged = true
        }
    }

    /// Those of the last day, the one that came last first.
    var all: [IPAddress] {
        let now = now()
        return state.withLock { $0.lately(at: now) }.map(\.0)
    }

    /// Whether addresses are taken down from now on; if not, those that were are forgotten, and the file goes.
    func keep(_ isKept: Bool) {
        let forgets = state.withLock { state in
            defer { state.isKept = isKept }
            if !isKept { (state.seen, state.written) = (RecentTable(capacity: Self.most), 0) }
            return !isKept
        }
        if forgets { thread.async { self.file.remove() } }
    }

    /// Writes them down, if there are others than the last time, or fewer, since a day is over. Waits for the disk, no longer than `limit`.
    func save(within limit: Duration = .seconds(5)) async {
        let isSaved = Latch()
        thread.async {
            self.write()
            isSaved.open()
        }
        await isSaved.wait(atMost: limit)
    }

    private func write() {
        let now = now()
        let lately: [(IPAddress, Timestamp)]? = state.withLock { state in
            defer { state.hasChanged = false }
            guard state.isKept else { return nil }
            let lately = state.lately(at: now)
            return state.hasChanged || lately.count < state.written ? lately : nil
        }
        guard let lately else { return }
        let text = lately.map { "\($0) \($1.milliseconds / 1000)\n" }.joined()
        let reason = file.write(Array(text.utf8), isForced: false)
        let isNew = isFailing.withLock { isFailing in
            defer { isFailing = reason != nil }
            return !isFailing
        }
        guard let reason else { return state.withLock { $0.written = lately.count } }
        state.withLock { $0.hasChanged = true }
        if isNew { trouble(reason) }
    }
}

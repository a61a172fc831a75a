internal import Dispatch
internal import Locks

/// Syncs files on a thread of its own; those who ask while a sync is under way share the next one.
final class GroupCommit: Sendable {
    private struct Waiter {
        let file: any SpoolFile
        let continuation: CheckedContinuation<SpoolError?, Never>
    }
    private let waiters = Mutex<[Waiter]>([])
    private let queue = DispatchQueue(label: "login-spool.fsync")

    /// Returns when everything written to the file before the call is on the disk, or why it is not.
    func sync(_ file: any SpoolFile) async -> SpoolError? {
        await withCheckedContinuation { continuation in
            let isFirst = waiters.withLock { waiters in
                waiters.append(Waiter(file: file, continuation: continuation))
                return waiters.count == 1
            }
            if isFirst { queue.async { self.syncWaiting() } }
        }
    }

    private func syncWaiting() {
        let batch = waiters.withLock { waiters in
            defer { waiters = [] }
            return waiters
        }
        var synced: [(file: any SpoolFile, error: SpoolError?)] = []
        for waiter in batch {
            if !synced.contains(where: { $0.file === waiter.file }) {
                do {
                    try waiter.file.sync()
                    synced.append((waiter.file, nil))
                } catch {
                    synced.append((waiter.file, error))
                }
            }
            waiter.continuation.resume(returning: synced.first { $0.file === waiter.file }?.error)
        }
    }
}

import AuditCore
import ListSource
import Locks

extension RunningVersion {
    /// What is in force.
    init(_ snapshot: Snapshot, _ reloader: Reloader) {
        self.init(
            version: programVersion, commit: programCommit, settings: snapshot.digests.settings,
            lists: snapshot.digests.lists, reloaded: reloader.status.lastSuccess.description)
        guard let lists = snapshot.lists else { return }
        let status = reloader.sourceStatus.withLock { $0 }
        source = Source(
            status: status.kind.isEmpty ? "ok" : status.kind, signed: lists.inputs.set?.signed?.description,
            problems: status.problems)
    }
}

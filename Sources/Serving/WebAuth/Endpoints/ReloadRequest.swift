import AuditCore
import Replay

/// Who wants settings and lists to be read anew, and how much he wants it.
enum ReloadRequest: Sendable {
    /// `POST /reload`, from an address or a local socket.
    case http(from: String?, isForced: Bool)
    /// SIGHUP; a file ``ForceFile`` forces it, and is for the next reload only, whoever asks for that and whatever comes of it.
    case signal
    /// The source of lists, which has others.
    case source
}

/// How a reload came out.
enum ReloadOutcome: Sendable {
    /// New settings are in force; these keys differ from the start's, but only a restart takes them into use; and this
    /// may not have been meant.
    case reloaded(counts: [(list: ListKey, entries: Int)], restartNeeded: [String], notes: [String])
    /// Nothing has changed, for these reasons; and whom the lists would have refused, if that is the reason.
    case refused([String], Blast?)
}

import Foundation

/// What libdispatch itself has to say; to the system's log, unless `LIBDISPATCH_LOG` says otherwise.
enum DispatchLog {
    /// Lets it be silent, unless the environment has asked for its words.
    ///
    /// The thread behind every timer, `Task.sleep` as well, asks for a nice value of -4, which only root gets, and at each
    /// refusal a line goes to the log. The thread does its work without it: those that hash give way by themselves.
    ///
    /// To be called before there is a second thread.
    static func silence() { setenv("LIBDISPATCH_LOG", "NO", 0) }
}

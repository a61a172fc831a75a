public import Foundation

extension Process {
    /// Starts the process with no signal blocked.
    ///
    /// Foundation lets a child inherit the mask of the calling thread, and threads of Foundation and Dispatch block most
    /// signals: a server started from one would never see SIGTERM or SIGCHLD.
    public func runWithSignalsUnblocked() throws {
        var (empty, previous) = (sigset_t(), sigset_t())
        sigemptyset(&empty)
        pthread_sigmask(SIG_SETMASK, &empty, &previous)
        defer { pthread_sigmask(SIG_SETMASK, &previous, nil) }
        try run()
    }
}

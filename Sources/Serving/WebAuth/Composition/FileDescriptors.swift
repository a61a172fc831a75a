import Foundation

/// How many files and sockets the process may have open.
enum FileDescriptors {
    /// Raises the soft limit to the hard one: systemd starts services with a soft limit of 1024, and each of Dovecot's
    /// workers keeps a connection open.
    static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}

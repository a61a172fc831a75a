internal import CSodium
import Glibc

/// Who may see the memory that passwords pass through.
package enum ProcessMemory {
    /// From here on: no core dump, and neither `ptrace` nor `/proc/PID/mem` for other processes of the same user. Root
    /// still may look.
    ///
    /// Core dumps are forbidden in both ways: `RLIMIT_CORE` says nothing to a program that the kernel pipes them to.
    ///
    /// - Returns: false if the kernel refused.
    package static func keepPrivate() -> Bool {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        let limited = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) == 0
        return csodium_set_undumpable() == 0 && limited
    }
}

// `stdout` is a variable in C, though nobody sets it.
@preconcurrency import Glibc

/// Standard output: what verbs print arrives, or is said not to have.
enum StandardOutput {
    /// Takes the descriptors 0 to 2 where they are closed, so that no file that is opened later stands in for standard
    /// output and gets what was meant for it. Who writes to such a one, or reads from it, is told so.
    ///
    /// To be called before anything is opened.
    static func prepare() {
        for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) == -1 {
            // The lowest that is free is this one. It is open in the direction that is of no use here.
            _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
        }
    }

    /// Writes out what is still held back.
    ///
    /// - Returns: What to tell the user if anything printed since the start was lost.
    static func finish() -> String? {
        errno = 0
        let isFlushed = fflush(stdout) == 0
        guard !isFlushed || ferror(stdout) != 0 else { return nil }
        // Of a failure further back nobody has kept the reason.
        return "standard output cannot be written" + (errno == 0 ? "" : ": " + String(cString: strerror(errno)))
    }
}

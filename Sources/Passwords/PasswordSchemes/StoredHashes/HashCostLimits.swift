/// What one stored hash may cost to check.
///
/// The webmail writes rows without asking us, so a planted row could name parameters that take minutes or all of the
/// memory. A row above a limit is broken: skipped and logged. The defaults allow about 2 s of CPU on a 2020s core and
/// everything that `doveadm pw`, `mkpasswd` and the libraries of usual languages write unless told otherwise.
package struct HashCostLimits: Sendable, Equatable {
    /// Rounds of `$6$ $5$ $sha1 $md5 _`: 0.4 s for `$6$` (3 s with the longest passwords), up to 1.5 s for `$md5`.
    package var rounds: UInt64 = 1_000_000
    /// The logarithmic cost of bcrypt (`$2y$15$`): 1.7 s.
    package var bcryptCost: Int = 15
    /// Memory of argon2, yescrypt and scrypt, in bytes. Dovecot's own auth process may use as much (its default
    /// `vsz_limit`), so what it could check is allowed; `doveadm pw -s ARGON2ID -r 4` and above (1 GiB) is not.
    package var memory: UInt64 = 256 << 20
    /// Passes of argon2 over its memory (`t`).
    package var passes: UInt64 = 16
    /// Bytes that argon2 goes over in all its passes (`m` times `t`): 1-2 s.
    package var traffic: UInt64 = 2 << 30
    /// Lanes of argon2 (`p`). They are computed one after the other, on one thread.
    package var parallelism: UInt64 = 16

    /// The defaults.
    package init() {}
}

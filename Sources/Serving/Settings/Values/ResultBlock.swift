/// What Dovecot is told of a denied login (`audit.result_block`).
package enum ResultBlock: String, Sendable, CaseIterable {
    /// 403: the account counts as disabled, and no other passdb is asked.
    case disabled
    /// 410: the password counts as expired, and no other passdb is asked.
    case expired
    /// 401: as a wrong password; the passdbs that follow may still accept it.
    case mismatch
}

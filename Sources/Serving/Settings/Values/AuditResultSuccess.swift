/// What Dovecot is told of an audited login that nothing is held against (`audit.audit_result_success`).
package enum AuditResultSuccess: String, Sendable, CaseIterable {
    /// 307: go on with the next passdb.
    case next
    /// 404: this passdb does not know the user; what earlier passdbs said stands.
    case unknown
    /// 200 if the password has been checked by an earlier passdb, else 404.
    case ok
}

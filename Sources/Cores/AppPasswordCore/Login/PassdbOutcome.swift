/// What Dovecot is answered: HTTP status codes, which are a contract with the scripts that ask.
package enum PassdbOutcome: Int, Sendable, CaseIterable {
    /// Logged in.
    case ok = 200
    /// The next passdb decides.
    case next = 307
    /// Nobody can say who this is.
    case internalFailure = 400
    /// The password is wrong, or as good as wrong.
    case mismatch = 401
    /// Logging in is forbidden.
    case userDisabled = 403
    /// There is nobody of that name, as far as this passdb is concerned.
    case userUnknown = 404
    /// The password was right once.
    case expired = 410
    /// Try again later.
    case temporaryFailure = 503

    /// What the shipped scripts make of the code, without Dovecot's `PASSDB_RESULT_`.
    package var dovecotResult: String {
        switch self {
        case .ok: "OK"
        case .next: "NEXT"
        case .mismatch: "PASSWORD_MISMATCH"
        case .userDisabled: "USER_DISABLED"
        case .userUnknown: "USER_UNKNOWN"
        case .expired: "PASS_EXPIRED"
        case .internalFailure, .temporaryFailure: "INTERNAL_FAILURE"
        }
    }
}

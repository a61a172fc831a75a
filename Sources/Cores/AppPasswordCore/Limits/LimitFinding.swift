/// What a limit has against a login.
public enum LimitFinding: Sendable, Equatable {
    /// It is suspended until somebody releases it: ``Limit/suspended``.
    case suspended
    /// The password's time is over: ``Limit/expires`` or ``Limit/unusedDays``.
    case expired(Limit)
    /// Its time has not come.
    case notYet
    /// It is not for this service, as Dovecot named it.
    case wrongService(String)
    /// It is not for this place.
    case wrongPlace(Limit)
    /// A fact that the limit needs could not be had, and the login is to be tried again.
    case undecided(Limit)

    /// The limit.
    package var limit: Limit {
        switch self {
        case .expired(let limit), .wrongPlace(let limit), .undecided(let limit): limit
        case .suspended: .suspended
        case .notYet: .notBefore
        case .wrongService: .services
        }
    }
}

/// How a login came out by the limits of its password.
package struct LimitJudgement: Sendable, Equatable {
    /// What is against it; nil if nothing is.
    package var finding: LimitFinding?
    /// What the login fixes if it is let in.
    package var binds: BoundPlace?

    init(_ finding: LimitFinding?, binds: BoundPlace? = nil) { (self.finding, self.binds) = (finding, binds) }
}

public import AuditCore

/// What an app password may be used for, from where, and when. Each limit narrows; nil is no limit.
public struct Limits: Sendable, Equatable {
    /// What of the place of the first login becomes a limit.
    public enum Binding: String, Sendable, CaseIterable {
        /// The country.
        case country
        /// The AS number.
        case asn
        /// The network: an IPv4 /24, an IPv6 /64.
        case network
    }

    /// Services in lower case, as Dovecot names them: `imap`, `pop3`, `smtp`, `submission`, `sieve`.
    public var services: [String]?
    /// Networks; private addresses are bound by them, too.
    public var networks: [IPPrefix]?
    /// ISO 3166-1 codes in upper case.
    public var countries: [String]?
    /// AS numbers.
    public var asNumbers: [UInt32]?
    /// The first moment at which it is taken.
    public var notBefore: Timestamp?
    /// The first moment at which it is no longer taken.
    public var expires: Timestamp?
    /// Days without a login after which it is no longer taken, 1 or more. They count from the last login that was let in,
    /// from when the password was made, from `setAt` or from ``notBefore``, whichever is last.
    public var unusedDays: Int?
    /// What the first login fixes.
    public var binding: Binding?
    /// What it has fixed; nil: it has not come yet.
    package var bound: BoundPlace?
    /// Why there are limits, for people.
    package var note: String?
    /// Who set them.
    package var setBy: String?
    /// When they were set.
    package var setAt: Timestamp?
    /// Since when it is suspended: not taken until it is released (``AppPasswordAdministration/release(id:)``).
    package var suspended: Timestamp?

    /// Makes limits that limit nothing.
    public init() {}

    /// Whether nothing is limited.
    package var isEmpty: Bool {
        services == nil && networks == nil && countries == nil && asNumbers == nil && notBefore == nil && expires == nil
            && unusedDays == nil && binding == nil && suspended == nil
    }

    /// Those that limit something, in the order in which they are judged.
    package var inForce: [Limit] {
        Limit.allCases.filter { limit in
            switch limit {
            case .suspended: suspended != nil
            case .expires: expires != nil
            case .unusedDays: unusedDays != nil
            case .notBefore: notBefore != nil
            case .services: services != nil
            case .networks: networks != nil
            case .countries: countries != nil
            case .asNumbers: asNumbers != nil
            case .bind: binding != nil
            }
        }
    }

    /// When it ends for not being used.
    ///
    /// - Returns: nil without ``unusedDays``.
    package func endOfUse(_ times: LimitTimes) -> Timestamp? {
        guard let unusedDays else { return nil }
        let last =
            Timestamp.later(.later(times.lastUse, times.created), .later(setAt, notBefore)) ?? times.now
        return Timestamp(milliseconds: last.milliseconds + Int64(unusedDays) * 86_400_000)
    }

    /// When it ends, whatever the reason; nil if it does not.
    package func end(_ times: LimitTimes) -> Timestamp? { [expires, endOfUse(times)].compactMap(\.self).min() }
}

extension Timestamp {
    /// The later of two; nil if both are.
    static func later(_ one: Timestamp?, _ other: Timestamp?) -> Timestamp? {
        guard let one, let other else { return one ?? other }
        return max(one, other)
    }
}

/// The times that limits are judged by.
package struct LimitTimes: Sendable, Equatable {
    /// The database's time, so that all its servers agree.
    package var now: Timestamp
    /// When a login with the password was last let in; nil: never, as far as the log knows.
    package var lastUse: Timestamp?
    /// When the password was made.
    package var created: Timestamp?

    /// Takes the times.
    package init(now: Timestamp, lastUse: Timestamp? = nil, created: Timestamp? = nil) {
        (self.now, self.lastUse, self.created) = (now, lastUse, created)
    }
}

internal import AuditCore

extension Limits {
    /// The limits for people: `only imap,smtp; only from 192.0.2.0/24; ends 2026-12-31T00:00:00.000Z`; empty if there are none.
    package var text: String { inForce.map(text).joined(separator: "; ") }

    /// One of them for people.
    package func text(_ limit: Limit) -> String {
        let columns = StoredLimits.columns(of: self)
        func list(_ column: Int) -> String { (columns[column] ?? "").visible() }
        return switch limit {
        case .suspended: "suspended since \(suspended?.description ?? "")"
        case .expires: "ends \(expires?.description ?? "")"
        case .unusedDays: "ends after \(unusedDays ?? 0) days without a login"
        case .notBefore: "not before \(notBefore?.description ?? "")"
        case .services: "only \(list(0))"
        case .networks: "only from \(list(1))"
        case .countries: "only from \(list(2))"
        case .asNumbers: "only from \(list(3))"
        case .bind:
            bound.map { "bound to \($0)" } ?? "to be bound to the \(binding?.rawValue ?? "") of its first login"
        }
    }

    /// The limits without all but one.
    package func only(_ limit: Limit) -> Limits {
        var one = Limits()
        one.setAt = setAt
        switch limit {
        case .suspended: one.suspended = suspended
        case .expires: one.expires = expires
        case .unusedDays:
            one.unusedDays = unusedDays
            // They count from a beginning, too.
            one.setAt = [setAt, notBefore].compactMap(\.self).max()
        case .notBefore: one.notBefore = notBefore
        case .services: one.services = services
        case .networks: one.networks = networks
        case .countries: one.countries = countries
        case .asNumbers: one.asNumbers = asNumbers
        case .bind: (one.binding, one.bound) = (binding, bound)
        }
        return one
    }
}

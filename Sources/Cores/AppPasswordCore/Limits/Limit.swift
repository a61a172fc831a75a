/// One of the limits that an app password may have; the raw value is its column in `app_password_limits`.
public enum Limit: String, Sendable, CaseIterable {
    /// Since when it is not taken until it is released.
    case suspended
    /// From when on the password is no longer taken.
    case expires
    /// After how many days without a login it is no longer taken.
    case unusedDays = "unused_days"
    /// Until when it is not taken yet.
    case notBefore = "not_before"
    /// The services it is for.
    case services
    /// The networks it is taken from.
    case networks
    /// The countries it is taken from.
    case countries
    /// The AS numbers it is taken from.
    case asNumbers = "as_numbers"
    /// What its first login fixes.
    case bind
}

internal import AuditCore
internal import Whois

/// Why there is no answer, as it is remembered for a while.
enum Negative: String, Sendable {
    /// The upstream knows of nothing.
    case absent
    /// The upstream did not answer in time.
    case timedOut = "timed out"
    /// The upstream could not be reached, or failed.
    case unreachable
    /// The upstream answered something else.
    case malformed
    /// The upstream knows that another one knows.
    case elsewhere = "registered elsewhere"

    /// nil for trouble that may be over at once, or is ours alone: a rate, a full queue, no permission to ask.
    init?(_ error: LookupError) {
        switch error.code {
        case .timedOut: self = .timedOut
        case .unreachable: self = .unreachable
        case .malformed: self = .malformed
        case .registeredElsewhere: self = .elsewhere
        default: return nil
        }
    }

    /// For how long nobody is asked again.
    var lifetime: Duration {
        switch self {
        case .absent, .elsewhere: .seconds(900)
        case .timedOut, .unreachable, .malformed: .seconds(60)
        }
    }

    /// What a login gets instead of a fact; nil if the fact is that there is nothing.
    var error: LookupError? {
        switch self {
        case .absent: nil
        case .timedOut: LookupError(.timedOut, detail: "a moment ago")
        case .unreachable: LookupError(.unreachable, detail: "a moment ago")
        case .malformed: LookupError(.malformed, detail: "a moment ago")
        case .elsewhere: LookupError(.registeredElsewhere)
        }
    }
}

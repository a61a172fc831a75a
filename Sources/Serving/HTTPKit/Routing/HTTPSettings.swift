/// What an administrator may change while the server runs.
public struct HTTPSettings: Sendable {
    /// Sizes, counts and times.
    public var limits: HTTPLimits
    /// What clients must send on routes that are not ``Route/Access/open``; nil: nobody is asked.
    public var token: BearerToken?

    /// Gathers settings.
    public init(limits: HTTPLimits = HTTPLimits(), token: BearerToken? = nil) {
        (self.limits, self.token) = (limits, token)
    }
}

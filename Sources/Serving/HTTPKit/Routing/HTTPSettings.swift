/// What an administrator may change while the server runs.
package struct HTTPSettings: Sendable {
    /// Sizes, counts and times.
    package var limits: HTTPLimits
    /// What clients must send on routes that are not ``Route/Access/open``; nil: nobody is asked.
    package var token: BearerToken?

    /// Gathers settings.
    package init(limits: HTTPLimits = HTTPLimits(), token: BearerToken? = nil) {
        (self.limits, self.token) = (limits, token)
    }
}

package import AuditCore

/// What a parser made of a registry's answer.
package struct NetworkReading: Sendable {
    /// The network; nil if the registry says that there is none.
    package var result: Result<NetworkAnswer?, LookupError>
    /// The registry, other than the one that was asked, that looks after the address by this answer.
    package var referral: Registry?

    /// What was read; a registry to ask next, if it names one.
    package init(_ result: Result<NetworkAnswer?, LookupError>, referral: Registry? = nil) {
        (self.result, self.referral) = (result, referral)
    }
}

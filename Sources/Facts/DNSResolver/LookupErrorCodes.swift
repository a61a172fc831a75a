package import AuditCore

extension LookupError.Code {
    /// The DNS server answered SERVFAIL.
    package static let serverFailure = Self(name: "server failure")
    /// The DNS server answered REFUSED.
    package static let refused = Self(name: "refused")
}

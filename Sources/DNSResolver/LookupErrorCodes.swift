public import AuditCore

extension LookupError.Code {
    /// The DNS server answered SERVFAIL.
    public static let serverFailure = Self(name: "server failure")
    /// The DNS server answered REFUSED.
    public static let refused = Self(name: "refused")
}

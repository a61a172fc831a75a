/// Rows of an account as they were lately.
public struct RecentPasswords: Sendable {
    /// The rows, as ``AppPasswordStore/passwords(of:)`` gives them.
    public var rows: [AppPassword]
    /// Whether changes of the last moment may be missing: then ``AppPasswordStore/passwords(of:)`` is asked before anybody is
    /// refused for what they say.
    public var mayLag: Bool

    /// Rows, and how much they are worth.
    public init(_ rows: [AppPassword], mayLag: Bool) { (self.rows, self.mayLag) = (rows, mayLag) }
}

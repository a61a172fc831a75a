/// A block of special-purpose addresses, named as the old program named it.
public struct ReservedBlock: Sendable, Hashable {
    /// The assignment's name, shown as the net name: `TEST-NET-1`.
    public let name: String
    /// Where it is defined: `RFC 5737`.
    public let reference: String

    /// Names a block.
    public init(name: String, reference: String) {
        self.name = name
        self.reference = reference
    }
}

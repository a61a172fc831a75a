/// Where a database server is reached by TCP.
public struct DatabaseHost: Sendable, Hashable {
    /// Name or address, IPv6 without brackets.
    public var name: String
    /// TCP port.
    public var port: UInt16

    /// Takes both.
    public init(_ name: String, port: UInt16 = 3306) { (self.name, self.port) = (name, port) }
}

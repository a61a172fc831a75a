/// Where a database server is reached by TCP.
package struct DatabaseHost: Sendable, Hashable {
    /// Name or address, IPv6 without brackets.
    package var name: String
    /// TCP port.
    package var port: UInt16

    /// Takes both.
    package init(_ name: String, port: UInt16 = 3306) { (self.name, self.port) = (name, port) }
}

/// Where a server listens.
package struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// A name or an address, without brackets.
    package var host: String
    /// The port.
    package var port: Int

    /// A name or an address, without brackets, and a TCP port.
    package init(host: String, port: Int) { (self.host, self.port) = (host, port) }

    /// `whois.arin.net:43`, `[2001:db8::1]:43`.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Without the port if it is that of WHOIS.
    var server: String { port == 43 && !host.contains(":") ? host : description }
}

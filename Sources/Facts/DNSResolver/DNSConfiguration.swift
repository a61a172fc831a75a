/// How names are looked up.
package struct DNSConfiguration: Sendable, Equatable {
    /// Resolvers as `address`, `address:port` or `[IPv6]:port`; empty: those of `/etc/resolv.conf`.
    package var servers: [String] = []
    /// What one answer may take, retries and TCP included; 500 ms.
    package var timeout = Duration.milliseconds(500)
    /// Names of addresses that come before what DNS says; read when the resolver is made.
    package var hostsFile = "/etc/hosts"
    /// How many questions may be under way; the next is refused at once. Late answers count until they are given up.
    package var mostQuestions = 256

    /// The defaults.
    package init() {}
}

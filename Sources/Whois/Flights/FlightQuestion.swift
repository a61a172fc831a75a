internal import AuditCore

/// One question to an upstream, and by its identity whoever asks it.
final class FlightQuestion: Sendable {
    /// The address it is about.
    let address: IPAddress
    /// The block under which an older answer is kept that this one takes the place of.
    let outdated: IPPrefix?

    init(_ address: IPAddress, outdated: IPPrefix? = nil) { (self.address, self.outdated) = (address, outdated) }
}

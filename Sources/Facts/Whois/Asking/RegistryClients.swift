internal import Locks
package import AuditCore
package import DNSResolver
internal import Foundation
package import Logging

/// All that is asked of registries and of Team Cymru; made once for a configuration, shut down in the end.
///
/// Remembers how each server is doing, and says in the log when that changes. Nothing here is cached, and questions
/// about the same network are not joined: that is for those who ask.
package final class RegistryClients: Sendable {
    /// Asks about networks; nil if neither RDAP nor WHOIS may be asked.
    package let network: (any NetworkUpstream)?
    /// Asks about origins; nil if Team Cymru may not be asked.
    package let origin: (any OriginUpstream)?

    private let getter: HTTPGetter
    private let gates: Gates
    private let bootstrap: BootstrapStore

    /// Makes the clients; asks nobody yet, reads files only.
    ///
    /// - Parameters:
    ///   - configuration: Whom to ask, and within which bounds.
    ///   - txt: Finds TXT records; has a timeout of its own.
    ///   - logger: Hears when an upstream goes down, is slow, asks for a pause, and answers again.
    ///   - clock: Measures deadlines, limits and pauses.
    /// - Throws: ``LookupError/Code/unreadable`` or `malformed` if the bootstrap is to come from a directory that has
    ///   no good one.
    package init(
        _ configuration: RegistryConfiguration, txt: any TXTResolver, logger: Logger,
        clock: some Clock<Duration> = ContinuousClock()
    ) throws(LookupError) {
        let clock = MonotonicTime(clock)
        let gates = Gates(
            clock: clock, slowness: configuration.timeout / 2, tokens: configuration.tokens, logger: logger)
        let getter = HTTPGetter(userAgent: configuration.userAgent, now: configuration.now)
        let bootstrap = try BootstrapStore(configuration, getter: getter, gates: gates, clock: clock, logger: logger)
        (self.gates, self.getter, self.bootstrap) = (gates, getter, bootstrap)
        let rdap = RDAPClient(getter: getter, gates: gates, clock: clock, configuration: configuration)
        network =
            configuration.asksRDAP || configuration.asksWHOIS
            ? RegistryUpstream(
                rdap: configuration.asksRDAP ? rdap : nil, bootstrap: bootstrap, gates: gates, clock: clock,
                configuration: configuration)
            : nil
        origin =
            configuration.asksCymru
            ? CymruUpstream(txt: txt, gates: gates, clock: clock, configuration: configuration) : nil
    }

    /// Every server that was asked so far, and how it is doing.
    package var statuses: [UpstreamStatus] { gates.statuses }

    /// Keeps the list of RDAP servers fresh until the task is cancelled; returns at once if it is not one that changes.
    package func run() async { await bootstrap.run() }

    /// Closes all connections of HTTP and gives up what is under way on them; waits for that no longer than the limit.
    ///
    /// Questions asked afterwards are answered `unreachable` at once. Happens by itself, without waiting, when nobody
    /// holds the clients any more.
    package func shutDown(within limit: Duration) async {
        let done = Latch()
        getter.shutDown { done.open() }
        await done.wait(atMost: limit)
    }
}

import AuditCore
import Locks
import Settings

/// Sees to it that what is known of the addresses that logins come from is in memory, and holds, before they come again: those
/// of the last day, after a start and then every quarter of an hour.
///
/// Nobody waits for it. It looks up one address at a time, those that came last first, with pauses, and not while a login waits
/// for a registry. What it asks counts as asked for one account, so that no server gives it more than half of what may be asked.
final class WarmUp: Sendable {
    /// What it takes, by the settings in force.
    struct Means: Sendable {
        /// Who knows something about addresses.
        var sources: FactSources
        /// Addresses that have a name of their own: no registry is asked about them.
        var localNetworks: LocalNetworks
        /// The age from which on a network is asked for anew.
        var freshFor: Duration
        /// The pause after an address whose network was asked for: four times that of `lookup.rate`, so that logins have three
        /// quarters.
        var registryPause: Duration
        /// Whether a login waits for a registry just now.
        var isBusy: @Sendable () -> Bool
    }

    /// No login's name: these are in lower case.
    static let account = "WARM-UP"
    /// Between two rounds.
    static let interval = Duration.seconds(900)
    /// After an address that somebody was asked about.
    static let pause = Duration.milliseconds(100)
    /// After one of which all is at hand.
    static let step = Duration.milliseconds(10)
    /// After how many of a round's addresses the file is written, too.
    static let savedAfter = 128
    /// Until it is looked whether a login still waits.
    static let patience = Duration.seconds(1)

    private let addresses: RecentAddresses
    /// Those of an earlier process.
    private let first: [IPAddress]
    private let sleep: @Sendable (Duration) async throws -> Void
    private let means: @Sendable () -> Means?
    private let ended = Latch()

    /// Asks nobody yet.
    ///
    /// - Parameters:
    ///   - sleep: Waits, and throws when it is cancelled.
    ///   - means: What it takes just now; nil if nothing is to be looked up.
    init(
        _ addresses: RecentAddresses,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        means: @escaping @Sendable () -> Means?
    ) {
        (self.addresses, self.sleep, self.means) = (addresses, sleep, means)
        first = addresses.all
    }

    /// Looks up until ``end()``, or until the task is cancelled.
    func run() async {
        _ = await race({ await self.goRound() }, against: { await self.ended.wait() })
    }

    /// Asks nobody any more.
    func end() { ended.open() }

    /// Writes down for the next process whom this one has seen.
    func flush(within limit: Duration) async { await addresses.save(within: limit) }

    private func goRound() async {
        var round = first
        while true {
            do {
                try await lookUp(round)
                await addresses.save()
                try await sleep(Self.interval)
            } catch {
                return
            }
            round = addresses.all
        }
    }

    private func lookUp(_ round: [IPAddress]) async throws {
        for (index, address) in round.enumerated() {
            // A round may take hours.
            if index > 0, index.isMultiple(of: Self.savedAfter) { await addresses.save() }
            while let means = means(), means.isBusy() { try await sleep(Self.patience) }
            guard let means = means() else { return }
            try Task.checkCancellation()
            let pause = await LookupAccount.$current.withValue(Self.account) { await Self.lookUp(address, means) }
            try await sleep(pause)
        }
    }

    /// Looks up what is not at hand.
    ///
    /// - Returns: How long to wait before the next.
    private static func lookUp(_ address: IPAddress, _ means: Means) async -> Duration {
        var wait = step
        if let names = means.sources.reverse, names.factAtHand(about: address) == nil {
            _ = await names.fact(about: address)
            wait = pause
        }
        let facts = Facts(address: address, localNetworks: means.localNetworks, localLocationName: "")
        guard !facts.isReserved else { return wait }
        let subject = address.embeddedIPv4 ?? address
        if let origins = means.sources.origin, origins.factAtHand(about: subject) == nil {
            _ = await origins.fact(about: subject)
            wait = pause
        }
        if let networks = means.sources.network, networks.factAtHand(about: subject) == nil {
            let network = await networks.fact(about: subject)
            // What is stale is asked for in the background.
            let isAsked = network.source != .cache || network.age >= means.freshFor
            wait = isAsked ? max(pause, means.registryPause) : pause
        }
        return wait
    }
}

extension WarmUp.Means {
    /// By a snapshot's settings; nil if they want nothing looked up, or what is looked up ends before the next round.
    init?(_ snapshot: Snapshot) {
        let (settings, lookups) = (snapshot.settings, snapshot.backEnds.lookups)
        guard settings.lookup.keepsAddresses, settings.audit.cacheTTL >= WarmUp.interval else { return nil }
        let rate = settings.lookup.rate
        self.init(
            sources: lookups.sources, localNetworks: snapshot.auditor.configuration.localNetworks,
            freshFor: settings.audit.cacheTTL, registryPause: rate.interval * 4 / rate.count,
            isBusy: { lookups.isWaitedFor })
    }
}

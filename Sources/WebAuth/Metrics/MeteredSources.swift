public import AuditCore

extension FactSources {
    /// The same sources, with every lookup counted and timed.
    public func metered(_ metrics: LookupMetrics) -> FactSources {
        FactSources(
            reverse: reverse.map { MeteredReverseResolver(base: $0, metrics: metrics) },
            network: network.map { MeteredNetworkSource(base: $0, metrics: metrics) },
            origin: origin.map { MeteredOriginSource(base: $0, metrics: metrics) },
            geo: geo.map { MeteredGeoSource(base: $0, metrics: metrics) })
    }
}

private struct MeteredReverseResolver: ReverseResolver {
    let base: any ReverseResolver
    let metrics: LookupMetrics

    func names(of address: IPAddress) async -> Sourced<PTRNames> {
        let start = ContinuousClock.now
        let answer = await base.names(of: address)
        metrics.note(answer, nobody: FactSource.dns.description, since: start)
        return answer
    }

    func namesAtHand(of address: IPAddress) -> Sourced<PTRNames>? {
        let start = ContinuousClock.now
        guard let answer = base.namesAtHand(of: address) else { return nil }
        metrics.note(answer, nobody: FactSource.dns.description, since: start)
        return answer
    }
}

private struct MeteredNetworkSource: NetworkSource {
    let base: any NetworkSource
    let metrics: LookupMetrics

    func network(of address: IPAddress) async -> Sourced<NetworkFacts> {
        let start = ContinuousClock.now
        let answer = await base.network(of: address)
        metrics.note(answer, nobody: "network", since: start)
        return answer
    }

    func networkAtHand(of address: IPAddress) -> Sourced<NetworkFacts>? {
        let start = ContinuousClock.now
        guard let answer = base.networkAtHand(of: address) else { return nil }
        metrics.note(answer, nobody: "network", since: start)
        return answer
    }
}

private struct MeteredOriginSource: OriginSource {
    let base: any OriginSource
    let metrics: LookupMetrics

    func origin(of address: IPAddress) async -> Sourced<OriginFacts> {
        let start = ContinuousClock.now
        let answer = await base.origin(of: address)
        metrics.note(answer, nobody: "origin", since: start)
        return answer
    }

    func originAtHand(of address: IPAddress) -> Sourced<OriginFacts>? {
        let start = ContinuousClock.now
        guard let answer = base.originAtHand(of: address) else { return nil }
        metrics.note(answer, nobody: "origin", since: start)
        return answer
    }
}

private struct MeteredGeoSource: GeoSource {
    let base: any GeoSource
    let metrics: LookupMetrics

    func place(of address: IPAddress) -> Sourced<GeoFacts> {
        let start = ContinuousClock.now
        let answer = base.place(of: address)
        metrics.note(answer, nobody: FactSource.maxmind.description, since: start)
        return answer
    }
}

package import AuditCore

extension FactSources {
    /// The same sources, with every lookup counted and timed.
    package func metered(_ metrics: LookupMetrics) -> FactSources {
        FactSources(
            reverse: reverse.map { MeteredLookup(base: $0, nobody: FactSource.dns.description, metrics: metrics) },
            network: network.map { MeteredLookup(base: $0, nobody: "network", metrics: metrics) },
            origin: origin.map { MeteredLookup(base: $0, nobody: "origin", metrics: metrics) },
            geo: geo.map { MeteredGeoSource(base: $0, metrics: metrics) })
    }
}

private struct MeteredLookup<Value: Sendable>: Lookup {
    let base: any Lookup<Value>
    /// What stands for the source where nobody answered.
    let nobody: String
    let metrics: LookupMetrics

    func fact(about address: IPAddress) async -> Sourced<Value> {
        let start = ContinuousClock.now
        let answer = await base.fact(about: address)
        metrics.note(answer, nobody: nobody, since: start)
        return answer
    }

    func factAtHand(about address: IPAddress) -> Sourced<Value>? {
        let start = ContinuousClock.now
        guard let answer = base.factAtHand(about: address) else { return nil }
        metrics.note(answer, nobody: nobody, since: start)
        return answer
    }

    func isHeldUp(_ address: IPAddress) -> Bool { base.isHeldUp(address) }
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

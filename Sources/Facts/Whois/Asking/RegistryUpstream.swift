internal import Locks
internal import AuditCore

/// Asks the registries about networks: by RDAP, by WHOIS where RDAP could not be had or knows of nothing, and then the
/// registry that an answer names.
struct RegistryUpstream: NetworkUpstream {
    /// nil: RDAP is not asked.
    let rdap: RDAPClient?
    let bootstrap: BootstrapStore
    let gates: Gates
    let clock: MonotonicTime
    let configuration: RegistryConfiguration

    /// Asks about the smallest network that holds an address; see ``NetworkUpstream``.
    ///
    /// Registries' RDAP lags behind their WHOIS for old and transferred space, so that "there is none" is believed only if
    /// WHOIS says so, too. A registry that an answer names is asked once, and what was known before is kept if it has
    /// nothing better. Where our own limit allows no question, the other means is tried before either is waited for.
    ///
    /// - Returns: Over within three times the timeout. If both ways fail: the error of WHOIS with that of RDAP in its
    ///   detail, and the time after which one of them may be asked again, if both have said so.
    func network(of address: IPAddress) async -> Upstream<NetworkAnswer> {
        await bootstrap.ensureRead(by: clock.now() + configuration.timeout)
        let nobody = LookupError(.notConfigured, detail: "no server is known for this address")
        var byRDAP = RDAPClient.Reply(
            answer: Upstream(.unavailable(nobody), source: .rdap), registry: BootstrapStore.registry(of: address))
        let base = rdap == nil ? nil : bootstrap.base(for: address)
        if let rdap, let base {
            byRDAP = await rdap.network(of: address, asking: base, isPatient: !configuration.asksWHOIS)
        }
        // Sent to the one whose WHOIS is asked next in any case.
        let isHome = configuration.asksWHOIS && byRDAP.answer.referral == byRDAP.registry
        if isHome { byRDAP.answer.referral = nil }
        if let answer = await referred(byRDAP.answer, about: address) { return answer }
        guard byRDAP.answer.fact.value == nil, configuration.asksWHOIS, let registry = byRDAP.registry,
            !Task.isCancelled
        else { return byRDAP.answer }
        var byWHOIS = await ask(registry, about: address)
        // Who was sent on by RDAP already need not be sent on again.
        if byRDAP.answer.referral == nil, let answer = await referred(byWHOIS, about: address) { byWHOIS = answer }
        if byWHOIS.fact.error != nil, byRDAP.answer.fact.error?.isOurs == true, let rdap, let base, !Task.isCancelled {
            byRDAP = await rdap.network(of: address, asking: base, isPatient: true)
            if byRDAP.answer.fact.value != nil { return byRDAP.answer }
        }
        return rdap == nil ? byWHOIS : Self.combined(byRDAP.answer, byWHOIS)
    }

    /// What RDAP, which knows of no network, and WHOIS say together.
    private static func combined(
        _ rdap: Upstream<NetworkAnswer>, _ whois: Upstream<NetworkAnswer>
    ) -> Upstream<NetworkAnswer> {
        guard let second = whois.fact.error else {
            if case .absent = rdap.fact, whois.fact.value == nil { return rdap }
            return whois
        }
        var answer = whois
        guard let first = rdap.fact.error else {
            let detail = "RDAP: there is none; WHOIS: \(second.debugDescription)"
            answer.fact = .unavailable(LookupError(second.code, detail: detail))
            return answer
        }
        // That we did not ask, or that another registry knows, says more than that WHOIS is silent.
        let code = first.isOurs || !second.isOurs && first.code == .registeredElsewhere ? first.code : second.code
        let detail = "RDAP: \(first.debugDescription); WHOIS: \(second.debugDescription)"
        answer.fact = .unavailable(LookupError(code, detail: detail))
        if let one = rdap.retryAfter, let other = whois.retryAfter {
            answer.retryAfter = min(one, other)
        } else {
            answer.retryAfter = nil
        }
        return answer
    }

    /// Asks the registry that an answer names.
    ///
    /// - Returns: The better answer of the two; nil if that is none.
    private func referred(
        _ first: Upstream<NetworkAnswer>, about address: IPAddress
    ) async -> Upstream<NetworkAnswer>? {
        guard let registry = first.referral, !Task.isCancelled else {
            return first.fact.value == nil ? nil : first
        }
        let second: Upstream<NetworkAnswer>
        let isWHOISNamed = configuration.asksWHOIS && configuration.whoisServers[registry] != nil
        if let rdap, !isWHOISNamed, let base = bootstrap.base(of: registry) {
            second = await rdap.network(of: address, asking: base, isPatient: true).answer
        } else if configuration.asksWHOIS {
            second = await ask(registry, about: address)
        } else {
            return first.fact.value == nil ? nil : first
        }
        switch second.fact {
        case .known: return second
        case .absent where first.fact.value == nil: return second
        case .absent, .unavailable: return first.fact.value == nil ? nil : first
        }
    }

    /// Asks a registry by WHOIS.
    private func ask(_ registry: Registry, about address: IPAddress) async -> Upstream<NetworkAnswer> {
        let own = configuration.whoisServers[registry]
        let server = own ?? Endpoint(host: registry.whoisServer, port: 43)
        return await gates.ask(
            UpstreamName(.whois, host: server.server), limit: own == nil ? configuration.limit(for: registry) : nil,
            by: clock.now() + configuration.timeout
        ) {
            await TextExchange.ask(server, Array(registry.whoisQuery(for: address).utf8), as: .whois) {
                let reading = WHOISParser.read($0, from: registry, for: address)
                return Upstream(Fact(reading.result), source: .whois, referral: reading.referral)
            }
        }
    }
}

extension Fact {
    /// What a parser made of an answer; nil is absent.
    init(_ result: Result<Value?, LookupError>) {
        switch result {
        case .success(let value?): self = .known(value)
        case .success(nil): self = .absent
        case .failure(let error): self = .unavailable(error)
        }
    }
}

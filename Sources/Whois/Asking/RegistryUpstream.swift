internal import AuditCore

/// Asks the registries about networks: by RDAP, and by WHOIS where RDAP could not be had.
struct RegistryUpstream: NetworkUpstream {
    /// nil: RDAP is not asked.
    let rdap: RDAPClient?
    let bootstrap: BootstrapStore
    let gates: Gates
    let clock: UpstreamClock
    let configuration: RegistryConfiguration

    /// Asks about the smallest network that holds an address; see ``NetworkUpstream``.
    ///
    /// - Returns: Over within twice the timeout. If both ways fail: the error of WHOIS with that of RDAP in its detail,
    ///   and the time after which one of them may be asked again, if both have said so.
    func network(of address: IPAddress) async -> Upstream<NetworkAnswer> {
        let nobody = LookupError(.notConfigured, detail: "no server is known for this address")
        var byRDAP = RDAPClient.Reply(
            answer: Upstream(.unavailable(nobody), source: .rdap), registry: BootstrapStore.registry(of: address))
        if let rdap, let base = bootstrap.base(for: address) {
            byRDAP = await rdap.network(of: address, asking: base)
        }
        guard let error = byRDAP.answer.fact.error, configuration.asksWHOIS, let registry = byRDAP.registry,
            !Task.isCancelled
        else { return byRDAP.answer }
        var answer = await ask(registry, about: address)
        if let second = answer.fact.error, rdap != nil {
            let detail = "RDAP: \(error.debugDescription); WHOIS: \(second.debugDescription)"
            answer.fact = .unavailable(LookupError(second.code, detail: detail))
            if let one = byRDAP.answer.retryAfter, let other = answer.retryAfter {
                answer.retryAfter = min(one, other)
            } else {
                answer.retryAfter = nil
            }
        }
        return answer
    }

    /// Asks a registry by WHOIS.
    private func ask(_ registry: Registry, about address: IPAddress) async -> Upstream<NetworkAnswer> {
        let own = configuration.whoisServers[registry]
        let server = own ?? Endpoint(host: registry.whoisServer, port: 43)
        return await gates.ask(
            UpstreamName(.whois, host: server.server), limit: own == nil ? configuration.limit(for: registry) : nil,
            by: clock.now() + configuration.timeout
        ) {
            await TextExchange.ask(
                server, Array(registry.whoisQuery(for: address).utf8), as: .whois
            ) { WHOISParser.parse($0, from: registry, for: address) }
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

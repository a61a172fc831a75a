internal import Locks
internal import AuditCore
internal import DNSResolver

/// Asks Team Cymru who announces an address: by DNS, and by WHOIS where DNS could not be had.
///
/// How often DNS is asked is not limited, as that is how Team Cymru wishes to be asked much, and the answers are kept
/// by the resolver as well.
struct CymruUpstream: OriginUpstream {
    private static let dns = UpstreamName(.cymruDNS)

    let txt: any TXTResolver
    let gates: Gates
    let clock: MonotonicTime
    let configuration: RegistryConfiguration

    /// Asks for the origins; see ``OriginUpstream``.
    ///
    /// - Returns: `.absent` for NXDOMAIN; over within twice the timeout.
    func origin(of address: IPAddress) async -> Upstream<OriginAnswer> {
        let byDNS: Upstream<OriginAnswer> = await gates.ask(
            Self.dns, limit: nil, by: clock.now() + configuration.timeout
        ) {
            let fact: Fact<OriginAnswer> =
                switch await txt.texts(of: CymruDNS.originName(of: address)) {
                case .known(let records): Fact(CymruDNS.parseOrigin(records, for: address))
                case .absent: .absent
                case .unavailable(let error): .unavailable(error)
                }
            return Upstream(fact, source: .cymruDNS)
        }
        guard let error = byDNS.fact.error, !Task.isCancelled else { return byDNS }
        var answer = await askByWHOIS(about: address)
        if let second = answer.fact.error {
            let detail = "DNS: \(error.debugDescription); WHOIS: \(second.debugDescription)"
            answer.fact = .unavailable(LookupError(error.isOurs ? error.code : second.code, detail: detail))
            answer.retryAfter = nil
        }
        return answer
    }

    /// Asks for the name of an autonomous system, by DNS alone; see ``OriginUpstream``.
    func name(ofAS number: UInt32) async -> Fact<String> {
        let answer: Upstream<String> = await gates.ask(
            Self.dns, limit: nil, by: clock.now() + configuration.timeout
        ) {
            let fact: Fact<String> =
                switch await txt.texts(of: CymruDNS.nameName(ofAS: number)) {
                case .known(let records): CymruDNS.parseASName(records).map(Fact.known) ?? .absent
                case .absent: .absent
                case .unavailable(let error): .unavailable(error)
                }
            return Upstream(fact, source: .cymruDNS)
        }
        return answer.fact
    }

    private func askByWHOIS(about address: IPAddress) async -> Upstream<OriginAnswer> {
        let server = configuration.cymruWhoisServer
        let isUsual = server == RegistryConfiguration.usualCymruWhoisServer
        return await gates.ask(
            UpstreamName(.cymruWhois, host: server.server), limit: isUsual ? configuration.rate : nil,
            by: clock.now() + configuration.timeout
        ) {
            await TextExchange.ask(server, CymruWhois.query(for: address), as: .cymruWhois) {
                Upstream(Fact(CymruWhois.parse($0, for: address)), source: .cymruWhois)
            }
        }
    }
}

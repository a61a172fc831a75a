public import AuditCore
import DNSResolver
public import Logging

/// Asks registries about networks and Team Cymru about origins: what a program of its own needs of this room.
///
/// One question at a time is asked about an address, in the manners of each registry, and nothing is kept: a program with many
/// logins keeps the answers. Connections are closed when nobody holds this any more.
public struct RegistryLookups: Sendable {
    /// The network of an address, by RDAP and then by WHOIS.
    public let network: any Lookup<NetworkFacts>
    /// Who announces an address, by DNS and then by WHOIS.
    public let origin: any Lookup<OriginFacts>

    /// Asks nobody yet; starts a thread for DNS.
    ///
    /// - Parameters:
    ///   - configuration: Whom to ask, and within which bounds.
    ///   - logger: Hears when a server goes down, is slow, asks for a pause, and answers again.
    /// - Throws: ``LookupError`` if DNS cannot be asked, or the list of RDAP servers not be read.
    public init(_ configuration: RegistryConfiguration = RegistryConfiguration(), logger: Logger) throws(LookupError) {
        self.init(try RegistryClients(configuration, txt: try CaresResolver(), logger: logger))
    }

    /// Asks by clients that are there.
    package init(_ clients: RegistryClients) {
        network = NetworkLookup(clients: clients)
        origin = OriginLookup(clients: clients)
    }

    private struct NetworkLookup: Lookup {
        let clients: RegistryClients

        func fact(about address: IPAddress) async -> Sourced<NetworkFacts> {
            guard let upstream = clients.network else { return .notAsked }
            let answer = await upstream.network(of: address)
            return switch answer.fact {
            case .known(let network): Sourced(.known(network.facts), source: answer.source)
            case .absent: Sourced(.absent, source: answer.source)
            case .unavailable(let error): Sourced(.unavailable(error), source: answer.source)
            }
        }
    }

    private struct OriginLookup: Lookup {
        let clients: RegistryClients

        func fact(about address: IPAddress) async -> Sourced<OriginFacts> {
            guard let upstream = clients.origin else { return .notAsked }
            let answer = await upstream.origin(of: address)
            switch answer.fact {
            case .known(let origin) where origin.isRouted:
                var facts = origin.facts
                if facts.asName == nil, let number = facts.asNumbers.first {
                    switch await upstream.name(ofAS: number) {
                    case .known(let name): facts.asName = name
                    case .absent: break
                    case .unavailable(let error): facts.asNameTrouble = error
                    }
                }
                return Sourced(.known(facts), source: answer.source)
            case .known, .absent: return Sourced(.absent, source: answer.source)
            case .unavailable(let error): return Sourced(.unavailable(error), source: answer.source)
            }
        }
    }
}

internal import Locks
internal import AuditCore
internal import Foundation

/// Asks RDAP servers about networks (RFC 7480, RFC 9082): one question for an address, and never one about an entity.
struct RDAPClient: Sendable {
    /// An answer, and whose it was.
    struct Reply: Sendable {
        var answer: Upstream<NetworkAnswer>
        /// The registry of the server that was asked last, as far as its host tells.
        var registry: Registry?
    }

    /// Where to ask.
    struct Base: Sendable {
        /// The base URL, of the list of servers.
        var url: String
        /// The registry in whose space the address lies.
        var registry: Registry?
        /// Whether the server is one that only the administrator named: it may be asked without limit.
        var isNamedByAdministrator: Bool
    }

    /// What one server said.
    private enum Step: Sendable {
        case redirect(String)
        case network(NetworkAnswer, referral: Registry?)
    }

    private static let types = "application/rdap+json, application/json;q=0.5"

    let getter: HTTPGetter
    let gates: Gates
    let clock: MonotonicTime
    let configuration: RegistryConfiguration

    /// Asks about the network of an address, and follows redirects to other servers.
    ///
    /// Each server that is asked on the way has its own limit and its own breaker.
    ///
    /// - Parameter isPatient: Whether to wait where our own limit allows no question yet.
    /// - Returns: `.absent` for 404; `.unavailable` with `rateLimited` for 429 and 503 with `Retry-After`, `overloaded` for
    ///   our own limit, `unreachable`, `malformed` or `timedOut` for all else. Over by the timeout.
    func network(of address: IPAddress, asking base: Base, isPatient: Bool) async -> Reply {
        let deadline = clock.now() + configuration.timeout
        let question = Bootstrap.rdapURL(base: base.url, address: address)
        guard var trail = RedirectTrail(question, allowsHTTP: configuration.allowsHTTP) else {
            let error = LookupError(.notConfigured, detail: "no RDAP server at \(base.url.visible())")
            return Reply(answer: Upstream(.unavailable(error), source: .rdap), registry: base.registry)
        }
        let start = trail.server
        while true {
            let (url, server) = (trail.url, trail.server)
            let registry = Registry(host: url.host ?? "") ?? base.registry
            let isUnlimited = base.isNamedByAdministrator && server == start
            let answer = await gates.ask(
                UpstreamName(.rdap, host: server),
                limit: isUnlimited ? nil : configuration.limit(for: registry), by: deadline, isPatient: isPatient
            ) { await step(url, address, registry) }
            switch answer.fact {
            case .known(.network(let network, let referral)):
                return Reply(answer: Upstream(.known(network), source: .rdap, referral: referral), registry: registry)
            case .absent: return Reply(answer: Upstream(.absent, source: .rdap), registry: registry)
            case .unavailable(let error):
                let answer = Upstream<NetworkAnswer>(
                    .unavailable(error), source: .rdap, retryAfter: answer.retryAfter, referral: answer.referral)
                return Reply(answer: answer, registry: registry)
            case .known(.redirect(let location)):
                do {
                    try trail.follow(location)
                } catch {
                    return Reply(answer: Upstream(.unavailable(error), source: .rdap), registry: registry)
                }
            }
        }
    }

    /// Asks one server.
    private func step(_ url: URL, _ address: IPAddress, _ registry: Registry?) async -> Upstream<Step> {
        func unavailable(
            _ error: LookupError, retryAfter: Duration? = nil, referral: Registry? = nil
        ) -> Upstream<Step> {
            Upstream(.unavailable(error), source: .rdap, retryAfter: retryAfter, referral: referral)
        }
        do throws(LookupError) {
            let reply = try await getter.get(url, accepting: Self.types, limit: RDAPParser.maxBytes)
            switch (reply.status, reply.location) {
            case (200, _):
                let reading = RDAPParser.read(reply.body, for: address, from: registry)
                return switch reading.result {
                case .success(let network?):
                    Upstream(.known(.network(network, referral: reading.referral)), source: .rdap)
                case .success(nil): Upstream(.absent, source: .rdap)
                case .failure(let error):
                    unavailable(error, retryAfter: reply.retryAfter, referral: reading.referral)
                }
            case (404, _): return Upstream(.absent, source: .rdap)
            case (301...303, let location?), (307...308, let location?):
                return Upstream(.known(.redirect(location)), source: .rdap)
            case (429, _), (503, _):
                guard reply.status == 429 || reply.retryAfter != nil else {
                    return unavailable(LookupError(.unreachable, detail: "HTTP 503"))
                }
                let wait = reply.retryAfter ?? RetryAfter.unstated
                return unavailable(LookupError(.rateLimited, detail: "HTTP \(reply.status)"), retryAfter: wait)
            default:
                return unavailable(LookupError(RDAPParser.errorKind(reply.status), detail: "HTTP \(reply.status)"))
            }
        } catch {
            return unavailable(error)
        }
    }
}

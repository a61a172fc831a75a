internal import AuditCore
internal import Foundation
internal import Locks
internal import Logging

/// The list of RDAP servers in force, and how it is kept fresh.
///
/// A list from a URL is read before the first lookup that needs it, and anew once a day by ``run()``, at times that
/// servers that were started together do not share; a copy that cannot be had or read changes nothing. The last good one is kept in the state directory. Before there is one, IANA's own list is
/// stood in for by the shipped copy, another by none: whoever names another does not want IANA's servers asked.
final class BootstrapStore: Sendable {
    /// How old a list may grow.
    static let lifetime = Duration.seconds(86_400)
    /// When to try again after it could not be had.
    static let retry = Duration.seconds(3600)
    /// Within which the first reading begins that no lookup has asked for.
    static let firstReadingSpread = Duration.seconds(10)
    /// What reading it may take.
    static let timeout = Duration.seconds(30)

    private static let ianaHost = "data.iana.org"

    private let configuration: RegistryConfiguration
    private let getter: HTTPGetter
    private let gates: Gates
    private let clock: MonotonicTime
    private let logger: Logger
    private let inForce: Mutex<(bootstrap: Bootstrap?, fetched: Timestamp?)>
    private let firstReading = Mutex(FirstReading.toDo)

    /// How far the first reading of a list from a URL is, of which there is no kept copy.
    private enum FirstReading {
        case toDo
        case underWay(Latch)
        case over
    }

    /// Reads the list, from disk where that is where it is; from a URL ``ensureRead(by:)`` or ``run()`` reads it.
    ///
    /// - Throws: ``LookupError/Code/unreadable`` or `malformed` for a directory without a good list.
    init(
        _ configuration: RegistryConfiguration, getter: HTTPGetter, gates: Gates, clock: MonotonicTime, logger: Logger
    ) throws(LookupError) {
        (self.configuration, self.getter, self.gates, self.clock) = (configuration, getter, gates, clock)
        self.logger = logger
        switch configuration.bootstrap {
        case .shipped: inForce = Mutex((.shipped, nil))
        case .directory(let path): inForce = Mutex((try Self.read(directory: path), nil))
        case .url(let url):
            let kept = configuration.stateDirectory.flatMap { KeptBootstrap(in: $0, from: url) }
            inForce = Mutex((kept?.bootstrap ?? (Self.isIANA(url) ? .shipped : nil), kept?.fetched))
        }
    }

    /// Whom to ask about an address by RDAP; nil if nobody is known, or only plain HTTP that is not allowed.
    func base(for address: IPAddress) -> RDAPClient.Base? {
        let urls = inForce.withLock { $0.bootstrap }?.baseURLs(for: address) ?? []
        guard let url = urls.first(where: { configuration.allowsHTTP || $0.lowercased().hasPrefix("https:") }) else {
            return nil
        }
        let registry = Registry(baseURL: url)
        return RDAPClient.Base(
            url: url, registry: registry ?? Self.registry(of: address),
            isNamedByAdministrator: registry == nil && isAdministrators)
    }

    /// Whom to ask by RDAP about what a registry looks after; nil if the list names nobody of that registry, or only plain
    /// HTTP that is not allowed.
    func base(of registry: Registry) -> RDAPClient.Base? {
        guard let url = inForce.withLock({ $0.bootstrap })?.baseURL(of: registry),
            configuration.allowsHTTP || url.lowercased().hasPrefix("https:")
        else { return nil }
        return RDAPClient.Base(url: url, registry: registry, isNamedByAdministrator: false)
    }

    /// Has a list from a URL been read once, or found that it cannot be had now; whoever comes first reads it.
    ///
    /// - Parameter moment: When to go on without.
    /// - Returns: Whether this was the one that tried.
    @discardableResult func ensureRead(by moment: Duration) async -> Bool {
        guard case .url(let url) = configuration.bootstrap, configuration.asksRDAP,
            inForce.withLock({ $0.fetched }) == nil
        else { return false }
        let latch = Latch()
        let reading: FirstReading = firstReading.withLock { state in
            let before = state
            if case .toDo = state { state = .underWay(latch) }
            return before
        }
        switch reading {
        case .toDo:
            _ = await clock.result(of: { await self.refresh(from: url) }, by: moment)
            // Who was called off has not found out anything.
            firstReading.withLock { $0 = Task.isCancelled ? .toDo : .over }
            latch.open()
            return true
        case .underWay(let latch): _ = await clock.result(of: { await latch.wait() }, by: moment)
        case .over: break
        }
        return false
    }

    /// Whether the list is the administrator's own, not IANA's.
    private var isAdministrators: Bool {
        switch configuration.bootstrap {
        case .shipped: false
        case .directory: true
        case .url(let url): !Self.isIANA(url)
        }
    }

    private static func isIANA(_ url: String) -> Bool { URL(string: url)?.host?.lowercased() == ianaHost }

    /// The registry in whose space an address lies, by the shipped list.
    static func registry(of address: IPAddress) -> Registry? { Referral.registry(holding: address, besides: nil) }

    /// Keeps a list from a URL fresh until the task is cancelled; returns at once if there is none to keep.
    func run() async {
        guard case .url(let url) = configuration.bootstrap, configuration.asksRDAP else { return }
        let patience = configuration.spread(Self.firstReadingSpread)
        if patience > .zero {
            do { try await clock.sleep(until: clock.now() + patience) } catch { return }
        }
        var due = clock.now()
        let hasTried = await ensureRead(by: due + Self.timeout)
        if hasTried, inForce.withLock({ $0.fetched }) == nil { due += Self.retry }
        if let fetched = inForce.withLock({ $0.fetched }) {
            let age = Duration.milliseconds(configuration.now().milliseconds - fetched.milliseconds)
            due += max(.zero, Self.lifetime - max(.zero, age))
        }
        while true {
            do { try await clock.sleep(until: due) } catch { return }
            let start = clock.now()
            let wait = await refresh(from: url) ? Self.lifetime : Self.retry
            due = start + wait - configuration.spread(wait / 10)
        }
    }

    /// Downloads the list and takes it into use.
    ///
    /// - Returns: Whether it is in use; if not, what was in force stays.
    func refresh(from url: String) async -> Bool {
        do throws(LookupError) {
            let kept = KeptBootstrap(
                url: url, fetched: configuration.now(), ipv4: try await download(url + "ipv4.json"),
                ipv6: try await download(url + "ipv6.json"))
            let bootstrap = try kept.parse().get()
            inForce.withLock { $0 = (bootstrap, kept.fetched) }
            logger.debug("the list of RDAP servers is fresh", metadata: ["url": "\(url.visible())"])
            if let directory = configuration.stateDirectory, !kept.write(to: directory) {
                logger.warning("the list of RDAP servers could not be kept in the state directory")
            }
            return true
        } catch {
            if !Task.isCancelled {
                logger.warning(
                    "the list of RDAP servers could not be read anew",
                    metadata: ["url": "\(url.visible())", "error": "\(error.debugDescription)"])
            }
            return false
        }
    }

    /// One file; redirects are followed as those of RDAP servers are.
    private func download(_ url: String) async throws(LookupError) -> [UInt8] {
        guard var trail = RedirectTrail(url, allowsHTTP: configuration.allowsHTTP) else {
            throw LookupError(.notConfigured, detail: "not a URL to read: \(url.visible())")
        }
        let deadline = clock.now() + Self.timeout
        while true {
            let url = trail.url
            let answer: Upstream<HTTPGetter.Reply> = await gates.ask(
                UpstreamName(.bootstrap, host: trail.server), limit: nil, by: deadline
            ) { [getter] in
                do throws(LookupError) {
                    let reply = try await getter.get(url, accepting: "application/json", limit: Bootstrap.maxBytes)
                    guard reply.status == 200 || (300..<400).contains(reply.status) && reply.location != nil else {
                        let error = LookupError(.unreachable, detail: "HTTP \(reply.status)")
                        return Upstream(.unavailable(error), source: .bootstrap)
                    }
                    return Upstream(.known(reply), source: .bootstrap)
                } catch {
                    return Upstream(.unavailable(error), source: .bootstrap)
                }
            }
            switch answer.fact {
            case .known(let reply) where reply.status == 200: return reply.body
            case .known(let reply): try trail.follow(reply.location ?? "")
            case .absent: throw LookupError(.unreachable)
            case .unavailable(let error): throw error
            }
        }
    }

    private static func read(directory: String) throws(LookupError) -> Bootstrap {
        func path(_ name: String) -> String { directory + (directory.hasSuffix("/") ? "" : "/") + name }
        func file(_ path: String) throws(LookupError) -> [UInt8] {
            guard let bytes = KeptBootstrap.bytes(of: path, limit: Bootstrap.maxBytes) else {
                let reason = "is missing, cannot be read, or has more than \(Bootstrap.maxBytes) bytes"
                throw LookupError(.unreadable, detail: "\(path.visible()):1:1: \(reason)")
            }
            return bytes
        }
        let (v4, v6) = (path("ipv4.json"), path("ipv6.json"))
        return try Bootstrap.parse(
            ipv4: try file(v4), ipv6: try file(v6), names: (v4.visible(), v6.visible())
        ).get()
    }
}

extension FactSource {
    /// The list of RDAP servers; states no fact, but is an upstream.
    static let bootstrap = FactSource("rdap-bootstrap")
}

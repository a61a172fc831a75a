package import AuditCore

/// One server we ask: by which means, and where it is.
package struct UpstreamName: Hashable, Sendable, CustomStringConvertible {
    /// How it is asked.
    package var source: FactSource
    /// Its host in lower case, with the port where it is not the usual one; empty for the resolver.
    package var host: String

    /// A server of which nothing is known yet; names are compared in lower case.
    package init(_ source: FactSource, host: String = "") { (self.source, self.host) = (source, host.lowercased()) }

    /// `rdap rdap.arin.net`, `whois whois.ripe.net`, `cymru-dns`.
    package var description: String { host.isEmpty ? "\(source)" : "\(source) \(host.visible())" }
}

/// How one upstream is doing, at one moment.
package struct UpstreamStatus: Sendable, Equatable, CustomStringConvertible {
    /// What the last questions showed.
    package enum State: Sendable, Equatable {
        /// It answers.
        case ok
        /// It takes long to answer, or does not always.
        case slow
        /// It does not answer, and is left alone for so long; zero: the next question will be a probe.
        case down(Duration)
        /// It asked to be left alone, for so long from now; zero: the next question will be a probe.
        case rateLimited(Duration)
    }

    /// Who.
    package var name: UpstreamName
    /// How it is doing.
    package var state: State
    /// What went wrong last; nil if nothing ever did.
    package var lastError: LookupError?
    /// How long ago that was.
    package var lastErrorAge: Duration?

    /// One line for operators: `rdap rdap.arin.net: down, to be tried again in 12 s (timed out)`.
    package var description: String {
        let reason = lastError.map { " (\($0.code.name))" } ?? ""
        return switch state {
        case .ok: "\(name): ok"
        case .slow: "\(name): slow\(reason)"
        case .down(let left): "\(name): down, to be tried again in \(left.components.seconds) s\(reason)"
        case .rateLimited(let left): "\(name): rate limited for another \(left.components.seconds) s"
        }
    }
}

/// What one source had to say.
///
/// "Nothing there" and "could not ask" differ; the policy, not the adapter, decides what each means.
public enum Fact<Value: Sendable>: Sendable {
    /// The source answered with a value.
    case known(Value)
    /// The source answered that there is nothing: NXDOMAIN, not routed, no record.
    case absent
    /// The source could not be asked, or did not answer in time.
    case unavailable(LookupError)

    /// The value, if the source had one.
    public var value: Value? {
        if case .known(let value) = self { value } else { nil }
    }
}

extension Fact: Equatable where Value: Equatable {}

/// A fact together with who said it and how long ago.
public struct Sourced<Value: Sendable>: Sendable {
    /// What the source said.
    public var fact: Fact<Value>
    /// Who said it.
    public var source: FactSource
    /// How old the answer was when it was used; zero for a fresh one.
    public var age: Duration

    /// Makes a fact with its provenance.
    public init(_ fact: Fact<Value>, source: FactSource, age: Duration = .zero) {
        self.fact = fact
        self.source = source
        self.age = age
    }

    /// The value, if the source had one.
    public var value: Value? { fact.value }

    /// A fact that no configured source can give.
    package static var notAsked: Sourced<Value> {
        Sourced(.unavailable(LookupError(.notConfigured)), source: .none)
    }
}

extension Sourced: Equatable where Value: Equatable {}

/// Who stated a fact, as it is spelled in `explain` and in `AUDIT_SOURCES`.
public struct FactSource: Hashable, Sendable, CustomStringConvertible {
    /// The spelling used in output.
    public let description: String

    /// Names a source; ``description`` is what output shows.
    public init(_ name: String) { description = name }

    /// Nobody was asked.
    package static let none = FactSource("none")
    /// The tables of special-purpose addresses.
    package static let reserved = FactSource("reserved")
    /// `audit.local_networks` of the settings.
    package static let local = FactSource("local")
    /// A DNS resolver or `/etc/hosts`.
    package static let dns = FactSource("dns")
    /// RDAP (RFC 9082).
    package static let rdap = FactSource("rdap")
    /// WHOIS on port 43 (RFC 3912).
    package static let whois = FactSource("whois")
    /// Team Cymru's origin zone.
    package static let cymruDNS = FactSource("cymru-dns")
    /// Team Cymru's WHOIS server.
    package static let cymruWhois = FactSource("cymru-whois")
    /// A MaxMind database.
    package static let maxmind = FactSource("maxmind")
    /// A lookup cache.
    package static let cache = FactSource("cache")
}

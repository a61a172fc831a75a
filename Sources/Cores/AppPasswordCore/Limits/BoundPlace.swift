public import AuditCore

/// A place that a password is bound to, as its first login fixed it.
public enum BoundPlace: Sendable, Equatable, CustomStringConvertible {
    /// An ISO 3166-1 code in upper case.
    case country(String)
    /// An AS number.
    case asn(UInt32)
    /// A network.
    case network(IPPrefix)

    /// Reads what ``description`` writes; nil if it is no place of this kind.
    public init?(_ text: String, _ binding: Limits.Binding) {
        switch binding {
        case .country:
            guard let code = CountryCode(text.utf8) else { return nil }
            self = .country(code.text)
        case .asn:
            guard let number = UInt32(asNumber: Array(text.utf8)[...]) else { return nil }
            self = .asn(number)
        case .network:
            guard let prefix = IPPrefix(text) else { return nil }
            self = .network(prefix)
        }
    }

    /// The network that an address binds to: an IPv4 /24, an IPv6 /64.
    init(networkOf address: IPAddress) {
        self = .network(IPPrefix(address, length: address.family == .v4 ? 24 : 64) ?? IPPrefix(only: address))
    }

    /// What kind of place it is.
    package var binding: Limits.Binding {
        switch self {
        case .country: .country
        case .asn: .asn
        case .network: .network
        }
    }

    /// `DE`, `AS3320`, `192.0.2.0/24`.
    public var description: String {
        switch self {
        case .country(let code): code
        case .asn(let number): "AS\(number)"
        case .network(let prefix): prefix.description
        }
    }
}

package import AuditCore
internal import Foundation

/// Whom registry lookups ask, and within which bounds.
public struct RegistryConfiguration: Sendable, Equatable {
    /// Where the lists of RDAP servers come from (RFC 9224).
    package enum BootstrapSource: Sendable, Hashable {
        /// The copy that ships with the program.
        case shipped
        /// A directory with `ipv4.json` and `ipv6.json`, read once.
        case directory(String)
        /// The URL of such a directory, with a slash at its end; read anew every day.
        case url(String)
    }

    /// Whether RDAP is asked.
    package var asksRDAP = true
    /// Where the lists of RDAP servers come from.
    package var bootstrap = BootstrapSource.shipped
    /// Whether plain HTTP is good enough, where the list of servers names nothing better.
    package var allowsHTTP = false
    /// Whether WHOIS is asked where RDAP did not answer.
    package var asksWHOIS = true
    /// Servers in place of the registries' own; how often these are asked is not limited.
    package var whoisServers: [Registry: Endpoint] = [:]
    /// Whether Team Cymru is asked.
    package var asksCymru = true
    /// Who is asked for origins when DNS did not answer; how often is limited only for the usual one.
    package var cymruWhoisServer = usualCymruWhoisServer
    /// How often each registry is asked by each means, once a second; LACNIC a tenth of that. An RDAP server that
    /// only the administrator's list names is asked as often as there is something to ask.
    package var rate = RequestLimit(1, per: .seconds(1))
    /// What one upstream may take for one answer, redirects and a second try included.
    package var timeout: Duration
    /// The program and its version, as RDAP servers are told.
    package var product: String
    /// Where to reach whoever runs this, as RDAP servers are told: a mail address or a URL; empty for none.
    package var contact: String
    /// A time of up to a bound, by which what is not urgent waits longer, so that many servers that were started or reloaded
    /// together do not ask together. Else than zero for those who are many.
    @Uncompared package var spread: @Sendable (_ bound: Duration) -> Duration = { _ in .zero }
    /// Where other servers take their tokens, too; nil: this one's limits are its own.
    @Uncompared package var tokens: (any SharedTokens)? = nil
    /// Where a downloaded bootstrap is kept; nil for nowhere.
    package var stateDirectory: String?
    /// The time of day, for dates that servers send and for the age of a kept bootstrap.
    @Uncompared package var now: @Sendable () -> Timestamp = {
        Timestamp(milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000))
    }

    /// Asks everybody within the usual bounds.
    ///
    /// - Parameters:
    ///   - product: The program and its version, as RDAP servers are told.
    ///   - contact: Where to reach whoever runs it, as they are told: a mail address or a URL; empty for none.
    ///   - timeout: What one upstream may take for one answer, redirects and a second try included.
    public init(product: String = "dovecot-web-auth", contact: String = "", timeout: Duration = .seconds(1)) {
        (self.product, self.contact, self.timeout) = (product, contact, timeout)
    }

    /// How often a server of a registry is asked; `nil` is a server of nobody we know.
    func limit(for registry: Registry?) -> RequestLimit { registry == .lacnic ? rate.tenth : rate }

    static let usualCymruWhoisServer = Endpoint(host: "whois.cymru.com", port: 43)

    /// `dovecot-web-auth (+mailto:postmaster@example.org)`; what HTTP does not allow there is left out.
    var userAgent: String {
        func plain(_ text: String) -> String {
            String(
                decoding: text.utf8.filter { (0x20...0x7E).contains($0) && !"()\\".utf8.contains($0) }, as: UTF8.self)
        }
        return plain(product) + (contact.isEmpty ? "" : " (+\(plain(contact)))")
    }
}

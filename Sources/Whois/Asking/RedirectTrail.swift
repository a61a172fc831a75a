internal import AuditCore
internal import Foundation

/// The way a request took so far, and whether it may go on (RFC 7480 section 5.2).
///
/// At most five redirects, to no address twice, to any host; from HTTPS never to plain HTTP.
struct RedirectTrail: Sendable {
    /// How many redirects are followed.
    static let most = 5

    /// Where to ask now.
    private(set) var url: URL
    private var visited: Set<String>

    /// Begins at an address.
    ///
    /// - Returns: nil if it is no absolute address with a host, holds a user name, or is neither HTTPS nor, where that
    ///   is allowed, HTTP.
    init?(_ text: String, allowsHTTP: Bool) {
        guard let url = URL(string: text), Self.isGood(url, allowsHTTP: allowsHTTP) else { return nil }
        self.url = url
        visited = [url.absoluteString]
    }

    /// Goes where a `Location` field points, which may be relative (RFC 9110 section 10.2.2).
    ///
    /// - Throws: ``LookupError/Code/malformed`` if that leads nowhere, round in circles, too far or out of HTTPS.
    mutating func follow(_ location: String) throws(LookupError) {
        guard let target = URL(string: location, relativeTo: url)?.absoluteURL,
            Self.isGood(target, allowsHTTP: url.scheme?.lowercased() == "http"),
            let next = target.withoutFragment
        else { throw LookupError(.malformed, detail: "redirected to \(location.visible())") }
        guard visited.insert(next.absoluteString).inserted else {
            throw LookupError(.malformed, detail: "redirected in a circle")
        }
        guard visited.count <= Self.most + 1 else { throw LookupError(.malformed, detail: "redirected too often") }
        url = next
    }

    /// The host, with the port if it is not the scheme's own.
    var server: String { url.server }

    private static func isGood(_ url: URL, allowsHTTP: Bool) -> Bool {
        guard let scheme = url.scheme?.lowercased(), let host = url.host, !host.isEmpty else { return false }
        return url.user == nil && url.password == nil && (scheme == "https" || scheme == "http" && allowsHTTP)
    }
}

extension URL {
    /// The host in lower case, with the port if it is not the scheme's own.
    var server: String {
        let host = (host ?? "").lowercased()
        let isUsual = port == nil || port == (scheme?.lowercased() == "https" ? 443 : 80)
        return isUsual ? host : "\(host.contains(":") ? "[\(host)]" : host):\(port ?? 0)"
    }

    fileprivate var withoutFragment: URL? {
        var components = URLComponents(url: self, resolvingAgainstBaseURL: true)
        components?.fragment = nil
        return components?.url
    }
}

internal import AuditCore
internal import Foundation

/// The way a request took so far, and whether it may go on (RFC 7480 section 5.2).
///
/// At most five redirects, to no address twice; from HTTPS never to plain HTTP. To the same host, or to another one of
/// the Internet: no registry sends us to what is behind our own firewall. What a name stands for is not looked up here;
/// over HTTPS a host that it does not belong to has no certificate for it, and is told nothing.
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
    /// - Throws: ``LookupError/Code/malformed`` if that leads nowhere, round in circles, too far or out of HTTPS,
    ///   or to what is not the Internet's.
    mutating func follow(_ location: String) throws(LookupError) {
        guard let target = URL(string: location, relativeTo: url)?.absoluteURL,
            Self.isGood(target, allowsHTTP: url.scheme?.lowercased() == "http"),
            let host = target.plainHost, host == url.plainHost || Self.isPublic(host), let next = target.withoutFragment
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

    /// Whether a host is a public address in its usual form, or a name that may be known everywhere. What ends in a number
    /// is an address to resolvers, however it is written (`127.1`, `0x7f000001`).
    private static func isPublic(_ host: String) -> Bool {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard let last = labels.last, let start = last.utf8.first else { return false }
        if host.contains(":") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(start) {
            return IPAddress(host).map { $0.reservedBlock == nil } ?? false
        }
        return labels.count > 1 && !["localhost", "localdomain", "local", "internal"].contains(last)
    }
}

extension URL {
    /// The host in lower case, with the port if it is not the scheme's own.
    var server: String {
        let host = (host ?? "").lowercased()
        let isUsual = port == nil || port == (scheme?.lowercased() == "https" ? 443 : 80)
        return isUsual ? host : "\(host.contains(":") ? "[\(host)]" : host):\(port ?? 0)"
    }

    /// The host in lower case, without brackets and without a final dot.
    fileprivate var plainHost: String? {
        guard var host = host?.lowercased() else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        return host.hasSuffix(".") ? String(host.dropLast()) : host
    }

    fileprivate var withoutFragment: URL? {
        var components = URLComponents(url: self, resolvingAgainstBaseURL: true)
        components?.fragment = nil
        return components?.url
    }
}

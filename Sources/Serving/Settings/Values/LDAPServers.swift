internal import Foundation

/// LDAP URIs of the settings, with blanks between them.
struct LDAPServers {
    /// The URIs, their schemes in lower case, without a base.
    let uris: [String]
    /// The bases that stand behind servers, as in ldap.conf files.
    let bases: [String]

    /// Why a text is none.
    struct Problem: Error {
        /// What follows the text, quoted, in a message.
        let text: String
    }

    /// Reads URIs: `ldap://` and `ldaps://` with host, port and perhaps a base, `ldapi://` with an escaped socket.
    init(_ text: String) throws(Problem) {
        var (uris, bases): ([String], [String]) = ([], [])
        for word in text.split(whereSeparator: \.isWhitespace) { uris.append(try Self.uri(String(word), &bases)) }
        (self.uris, self.bases) = (uris, bases)
    }

    /// Whether the text begins with a scheme, as no host does.
    static func isURI(_ text: String) -> Bool { text.contains("://") }

    /// As libldap reads them.
    var text: String { uris.joined(separator: " ") }

    /// As libldap reads them, with a port where none is written.
    func text(withPort port: Int) -> String {
        uris.map { uri in
            guard let mark = uri.firstRange(of: "://"),
                let server = HostAndPort(String(uri[mark.upperBound...]), defaultPort: port)
            else { return uri }
            return uri[..<mark.upperBound] + server.description
        }.joined(separator: " ")
    }

    /// The hosts of the servers in a text of this type that are spoken to as `ldap://`.
    static func plainHosts(of text: String) -> [String] {
        text.split(separator: " ").compactMap { uri in
            guard uri.hasPrefix("ldap://") else { return nil }
            return HostAndPort(String(uri.dropFirst("ldap://".count)), defaultPort: 389)?.host
        }
    }

    private static func uri(_ text: String, _ bases: inout [String]) throws(Problem) -> String {
        let general = Problem(text: "is not a URI such as ldaps://ldap.example.com")
        guard let mark = text.firstRange(of: "://") else { throw general }
        let scheme = text[..<mark.lowerBound].lowercased()
        var server = text[mark.upperBound...]
        if scheme == "ldapi" { return "ldapi://" + server }
        guard ["ldap", "ldaps"].contains(scheme) else { throw general }
        if let slash = server.firstIndex(where: { $0 == "/" || $0 == "?" }) {
            let base = String(server[slash...].dropFirst()).removingPercentEncoding ?? "%"
            guard !server.contains("?"), base.isEmpty || DistinguishedName.isValid(base) else {
                throw Problem(
                    text: "names more than a server: what follows the host belongs to ldap.basedn and ldap.filter")
            }
            if !base.isEmpty { bases.append(base) }
            server = server[..<slash]
        }
        guard HostAndPort(String(server), defaultPort: 389) != nil else { throw general }
        return "\(scheme)://\(server)"
    }
}

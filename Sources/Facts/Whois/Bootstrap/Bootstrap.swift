package import AuditCore
import StrictJSON

/// Which RDAP servers know about which addresses: IANA's bootstrap registries (RFC 9224), or an administrator's.
package struct Bootstrap: Sendable {
    /// Some prefixes and where to ask about them.
    package struct Service: Sendable, Equatable {
        /// Prefixes of either family.
        package var prefixes: [IPPrefix]
        /// Base URLs, `https` first.
        package var baseURLs: [String]

        /// Servers of these blocks of addresses.
        package init(prefixes: [IPPrefix], baseURLs: [String]) {
            (self.prefixes, self.baseURLs) = (prefixes, baseURLs)
        }
    }

    /// How many bytes a file may have; IANA's have a few thousand.
    package static let maxBytes = 1 << 20

    /// When it was published (RFC 3339), the older date of the two files; nil if they do not say.
    package let publication: String?
    private let services: [[String]]
    private let prefixes: PrefixTable

    /// Makes one from its services; of two services with the same prefix the first counts.
    package init(_ services: [Service], publication: String? = nil) {
        self.publication = publication
        self.services = services.map(\.baseURLs)
        var builder = PrefixTable.Builder()
        for (index, service) in services.enumerated() {
            for prefix in service.prefixes { builder.add(prefix, number: index + 1) }
        }
        prefixes = PrefixTable(builder, precedence: .longest)
    }

    /// Reads `ipv4.json` and `ipv6.json`.
    ///
    /// Prefixes and URLs that cannot be read are left out, as are services without any; unknown members are ignored, and
    /// so is a byte order mark. One of the files may have no services: then nobody is asked about that family.
    ///
    /// - Parameter names: What the files are called in an error.
    /// - Returns: `.malformed`, with `file:line:column: reason` as its detail, for what is no JSON of that form, or has
    ///   services of which none is usable, or if neither has any: the caller keeps the copy it has.
    package static func parse(
        ipv4: [UInt8], ipv6: [UInt8], names: (ipv4: String, ipv6: String) = ("ipv4.json", "ipv6.json")
    ) -> Result<Bootstrap, LookupError> {
        do throws(LookupError) {
            let (v4, v6) = (try file(ipv4, names.ipv4, .v4), try file(ipv6, names.ipv6, .v6))
            guard !v4.services.isEmpty || !v6.services.isEmpty else {
                throw problem(names.ipv4, "services: there are none, nor in \(names.ipv6)")
            }
            return .success(
                Bootstrap(
                    v4.services + v6.services, publication: [v4.publication, v6.publication].compactMap(\.self).min()))
        } catch {
            return .failure(error)
        }
    }

    /// Where to ask about an address, best first; empty if nobody is named.
    package func baseURLs(for address: IPAddress) -> [String] {
        prefixes.match(address).map { services[$0.number - 1] } ?? []
    }

    /// The URL of the question about an address (RFC 9082 section 3.1.1).
    package static func rdapURL(base: String, address: IPAddress) -> String {
        base + (base.hasSuffix("/") ? "" : "/") + "ip/\(address)"
    }

    /// Where to ask about what a registry looks after; nil if nobody of that registry is named.
    func baseURL(of registry: Registry) -> String? {
        services.lazy.compactMap(\.first).first { Registry(baseURL: $0) == registry }
    }

    private static func file(
        _ bytes: [UInt8], _ name: String, _ family: IPAddress.Family
    ) throws(LookupError) -> (services: [Service], publication: String?) {
        guard bytes.count <= maxBytes else { throw problem(name, "has more than \(maxBytes) bytes") }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = bytes.starts(with: mark) ? Array(bytes.dropFirst(mark.count)) : bytes
        let value: JSONValue
        do {
            value = try JSONValue(parsingForeign: text)
        } catch {
            let before = text.prefix(error.offset)
            let line = before.count { $0 == UInt8(ascii: "\n") } + 1
            let column = before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count + 1
            throw problem(name, error.reason, line: line, column: column)
        }
        guard case .array(let entries) = value["services"] else {
            throw problem(name, "services: an array is expected")
        }
        let services = entries.compactMap { service($0, family) }
        guard !services.isEmpty || entries.isEmpty else { throw problem(name, "services: none is usable") }
        return (services, value["publication"]?.string.flatMap { ForeignText.value($0) })
    }

    private static func problem(_ name: String, _ reason: String, line: Int = 1, column: Int = 1) -> LookupError {
        LookupError(.malformed, detail: "\(name):\(line):\(column): \(reason)")
    }

    /// `[["41.0.0.0/8"], ["https://rdap.afrinic.net/rdap/", "http://rdap.afrinic.net/rdap/"]]`.
    private static func service(_ value: JSONValue, _ family: IPAddress.Family) -> Service? {
        guard case .array(let pair) = value, pair.count == 2, case .array(let prefixes) = pair[0],
            case .array(let urls) = pair[1]
        else { return nil }
        let usable = urls.compactMap { $0.string.flatMap(baseURL) }
        let service = Service(
            prefixes: prefixes.compactMap { $0.string.flatMap { IPPrefix($0) } }.filter { $0.address.family == family },
            baseURLs: usable.filter { $0.hasPrefix("https:") } + usable.filter { $0.hasPrefix("http:") })
        return service.prefixes.isEmpty || service.baseURLs.isEmpty ? nil : service
    }

    /// The URL with a slash at its end; nil unless it is one of printable ASCII with a host.
    private static func baseURL(_ text: String) -> String? {
        guard text.utf8.count <= 500, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let scheme = ["https://", "http://"].first(where: text.hasPrefix), text.utf8.count > scheme.utf8.count,
            !text.dropFirst(scheme.count).hasPrefix("/")
        else { return nil }
        return text.hasSuffix("/") ? text : text + "/"
    }
}

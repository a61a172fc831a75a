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
    /// Prefixes and URLs that cannot be read are left out, as are services without any; unknown members are ignored.
    ///
    /// - Returns: `.malformed` for what is no JSON of that form, or has not one usable service: the caller keeps the copy
    ///   it has.
    package static func parse(ipv4: [UInt8], ipv6: [UInt8]) -> Result<Bootstrap, LookupError> {
        do {
            let (v4, v6) = (try file(ipv4, .v4), try file(ipv6, .v6))
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

    private static func file(
        _ bytes: [UInt8], _ family: IPAddress.Family
    ) throws(LookupError) -> (services: [Service], publication: String?) {
        guard bytes.count <= maxBytes else { throw LookupError(.malformed, detail: "more than \(maxBytes) bytes") }
        let value: JSONValue
        do { value = try JSONValue(parsing: bytes) } catch { throw LookupError(.malformed, detail: "JSON: \(error)") }
        guard case .array(let entries) = value["services"] else { throw LookupError(.malformed, detail: "no services") }
        let services = entries.compactMap { service($0, family) }
        guard !services.isEmpty else { throw LookupError(.malformed, detail: "no usable service") }
        return (services, value["publication"]?.string.flatMap { ForeignText.value($0) })
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

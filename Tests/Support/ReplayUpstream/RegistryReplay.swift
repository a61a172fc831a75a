import Foundation

/// The registries and Team Cymru on loopback: RDAP over HTTP, WHOIS and Cymru's WHOIS over TCP, Cymru's zones over DNS.
///
/// They answer from the fixtures of `Tests/WhoisTests/Fixtures`, and know nothing of other addresses. The RDAP server
/// also has the lists of RDAP servers, which name itself, under `/bootstrap/`.
public final class RegistryReplay: Sendable {
    /// Who is asked.
    public enum Means: Sendable, CaseIterable {
        case rdap, whois, cymruWhois
    }

    /// Decides on an answer in place of the fixture's; nil: the fixture's. The question is an RDAP path or a WHOIS
    /// line.
    public typealias Override = @Sendable (_ means: Means, _ question: String) -> ReplayReply?

    private struct Network: Decodable {
        var address: String
        var files: [String: String]
        var txt: [String: [String]]
    }

    /// RDAP; also serves `/bootstrap/ipv4.json` and `/bootstrap/ipv6.json`.
    public let rdap: ReplayServer
    /// WHOIS of all registries.
    public let whois: ReplayServer
    /// Team Cymru's WHOIS.
    public let cymruWhois: ReplayServer
    /// Team Cymru's zones; all other names do not exist.
    public let dns: DNSReplayServer
    /// The addresses with fixtures.
    public let addresses: [String]

    /// Starts the servers.
    ///
    /// - Parameters:
    ///   - path: Of a directory with `networks.json`; the project's own fixtures if nil.
    ///   - hosts: Names of addresses in reverse DNS, several with blanks between, under the name of their PTR records.
    ///   - isDNSSilent: Whether no question in DNS is answered.
    ///   - override: Asked before the fixtures.
    public init(
        fixtures path: String? = nil, hosts: [String: String] = [:], isDNSSilent: Bool = false,
        override: @escaping Override = { _, _ in nil }
    ) throws {
        let directory = path.map { URL(fileURLWithPath: $0) } ?? Self.ownFixtures
        let networks = try JSONDecoder().decode(
            [Network].self, from: Data(contentsOf: directory.appendingPathComponent("networks.json")))
        addresses = networks.map(\.address)
        func files(_ kind: String) throws -> [String: [UInt8]] {
            var bytes: [String: [UInt8]] = [:]
            for network in networks {
                guard let file = network.files[kind] else { continue }
                bytes[network.address] = Array(try Data(contentsOf: directory.appendingPathComponent(file)))
            }
            return bytes
        }
        let (byRDAP, byWHOIS, byCymru) = (try files("rdap"), try files("whois"), try files("cymru"))
        rdap = try ReplayServer(.http) { request in
            if let reply = override(.rdap, request.path) { return reply }
            if request.path.hasPrefix("/bootstrap/") { return Self.list(for: request) }
            let address = request.path.split(separator: "/").last.map(String.init) ?? ""
            return byRDAP[address].map { .http(body: $0) } ?? .http(404)
        }
        whois = try ReplayServer(.line) { request in
            if let reply = override(.whois, request.line) { return reply }
            return .bytes(byWHOIS[Self.lastWord(request.line)] ?? Array("% No match found.\n".utf8))
        }
        cymruWhois = try ReplayServer(.line) { request in
            if let reply = override(.cymruWhois, request.line) { return reply }
            return .bytes(byCymru[Self.lastWord(request.line)] ?? Array("Error: no such address\n".utf8))
        }
        let texts = Dictionary(
            networks.flatMap(\.txt).map { ($0.lowercased(), $1) }, uniquingKeysWith: { first, _ in first })
        // Team Cymru answers for every address of a prefix: here, for all that differ from a fixture's in the last label.
        let neighbours = Dictionary(
            texts.filter { $0.key.contains(".origin.") }.map { (Self.withoutFirstLabel($0.key), $0.value) },
            uniquingKeysWith: { first, _ in first })
        dns = try DNSReplayServer { question in
            if isDNSSilent { return [] }
            if let host = hosts[question.name] {
                let names = host.split(separator: " ").map { DNSReply.name(String($0)) }
                return [DNSReply(records: names.map { DNSReply.record(type: 12, $0) })]
            }
            guard let records = texts[question.name] ?? neighbours[Self.withoutFirstLabel(question.name)] else {
                return [DNSReply(code: 3)]
            }
            return [DNSReply(records: records.map { DNSReply.record(type: 16, Self.characterStrings($0)) })]
        }
    }

    /// Where the lists of RDAP servers are, for `lookup.rdap.bootstrap`.
    public var bootstrap: String { rdap.url + "bootstrap/" }

    /// Ends the servers.
    public func stop() {
        for server in [rdap, whois, cymruWhois] { server.stop() }
        dns.stop()
    }

    /// The fixtures that stand beside this file's folder in the tree.
    private static var ownFixtures: URL {
        URL(fileURLWithPath: #filePath).appendingPathComponent("../../../WhoisTests/Fixtures").standardized
    }

    /// A list in the form of RFC 9224 that names the server it comes from for all addresses.
    private static func list(for request: ReplayServer.Request) -> ReplayReply {
        let prefix = request.path.hasSuffix("ipv4.json") ? "0.0.0.0/0" : "::/0"
        let url = "http://\(request.field("Host") ?? "")/"
        let list = #"{"version":"1.0","publication":"2026-01-01T00:00:00Z","services":[[["\#(prefix)"],["\#(url)"]]]}"#
        return .http(body: Array(list.utf8))
    }

    private static func withoutFirstLabel(_ name: String) -> String { String(name.drop { $0 != "." }) }

    private static func lastWord(_ line: String) -> String { line.split(separator: " ").last.map(String.init) ?? "" }

    /// A text as the character-strings of a TXT record (RFC 1035 section 3.3).
    private static func characterStrings(_ text: String) -> [UInt8] {
        var rest = Array(text.utf8)[...]
        var bytes: [UInt8] = []
        repeat {
            let part = rest.prefix(255)
            bytes += [UInt8(part.count)] + part
            rest = rest.dropFirst(255)
        } while !rest.isEmpty
        return bytes
    }
}

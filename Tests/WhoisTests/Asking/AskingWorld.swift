import TestKit
import AuditCore
import DNSResolver
import Foundation
import Locks
import ReplayUpstream

@testable import Whois

/// Clients whose whole Internet is on loopback, and whose clock the test moves.
struct AskingWorld {
    let clock = HandClock()
    let log = RecordedLog(isDetailed: false)
    let clients: RegistryClients
    private let directory: TemporaryDirectory

    /// - Parameters:
    ///   - rdap: The base URL of the RDAP server of all addresses, if there is one.
    ///   - whois: The WHOIS server of all registries; without one WHOIS is not asked.
    ///   - cymruWhois: Cymru's WHOIS server.
    ///   - txt: What DNS says.
    init(
        rdap: String? = nil, whois: ReplayServer? = nil, cymruWhois: ReplayServer? = nil,
        txt: some TXTResolver = ScriptedTXT { _ in .absent }, _ adjust: (inout RegistryConfiguration) -> Void = { _ in }
    ) throws {
        directory = try TemporaryDirectory()
        var configuration = RegistryConfiguration()
        configuration.asksRDAP = rdap != nil
        if let rdap {
            try directory.write(bootstrapFile(["0.0.0.0/0"], rdap), to: "ipv4.json")
            try directory.write(bootstrapFile(["::/0"], rdap), to: "ipv6.json")
            configuration.bootstrap = .directory(directory.path)
        }
        configuration.allowsHTTP = true
        configuration.asksWHOIS = whois != nil
        if let whois {
            for registry in Registry.allCases {
                configuration.whoisServers[registry] = Endpoint(host: "127.0.0.1", port: whois.port)
            }
        }
        configuration.cymruWhoisServer = Endpoint(host: "127.0.0.1", port: cymruWhois?.port ?? 1)
        adjust(&configuration)
        clients = try RegistryClients(configuration, txt: txt, logger: log.logger, clock: clock)
    }

    func network(_ address: IPAddress = .client) async -> Upstream<NetworkAnswer> {
        await clients.network?.network(of: address) ?? Upstream(.absent, source: .none)
    }

    func origin(_ address: IPAddress = .client) async -> Upstream<OriginAnswer> {
        await clients.origin?.origin(of: address) ?? Upstream(.absent, source: .none)
    }
}

extension IPAddress {
    /// 193.0.10.1, in RIPE's space.
    static let client = IPAddress(v4: 0xC100_0A01)
}

/// A list of RDAP servers in the form of RFC 9224.
func bootstrapFile(_ prefixes: [String], _ url: String) -> String {
    let prefixes = prefixes.map { "\"\($0)\"" }.joined(separator: ", ")
    return """
        {"version": "1.0", "publication": "2026-01-01T00:00:00Z", "services": [[[\(prefixes)], ["\(url)"]]]}
        """
}

/// RDAP's answer for a network that holds ``IPAddress/client``.
func rdapNetwork(_ name: String = "TEST-NET", more: String = "") -> [UInt8] {
    Array(
        """
        {"objectClassName": "ip network", "handle": "193.0.10.0 - 193.0.10.255", "startAddress": "193.0.10.0",
         "endAddress": "193.0.10.255", "ipVersion": "v4", "name": "\(name)", "type": "ASSIGNED PA", "country": "NL",
         "entities": [{"objectClassName": "entity", "handle": "MNT-1"}]\(more)}
        """.utf8)
}

/// RIPE's WHOIS answer for the same.
let whoisNetwork = """
    % This is the RIPE Database query service.

    inetnum:        193.0.10.0 - 193.0.10.255
    netname:        WHOIS-NET
    country:        NL
    mnt-by:         MNT-1
    source:         RIPE

    """

/// DNS by a function.
struct ScriptedTXT: TXTResolver {
    let script: @Sendable (String) async -> Fact<[[UInt8]]>

    init(_ script: @escaping @Sendable (String) async -> Fact<[[UInt8]]>) { self.script = script }

    func texts(of name: String) async -> Fact<[[UInt8]]> { await script(name) }
}

/// A directory that goes with its owner.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("whois-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to file: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + file))
    }

    var files: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }
}

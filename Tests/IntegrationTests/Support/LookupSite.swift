import Foundation
import ReplayUpstream

/// A server whose upstreams are all on loopback, in a directory of its own.
struct LookupSite {
    let directory: TemporaryDirectory
    let upstream: RegistryReplay

    /// Writes the settings; lists and caches are the test's.
    init(
        lookup: String = "", settings: String = "[cache]\nmode = \"memory\"\n", hosts: [String: String] = [:],
        isDNSSilent: Bool = false, override: @escaping RegistryReplay.Override = { _, _ in nil }
    ) throws {
        directory = try TemporaryDirectory()
        upstream = try RegistryReplay(hosts: hosts, isDNSSilent: isDNSSilent, override: override)
        let servers = ["arin", "ripencc", "apnic", "lacnic", "afrinic"].map { "\($0) = \"\(upstream.whois.address)\"" }
        for (name, prefix) in [("ipv4.json", "0.0.0.0/0"), ("ipv6.json", "::/0")] {
            try directory.write(
                name,
                #"{"version":"1.0","publication":"2026-01-01T00:00:00Z","services":[[["\#(prefix)"],["\#(upstream.rdap.url)"]]]}"#
            )
        }
        try directory.write(
            "config.toml",
            """
            [lookup]
            rate = "1000000/s"
            \(lookup)
            [lookup.rdap]
            bootstrap = "."
            allow_http = true
            [lookup.whois]
            servers = { \(servers.joined(separator: ", ")) }
            [lookup.cymru]
            whois_server = "\(upstream.cymruWhois.address)"
            [lookup.dns]
            servers = ["\(upstream.dns.address)"]
            [audit]
            sinks = ["jsonl:audit.jsonl"]
            \(settings)
            """)
    }

    func server() async throws -> ServerProcess { try await ServerProcess(in: directory) }

    /// How many RDAP requests there were.
    var networksAsked: Int { upstream.rdap.requests.count }
    /// How many questions about origins came by DNS.
    var originsAsked: Int { upstream.dns.questions.count { $0.name.contains(".origin") } }

    /// The audit records, each a JSON object, once there are so many.
    func records(_ count: Int) throws -> [[String: Any]] {
        let deadline = ContinuousClock.now + .seconds(60)
        var lines: [Substring] = []
        while lines.count < count, ContinuousClock.now < deadline {
            lines = directory.read("audit.jsonl").split(separator: "\n")
            if lines.count < count { usleep(10_000) }
        }
        return try lines.compactMap { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
    }
}

extension ServerProcess {
    /// `POST /audit`.
    func audit(_ login: String, service: String = "imap", from address: String) throws -> HTTPClient.Response {
        try request(
            "POST", "/audit",
            #"{"username":"\#(login)","service":"\#(service)","remote_ip":"\#(address)","passdbs_seen_user_unknown":false}"#
        )
    }

    /// Waits until something is true of the server, at most a minute.
    func becomes(_ condition: () throws -> Bool) rethrows -> Bool {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if try condition() { return true }
            usleep(5000)
        }
        return false
    }
}

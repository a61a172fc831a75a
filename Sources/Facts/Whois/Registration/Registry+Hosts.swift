package import AuditCore

extension Registry {
    /// The host that answers WHOIS on port 43 (RFC 3912).
    package var whoisServer: String {
        switch self {
        case .arin: "whois.arin.net"
        case .ripencc: "whois.ripe.net"
        case .apnic: "whois.apnic.net"
        case .lacnic: "whois.lacnic.net"
        case .afrinic: "whois.afrinic.net"
        }
    }

    /// The line that asks for the network of an address, with its CR and LF.
    ///
    /// ARIN is asked for networks in full. RIPE is asked without recursion: contacts are personal data, and a client
    /// that reads too many is shut out.
    package func whoisQuery(for address: IPAddress) -> String {
        switch self {
        case .arin: "n + \(address)\r\n"
        case .ripencc: "-r \(address)\r\n"
        case .apnic, .lacnic, .afrinic: "\(address)\r\n"
        }
    }

    /// The registry a host belongs to: `rdap.db.ripe.net`, `whois.arin.net`; NIC.br counts as LACNIC's.
    package init?(host: some StringProtocol) {
        let labels = host.lowercased().split(separator: ".", omittingEmptySubsequences: false).suffix(2)
        switch labels.joined(separator: ".") {
        case "arin.net": self = .arin
        case "ripe.net": self = .ripencc
        case "apnic.net": self = .apnic
        case "lacnic.net", "registro.br": self = .lacnic
        case "afrinic.net": self = .afrinic
        default: return nil
        }
    }

    /// The registry an RDAP base URL belongs to.
    ///
    /// - Returns: nil for another's: a national registry's, an administrator's.
    package init?(baseURL: some StringProtocol) {
        let parts = baseURL.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count > 1, ["https:", "http:"].contains(parts[0].lowercased()), parts[1].isEmpty, parts.count == 3
        else { return nil }
        let authority = parts[2].prefix { !"/?#".contains($0) }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? authority
        self.init(host: host.prefix { $0 != ":" })
    }
}

/// In which form a list was written or downloaded; told from its content.
enum ListFormat: Equatable {
    /// A line for each entry.
    case lines
    /// A table with a header: one column has the entries, or two have the ends of ranges.
    case table(ListTable)
    /// JSON, or lines of it, with the entries in members of known names.
    case json
    /// Tor's list of exits, of which the `ExitAddress` lines count.
    case torExits

    /// Looks at the beginning of a file.
    ///
    /// - Parameter kind: Which list it is for; lists of patterns and of circles have lines only.
    init(of file: [UInt8], kind: DenyListKind) {
        self = .lines
        guard kind.isLiteral else { return }
        var comment: ArraySlice<UInt8> = []
        var first: ArraySlice<UInt8>?
        // A header is looked for in the first lines only.
        ListLine.forEachRaw(in: Array(file.prefix(16_384))) { _, bytes in
            guard first == nil else { return }
            let text = bytes.drop(while: ListLine.isWhiteSpace)
            guard !text.isEmpty else { return }
            if LineToken(bytes: text).opensComment { comment = text } else { first = text }
        }
        guard let first else { return }
        if first.first == UInt8(ascii: "{") || first.first == UInt8(ascii: "[") {
            self = .json
        } else if kind == .ipNetworks, first.starts(with: "ExitNode ".utf8) || first.starts(with: "ExitAddress ".utf8) {
            self = .torExits
        } else if let table = ListTable(header: first, kind: kind) {
            self = .table(table)
        } else if let table = ListTable(header: comment.drop { "#; ".utf8.contains($0) }, kind: kind, above: first) {
            self = .table(table)
        }
    }

    /// For an administrator; nil for lines, of which there is nothing to say.
    var description: String? {
        switch self {
        case .lines: nil
        case .table(let table): "a table, of which \(table.columnNames) is read"
        case .json: "JSON"
        case .torExits: "Tor's list of exits"
        }
    }
}

extension DenyListKind {
    /// Whether entries are literals that lists of others have, too: not patterns, not circles.
    var isLiteral: Bool {
        switch self {
        case .ipNetworks, .networkCountry, .asCountry, .entities, .asNumbers, .geoLocationIDs: true
        case .reverseHostname, .networkName, .asNames, .coordinates: false
        }
    }

    /// Names under which tables and JSON have such entries, the most telling first.
    var memberNames: [String] {
        switch self {
        case .ipNetworks:
            [
                "network", "cidr", "prefix", "ip_prefix", "ipv6_prefix", "ipv4prefix", "ipv6prefix", "addressprefixes",
                "ipv4_cidrs", "ipv6_cidrs", "subnet", "netblock", "ip_range", "ip", "ip_address", "ipaddress", "ip address",
                "address", "dst_ip", "src_ip",
            ]
        case .networkCountry, .asCountry:
            ["country_code", "country code", "country_iso_code", "countrycode", "iso_code", "alpha-2", "alpha2", "cc"]
        case .asNumbers: ["asn", "as_number", "asnumber", "as number", "autonomous_system_number", "aut-num", "autnum", "as"]
        case .geoLocationIDs: ["geoname_id", "geonameid", "geonames_id", "geoname id"]
        case .entities: ["handle", "entity", "nic-hdl"]
        case .reverseHostname, .networkName, .asNames, .coordinates: []
        }
    }
}

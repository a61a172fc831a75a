extension Settings {
    /// `[lookup]`: asking others about addresses.
    package struct Lookup: Sendable {
        /// What one login waits for facts, at most; 1.5 s.
        package var deadline = Duration.milliseconds(1500)
        /// How long log row and audit record wait for facts; half of it, or 3 s, is what one server has. 10 s.
        package var timeout = Duration.seconds(10)
        /// Whether nobody is ever asked, DNS included; false.
        package var isOffline = false
        /// How often one registry is asked about new networks; once a second.
        package var rate = RequestRate(1, per: .seconds(1))
        /// Whether addresses of the last day are kept, and looked up before they come again; true.
        package var warmsUp = true
        /// `[lookup.rdap]`.
        package var rdap = RDAP()
        /// `[lookup.whois]`.
        package var whois = WHOIS()
        /// `[lookup.cymru]`.
        package var cymru = Cymru()
        /// `[lookup.dns]`.
        package var dns = DNS()

        /// Whether addresses of the last day are kept: not if nobody may be asked about them.
        package var keepsAddresses: Bool { warmsUp && !isOffline }

        /// The defaults.
        package init() {}

        init(reading table: TableReader) {
            deadline = table.duration("deadline", default: deadline, atMost: .seconds(3600))
            timeout = table.duration("timeout", default: timeout, atLeast: .milliseconds(1), atMost: .seconds(3600))
            isOffline = table.boolean("offline", default: isOffline)
            rate = table.parsed(
                "rate", default: rate, wants: "a rate such as \"1/s\", \"30/m\", \"100/h\"", RequestRate.init)
            warmsUp = table.boolean("warm_up", default: warmsUp)
            rdap = RDAP(reading: table.table("rdap"))
            whois = WHOIS(reading: table.table("whois"))
            cymru = Cymru(reading: table.table("cymru"))
            dns = DNS(reading: table.table("dns"))
            table.finish()
            if deadline > timeout {
                table.problem(
                    table.isSet("deadline") ? "deadline" : "timeout", "lookup.deadline is longer than lookup.timeout")
            }
        }
    }

    /// `[lookup.rdap]` (RFC 9082, RFC 9083).
    package struct RDAP: Sendable {
        /// Where the lists of RDAP servers are (`ipv4.json`, `ipv6.json`, RFC 9224).
        package enum Bootstrap: Sendable, Hashable {
            /// The copy that ships with the program.
            case shipped
            /// An absolute URL of a directory, with a slash at its end.
            case url(String)
            /// A directory.
            case directory(SettingsPath)
        }

        /// Whether RDAP is asked; true.
        package var isEnabled = true
        /// Where the lists of servers are; the shipped copy.
        package var bootstrap = Bootstrap.shipped
        /// Whether plain HTTP is good enough; false.
        package var allowsHTTP = false
        /// Whom a registry can write to, told to it with each request: an address or a URL; empty for nobody.
        package var contact = ""

        /// The defaults.
        package init() {}

        init(reading table: TableReader) {
            isEnabled = table.boolean("enabled", default: isEnabled)
            contact = table.string("contact", default: contact)
            bootstrap = table.parsed("bootstrap", default: bootstrap, wants: "a URL or a path") {
                Self.bootstrap($0, table.notes)
            }
            allowsHTTP = table.boolean("allow_http", default: allowsHTTP)
            table.finish()
            if case .url(let url) = bootstrap, url.hasPrefix("http://"), !allowsHTTP {
                table.problem("bootstrap", "is plain HTTP, which lookup.rdap.allow_http does not allow")
            }
        }

        private static func bootstrap(_ text: String, _ notes: ReadingNotes) -> Bootstrap? {
            guard !text.isEmpty else { return .shipped }
            guard text.contains("://") else {
                return .directory(notes.resolved(text, at: ["lookup", "rdap", "bootstrap"]))
            }
            for scheme in ["https://", "http://"] where text.hasPrefix(scheme) {
                let host = text.dropFirst(scheme.count).prefix { $0 != "/" }
                guard HostAndPort(String(host), defaultPort: 443) != nil,
                    text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
                else { return nil }
                return .url(text.hasSuffix("/") ? text : text + "/")
            }
            return nil
        }
    }

    /// `[lookup.whois]` (RFC 3912).
    package struct WHOIS: Sendable {
        /// The registries whose servers can be set.
        package static let registries = ["arin", "ripencc", "apnic", "lacnic", "afrinic"]

        /// Whether WHOIS is asked where RDAP did not answer; true.
        package var isEnabled = true
        /// Servers in place of the registries' own, by registry.
        package var servers: [String: HostAndPort] = [:]

        /// The defaults.
        package init() {}

        init(reading table: TableReader) {
            isEnabled = table.boolean("enabled", default: isEnabled)
            for (registry, text) in table.map("servers") {
                let path = table.path + ["servers", registry]
                if !Self.registries.contains(registry) {
                    let nearest = NearestName.to(registry, among: Self.registries).map { "; the nearest is \"\($0)\"" }
                    table.notes.problem(atKey: path, "unknown registry\(nearest ?? "")")
                } else if let server = HostAndPort(text, defaultPort: 43) {
                    servers[registry] = server
                } else {
                    table.notes.problem(path, "\(Displayed.quoted(text)) is not HOST:PORT")
                }
            }
            table.finish()
        }
    }

    /// `[lookup.cymru]`: Team Cymru's map from addresses to AS numbers.
    package struct Cymru: Sendable {
        /// Whether Team Cymru is asked; true.
        package var isEnabled = true
        /// The server that is asked by WHOIS when DNS did not answer; `whois.cymru.com:43`.
        package var whoisServer = HostAndPort(host: "whois.cymru.com", port: 43)

        /// The defaults.
        package init() {}

        init(reading table: TableReader) {
            isEnabled = table.boolean("enabled", default: isEnabled)
            whoisServer = table.parsed("whois_server", default: whoisServer, wants: "HOST:PORT") {
                HostAndPort($0, defaultPort: 43)
            }
            table.finish()
        }
    }

    /// `[lookup.dns]`: PTR names and Team Cymru's TXT records.
    package struct DNS: Sendable {
        /// The resolvers that are asked, addresses all; empty: those of `/etc/resolv.conf`.
        package var servers: [HostAndPort] = []
        /// How long one answer may take; 500 ms.
        package var timeout = Duration.milliseconds(500)

        /// The defaults.
        package init() {}

        init(reading table: TableReader) {
            servers = table.elements("servers", wants: "ADDRESS or ADDRESS:PORT") { text in
                HostAndPort(text, defaultPort: 53).flatMap { $0.address == nil ? nil : $0 }
            }
            timeout = table.duration("timeout", default: timeout, atLeast: .milliseconds(1), atMost: .seconds(3600))
            table.finish()
        }
    }
}

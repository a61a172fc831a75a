@testable import AppPasswordCore
import AuditCore
import Testing

/// The limits of an app password, as a pure function.
struct LimitTests {
    /// A login of the table, taken apart.
    struct Login {
        var attempt: LoginAttempt
        var facts: Facts
        var doubt: LimitDoubt
        var now: Timestamp

        init(_ text: String) throws {
            let parts = text.split(separator: " ").map(String.init)
            try #require(parts.count == 5, "\(text)")
            let address = parts[1] == "-" ? nil : IPAddress(parts[1])
            try #require(address != nil || parts[1] == "-", "\(text)")
            now = try moment(parts[4])
            attempt = LoginAttempt(
                login: "alice", service: parts[0], address: address, time: Timestamp(milliseconds: 0))
            facts = Facts(address: address, localNetworks: LocalNetworks(), localLocationName: "here")
            doubt = LimitDoubt()
            for part in parts[2...3] {
                if part.hasPrefix("?deny") { doubt.onUnknown = .deny }
                if part.hasPrefix("?tempfail") { doubt.onUnknown = .tempfail }
            }
            guard !facts.isPrivate else { return }
            takePlace(parts[2], systems: parts[3])
        }

        private mutating func takePlace(_ country: String, systems: String) {
            func trouble(_ text: String) -> LookupError? {
                text.hasPrefix("?") ? LookupError(.timedOut) : text.hasPrefix("!") ? LookupError(.overloaded) : nil
            }
            var geo = GeoFacts()
            let numbers = systems.split(separator: "/").map(String.init)
            if numbers.count == 2 { geo.asNumber = UInt32(asNumber: Array(numbers[1].utf8)[...]) }
            let origins = (numbers.first ?? "-").split(separator: "+").compactMap {
                UInt32(asNumber: Array($0.utf8)[...])
            }
            if let error = trouble(systems) {
                facts.origin = Sourced(.unavailable(error), source: .none)
            } else {
                facts.origin = Sourced(
                    origins.isEmpty ? .absent : .known(OriginFacts(asNumbers: origins)), source: .cymruDNS)
            }
            if country.hasPrefix("~") || country.hasPrefix("^") {
                facts.geo = Sourced(
                    .unavailable(LookupError(country.hasPrefix("~") ? .timedOut : .notConfigured)), source: .none)
                facts.network = Sourced(.known(NetworkFacts(country: String(country.dropFirst()))), source: .rdap)
                return
            }
            if let error = trouble(country) {
                facts.geo = Sourced(.unavailable(error), source: .none)
                facts.network = Sourced(.unavailable(error), source: .none)
                return
            }
            facts.network = Sourced(.absent, source: .rdap)
            let codes = country.split(separator: "/").map(String.init)
            if country.hasPrefix("reg:") {
                facts.network = Sourced(.known(NetworkFacts(country: String(country.dropFirst(4)))), source: .rdap)
            } else if country != "-" {
                geo.country = Place(name: codes[0], code: codes[0])
                if codes.count == 2 {
                    facts.network = Sourced(.known(NetworkFacts(country: codes[1])), source: .rdap)
                }
            }
            let isKnown = geo.country != nil || geo.asNumber != nil
            facts.geo = Sourced(isKnown ? .known(geo) : .absent, source: .maxmind)
        }
    }

    /// The limits of a line, through the columns of the table, and the times that go with them.
    private static func read(_ text: String, at now: Timestamp) throws -> (limits: Limits, times: LimitTimes) {
        var columns = [String?](repeating: nil, count: StoredLimits.columnNames.count)
        var times = LimitTimes(now: now)
        for part in text.split(separator: " ") {
            let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
            let value = try pair[1].hasPrefix("@") ? moment(pair[1]).sqlText : pair[1]
            switch pair[0] {
            case "used": times.lastUse = try moment(pair[1])
            case "made": times.created = try moment(pair[1])
            default: columns[try #require(StoredLimits.columnNames.firstIndex(of: pair[0]), "\(pair[0])")] = value
            }
        }
        return (try StoredLimits(columns: columns, now: now, lastUse: nil).read(), times)
    }

    private static func words(_ judgement: LimitJudgement) -> String {
        let outcome =
            switch judgement.finding {
            case nil: "ok"
            case .suspended: "suspended"
            case .expired(let limit): "expired:\(limit.rawValue)"
            case .notYet: "not_yet"
            case .wrongService: "wrong_service"
            case .wrongPlace(let limit): "wrong_place:\(limit.rawValue)"
            case .undecided(let limit): "undecided:\(limit.rawValue)"
            }
        return outcome + (judgement.binds.map { " binds:\($0)" } ?? "")
    }

    @Test func `the table has its rows, each once`() {
        #expect(LimitTable.rows.count >= 200)
        #expect(Set(LimitTable.rows.map { "\($0.limits)|\($0.login)" }).count == LimitTable.rows.count)
    }

    @Test(arguments: LimitTable.rows)
    func `limits, row by row`(row: LimitTable.Row) throws {
        let login = try Login(row.login)
        let (limits, times) = try Self.read(row.limits, at: login.now)
        let judgement = limits.judge(login.attempt, facts: login.facts, times: times, doubt: login.doubt)
        #expect(Self.words(judgement) == row.outcome)
        // What is waited for is what decides: nothing where no place is asked for or something decides before.
        let needed = limits.factsNeeded(for: login.attempt, facts: login.facts, times: times)
        if case .undecided = judgement.finding { #expect(!needed.isEmpty) }
        switch judgement.finding {
        case .suspended, .expired, .notYet, .wrongService: #expect(needed.isEmpty)
        case nil, .wrongPlace, .undecided: break
        }
    }

    @Test func `limits only narrow: together they let in what each lets in, and what has none is let in by them`()
        throws
    {
        let rows = LimitTable.rows
        var random = SystemRandomNumberGenerator()
        var (allowed, refused) = (0, 0)
        for _ in 0..<20_000 {
            let login = try Login(rows[Int.random(in: 0..<rows.count, using: &random)].login)
            // Limits of two rows together, the second's on top of the first's.
            var (limits, times) = try Self.read(
                rows[Int.random(in: 0..<rows.count, using: &random)].limits, at: login.now)
            let (others, _) = try Self.read(rows[Int.random(in: 0..<rows.count, using: &random)].limits, at: login.now)
            if let services = others.services { limits.services = services }
            if let networks = others.networks { limits.networks = networks }
            if let countries = others.countries { limits.countries = countries }
            times.created = Timestamp(milliseconds: 0)
            func finding(_ limits: Limits) -> LimitFinding? {
                limits.judge(login.attempt, facts: login.facts, times: times, doubt: login.doubt).finding
            }
            #expect(finding(Limits()) == nil)
            let single = limits.inForce.map { finding(limits.only($0)) }
            let whole = finding(limits)
            // The first that has something against it decides; if none has, none is made up.
            #expect(whole == single.compactMap(\.self).first, "\(limits) \(login)")
            if whole == nil { allowed += 1 } else { refused += 1 }
            // Taking a limit away lets nobody out, adding one lets nobody in.
            for limit in limits.inForce where whole == nil { #expect(finding(limits.only(limit)) == nil) }
        }
        #expect(allowed > 1000 && refused > 1000)
    }

    @Test(arguments: [
        ("services", ""), ("services", ","), ("services", "imap,"), ("services", "imap smtp"),
        ("services", "imap;smtp\n"),
        ("services", "\0"), ("networks", ""), ("networks", "192.0.2.0/33"), ("networks", "192.0.2.0/24;10.0.0.0/8"),
        ("networks", "10.0.0.0/8,nonsense"), ("networks", "192.0.2.0/24,"), ("networks", "any"), ("networks", "\0"),
        ("networks", "10.0.0.0/8 # office"), ("countries", "D"), ("countries", "Germany"), ("countries", "DE,"),
        ("countries", "D\u{CB}"), ("countries", ""), ("as_numbers", "AS"), ("as_numbers", "AS-1"),
        ("as_numbers", "AS4294967296"), ("as_numbers", ""), ("as_numbers", "AS1,,AS2"),
        ("not_before", "0000-00-00 00:00:00"),
        ("not_before", "tomorrow"), ("not_before", ""), ("expires", "0000-00-00 00:00:00.000"), ("expires", "never"),
        ("expires", "1795454141"), ("expires", ""), ("expires", "2026-13-01 00:00:00"), ("unused_days", "0"),
        ("unused_days", "-1"), ("unused_days", "1.5"), ("unused_days", "99999999999999999999"),
        ("unused_days", "36501"),
        ("unused_days", ""), ("bind", ""), ("bind", "ASN"), ("bind", "city"), ("bind", "country,asn"),
        ("suspended", ""), ("suspended", "yes"), ("suspended", "0000-00-00 00:00:00.000"),
    ])
    func `what cannot be read is an error that names its column, never no limit`(column: String, value: String) throws {
        var columns = [String?](repeating: nil, count: StoredLimits.columnNames.count)
        columns[try #require(StoredLimits.columnNames.firstIndex(of: column))] = value
        let stored = StoredLimits(columns: columns, now: nil, lastUse: nil)
        let error = #expect(throws: LimitsError.self) { try stored.read() }
        #expect(error?.description == "app_password_limits.\(column) cannot be read")
    }

    @Test(arguments: [
        ("country", "D"), ("country", "AS1"), ("country", ""), ("asn", "DE"), ("asn", ""), ("asn", "AS1,AS2"),
        ("network", "DE"), ("network", ""), ("network", "10.0.0.0/99"), ("network", "\0"),
    ])
    func `a place of another kind than is to be bound cannot be read`(bind: String, bound: String) throws {
        var columns = [String?](repeating: nil, count: StoredLimits.columnNames.count)
        (columns[7], columns[8]) = (bind, bound)
        #expect(throws: LimitsError.self) { try StoredLimits(columns: columns, now: nil, lastUse: nil).read() }
        columns[7] = nil
        #expect(try StoredLimits(columns: columns, now: nil, lastUse: nil).read().isEmpty)
    }

    @Test func `what people write around a list is read, and comes back as it is judged`() throws {
        let columns: [String?] = [
            " IMAP ,smtp", "192.0.2.7/24 , 2001:DB8::/32,10.0.0.1", "de, AT", "3320,AS1.10", nil, nil, "60", "asn",
            "3209", nil,
            nil, nil, nil,
        ]
        let limits = try StoredLimits(columns: columns, now: nil, lastUse: nil).read()
        let expected = ["imap,smtp", "192.0.2.0/24,2001:db8::/32,10.0.0.1/32", "DE,AT", "AS3320,AS65546"]
        #expect(StoredLimits.columns(of: limits)[0..<4].map(\.self) == expected)
        #expect(StoredLimits.columns(of: limits)[6..<9].map(\.self) == ["60", "asn", "AS3209"])
    }

    @Test func `too few columns are no limits`() {
        #expect(throws: LimitsError.self) { try StoredLimits(columns: [], now: nil, lastUse: nil).read() }
    }
}

/// `@20.5` in seconds since 1970.
private func moment(_ text: String) throws -> Timestamp {
    let seconds = try #require(Double(text.dropFirst()))
    return Timestamp(milliseconds: Int64((seconds * 1000).rounded()))
}

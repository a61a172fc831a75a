package import AuditCore

/// Makes logins with facts about their addresses, the same ones in every run: few enough names, numbers and places that lists
/// meet some of them, all states a fact can be in, and now and then texts that nobody should trust.
package struct SeededLogins {
    /// A generator of the same numbers in every run (SplitMix64).
    package struct Numbers: RandomNumberGenerator {
        private var state: UInt64
        /// Starts a row of numbers.
        package init(_ seed: UInt64) { state = seed }

        /// The next number.
        package mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
            return mixed ^ mixed >> 31
        }
    }

    /// How many users there are.
    package let users: Int
    /// What decides all else.
    package var numbers: Numbers
    private var time: Int64 = 1_714_500_000_000

    /// Starts a row of logins.
    package init(seed: UInt64, users: Int = 500) { (numbers, self.users) = (Numbers(seed), users) }

    /// The next login: somebody, from somewhere, up to a minute after the one before.
    package mutating func attempt() -> LoginAttempt {
        time += Int64.random(in: 0..<60_000, using: &numbers)
        return LoginAttempt(
            login: "user\(Int.random(in: 0..<users, using: &numbers))",
            service: ["imap", "imap", "imap", "submission", "pop3"].randomElement(using: &numbers) ?? "imap",
            address: chance(2) ? nil : address(), time: Timestamp(milliseconds: time))
    }

    /// What could be known of an address.
    package mutating func facts(of address: IPAddress?) -> Facts {
        let ours = IPPrefix("172.17.0.0/16").map { [($0, odd("Network 1"))] } ?? []
        var facts = Facts(address: address, localNetworks: LocalNetworks(ours), localLocationName: odd("house"))
        facts.reverseHost = sourced(.dns, facts.reverseHost) { logins in
            let names = (0..<(logins.chance(10) ? 3 : 1)).map { _ in
                logins.odd("host\(logins.number(40)).example\(logins.number(5)).net")
            }
            return PTRNames(names) ?? "host.example.net"
        }
        guard facts.localNetwork == nil else { return facts }
        if facts.reserved == nil {
            facts.network = sourced(.rdap, facts.network) { $0.network() }
            facts.origin = sourced(.cymruDNS, facts.origin) { $0.origin() }
        }
        facts.geo = sourced(.maxmind, facts.geo) { $0.geo() }
        return facts
    }

    // MARK: Parts

    /// Whether something that happens so many times in a hundred does.
    package mutating func chance(_ percent: Int) -> Bool { number(100) < percent }

    private mutating func number(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &numbers) }

    private mutating func address() -> IPAddress {
        switch number(20) {
        case 0: IPAddress(v4: 0xAC11_0000 | UInt32(number(65_536)))
        case 1: IPAddress(v4: 0x0A00_0000 | UInt32(number(65_536)))
        case 2: IPAddress(v4: 0x6440_0000 | UInt32(number(65_536)))  // 100.64.0.0/10
        case 3, 4: IPAddress(v6: UInt128(0x2A02_0000 + UInt32(number(64))) << 96 | UInt128(number(65_536)))
        case 5: IPAddress(v6: UInt128(0x2002_B070_A800 + UInt64(number(256))) << 80)  // 6to4
        default: IPAddress(v4: UInt32(0x2D00_0000 + number(64) << 16 + number(65_536)))
        }
    }

    private mutating func sourced<Value>(
        _ source: FactSource, _ blank: Sourced<Value>, _ value: (inout Self) -> Value
    ) -> Sourced<Value> {
        switch number(40) {
        case 0: return blank
        case 1: return Sourced(.unavailable(LookupError(.timedOut)), source: .none)
        case 2: return Sourced(.unavailable(LookupError(.overloaded, detail: odd("waiting"))), source: .none)
        case 3: return Sourced(.unavailable(LookupError(.unreachable, detail: odd("refused"))), source: source)
        case 4, 5: return Sourced(.absent, source: source)
        default: return Sourced(.known(value(&self)), source: source, age: .seconds(chance(50) ? 0 : number(90_000)))
        }
    }

    private mutating func network() -> NetworkFacts {
        NetworkFacts(
            name: chance(5) ? nil : odd("NET-\(number(60))"), country: chance(20) ? nil : country(),
            cidr: chance(30) ? nil : "45.\(number(64)).0.0/16", handle: chance(30) ? nil : odd("HANDLE-\(number(60))"),
            entities: (0..<number(5)).map { _ in odd("ENT-\(number(80))") })
    }

    private mutating func origin() -> OriginFacts {
        let numbers = (0..<(chance(10) ? 2 : 1)).map { _ in UInt32(64_496 + number(60)) }
        let hasName = !chance(5)
        return OriginFacts(
            asNumbers: numbers, prefix: chance(20) ? nil : "45.\(number(64)).0.0/16",
            country: chance(5) ? nil : country(),
            asName: hasName ? odd("AS-NAME-\(number(60)), \(country())") : nil,
            asNameTrouble: hasName || chance(50) ? nil : LookupError(.timedOut, detail: odd("")))
    }

    private mutating func geo() -> GeoFacts {
        var geo = GeoFacts()
        if chance(80) { geo.asNumber = UInt32(64_496 + number(60)) }
        if chance(80) { geo.asOrganization = odd("Organisation \(number(60))") }
        if chance(50) { geo.asNetwork = "45.0.0.0/8" }
        guard chance(85) else { return geo }
        if chance(70) { geo.city = place(hasCode: false) }
        geo.subdivisions = (0..<number(3)).map { _ in place() }
        if chance(95) { geo.country = place() }
        if chance(95) { geo.registeredCountry = place() }
        if chance(3) { geo.representedCountry = place() }
        if chance(90) { geo.continent = place() }
        if chance(40) { geo.postalCode = odd("0\(number(10_000))") }
        if chance(90) {
            geo.location = GeoLocation(
                latitude: Double(number(180_000) - 90_000) / 1000, longitude: Double(number(360_000) - 180_000) / 1000,
                accuracyRadius: chance(5) ? nil : number(1000), timeZone: chance(20) ? nil : odd("Europe/Berlin"))
        }
        return geo
    }

    private mutating func place(hasCode: Bool = true) -> Place {
        let id = number(400)
        return Place(
            geonameID: chance(3) ? nil : UInt32(id + 1), name: chance(3) ? nil : odd("Place \(id)"),
            code: hasCode && chance(97) ? country() : nil)
    }

    private mutating func country() -> String {
        ["DE", "FR", "US", "RU", "CN", "NL", "GB", "BR"].randomElement(using: &numbers) ?? "DE"
    }

    /// The text, or once in a while one that is hard to write down.
    private mutating func odd(_ text: String) -> String {
        guard chance(2) else { return text }
        return text
            + ([
                "\"", "\\", "\u{0}\n\t", "\u{202e}é", "', 'x'", ", blocked=True", "日本", "\u{1F600}", "<>", "None",
                "\u{7f}",
            ]
            .randomElement(using: &numbers) ?? "")
    }
}

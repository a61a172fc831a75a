import AuditCore

@testable import Whois

/// What the parsers promise of everything they return, whatever they were given; also what the fuzzer holds them to.
enum BrokenPromises {
    /// Feeds one input to a parser and names each promise that its answer breaks.
    ///
    /// - Parameter input: A letter for the parser (`r`dap, `w`hois of RIPE, of `A`RIN, a`P`NIC, `L`ACNIC and a`F`RINIC, `t`xt,
    ///   `c`ymru, `b`ootstrap), `4` or `6` for the address asked about, then the bytes of the answer.
    static func of(_ input: [UInt8]) -> [String] {
        guard input.count > 1 else { return [] }
        let address = input[1] == UInt8(ascii: "6") ? v6 : v4
        let body = Array(input.dropFirst(2))
        switch input[0] {
        case UInt8(ascii: "w"), UInt8(ascii: "A"), UInt8(ascii: "P"), UInt8(ascii: "L"), UInt8(ascii: "F"):
            let asked = registries[input[0]] ?? .ripencc
            return of(WHOISParser.read(body, from: asked, for: address), from: asked, holding: address)
        case UInt8(ascii: "t"):
            let records = body.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { Array($0) }
            let name = CymruDNS.parseASName(records)
            return of(CymruDNS.parseOrigin(records, for: address), holding: address) + (name.map(of(text:)) ?? [])
        case UInt8(ascii: "c"): return of(CymruWhois.parse(body, for: address), holding: address)
        case UInt8(ascii: "b"): return of(bootstrap: body)
        default:
            let reading = RDAPParser.read(body, for: address, from: .arin)
            // An answer may say that another server than the one asked first has written it.
            return of(reading, from: known(reading.result)?.registry, holding: address)
        }
    }

    /// 192.0.2.55.
    static let v4 = IPAddress(v4: 0xC000_0237)
    /// 2001:db8::55.
    static let v6 = IPAddress(v6: 0x2001_0DB8_0000_0000_0000_0000_0000_0055)

    private static let registries: [UInt8: Registry] = [
        UInt8(ascii: "A"): .arin, UInt8(ascii: "P"): .apnic, UInt8(ascii: "L"): .lacnic, UInt8(ascii: "F"): .afrinic,
    ]

    private static func of(_ reading: NetworkReading, from writer: Registry?, holding address: IPAddress) -> [String] {
        let isSentBack = reading.referral != nil && reading.referral == writer
        return of(reading.result, holding: address) + (isSentBack ? ["nobody is sent to where he comes from"] : [])
    }

    private static func of(_ result: Result<NetworkAnswer?, LookupError>, holding address: IPAddress) -> [String] {
        guard let answer = known(result) else { return failures(result) }
        var broken: [String] = []
        func promise(_ holds: Bool, _ what: String) { if !holds { broken.append(what) } }
        let facts = answer.facts
        promise(
            answer.blocks.isEmpty || answer.blocks.contains { $0.contains(address) }, "the network holds the address")
        promise(answer.blocks.count <= 256, "blocks are few")
        promise(facts.cidr == joined(answer.blocks), "blocks and text agree")
        promise(answer.startAddress.map { $0.family == address.family && $0.bits <= address.bits } ?? true, "start")
        promise(answer.endAddress.map { $0.family == address.family && $0.bits >= address.bits } ?? true, "end")
        promise(Set(facts.entities).count == facts.entities.count, "each entity once")
        promise(facts.country != "ZZ", "ZZ is no country")
        promise(!facts.isEmpty || facts.cidr != nil || facts.handle != nil, "something is told")
        promise(
            answer.startAddress.map { $0.bits != 0 || answer.endAddress?.bits != .max } ?? true, "not all addresses")
        let texts = [facts.name, facts.handle, answer.type].compactMap(\.self) + facts.entities
        return broken + texts.flatMap(of(text:)) + (facts.country.map(of(country:)) ?? [])
    }

    private static func of(_ result: Result<OriginAnswer?, LookupError>, holding address: IPAddress) -> [String] {
        guard let answer = known(result) else { return failures(result) }
        var broken: [String] = []
        func promise(_ holds: Bool, _ what: String) { if !holds { broken.append(what) } }
        let facts = answer.facts
        promise(answer.isRouted == (answer.prefix != nil), "routed means a prefix")
        promise(answer.isRouted == !facts.asNumbers.isEmpty, "routed means an origin")
        promise(answer.prefix?.contains(address) ?? true, "the prefix holds the address")
        promise(answer.prefix?.description == facts.prefix, "prefix and text agree")
        promise(!facts.asNumbers.contains(0) && facts.asNumbers.count <= CymruRecord.maxOrigins, "AS numbers")
        promise(Set(facts.asNumbers).count == facts.asNumbers.count, "each AS number once")
        promise(answer.allocated.map { $0.utf8.count == 10 } ?? true, "a date")
        return broken + (facts.asName.map(of(text:)) ?? []) + (facts.country.map(of(country:)) ?? [])
    }

    private static func of(bootstrap body: [UInt8]) -> [String] {
        let v6 = Array(#"{"services":[[["2001:db8::/32"],["https://six.example/"]]]}"#.utf8)
        guard case .success(let bootstrap) = Bootstrap.parse(ipv4: body, ipv6: v6) else { return [] }
        let urls = bootstrap.baseURLs(for: v4)
        let areURLs = urls.allSatisfy { $0.hasPrefix("http") && $0.hasSuffix("/") && $0.utf8.allSatisfy { $0 > 0x20 } }
        return (areURLs ? [] : ["base URLs"]) + (bootstrap.baseURLs(for: Self.v6).count == 1 ? [] : ["families differ"])
    }

    private static func of(text: String) -> [String] {
        text.isEmpty || text.unicodeScalars.count > ForeignText.maxLength || text != ForeignText.trim(text)
            ? ["a text is trimmed, and neither empty nor long"] : []
    }

    private static func of(country: String) -> [String] {
        country.utf8.count == 2 && country.utf8.allSatisfy((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains)
            ? [] : ["a country is two capitals"]
    }

    /// What is wrong with an error: its public text is one of a few, and nothing in it moves a terminal.
    private static func failures<Answer>(_ result: Result<Answer?, LookupError>) -> [String] {
        guard case .failure(let error) = result else { return [] }
        let codes: [LookupError.Code] = [.malformed, .rateLimited, .unreachable, .registeredElsewhere]
        let isPlain = error.debugDescription.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        return codes.contains(error.code) && isPlain ? [] : ["errors are of the named kinds, and plain"]
    }

    private static func known<Answer>(_ result: Result<Answer?, LookupError>) -> Answer? {
        if case .success(let answer) = result { answer } else { nil }
    }

    private static func joined(_ blocks: [IPPrefix]) -> String? {
        blocks.isEmpty ? nil : blocks.map(\.description).joined(separator: ", ")
    }
}

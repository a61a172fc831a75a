import AuditCore
import Foundation
import PythonRegex

/// Verdicts over all ten lists, and over those without patterns; pattern sets have benchmarks of their own.
func judgingBenchmarks(_ suite: Suite) {
    verdicts(suite)
    networks(suite)
    loading(suite)
}

/// A login that no entry applies to, so that every list is looked at to its end.
private func verdicts(_ suite: Suite) {
    let attempt = LoginAttempt(
        login: "honey", service: "imap", address: IPAddress("176.112.169.218"), time: Timestamp(milliseconds: 0))
    for count in [10, 1_000, 10_000] where suite.wants("judge.verdict.\(count)") {
        let policy = Policy(lists: build(lists(of: count)), onUnknown: .deny)
        let facts = knownFacts(attempt.address)
        precondition(policy.judge(attempt, facts: facts).verdict == .allow)
        suite.measure("judge.verdict.\(count)") { repeats in
            for _ in 0..<repeats { blackHole(policy.judge(attempt, facts: facts)) }
        }
    }
    for count in [10, 1_000, 10_000] where suite.wants("judge.verdict.all.\(count)") {
        let policy = Policy(
            lists: build(lists(of: count).merging(patternLists(of: count)) { $1 }, engine: PCRE2PatternEngine()),
            onUnknown: .deny)
        let facts = knownFacts(attempt.address)
        precondition(policy.judge(attempt, facts: facts).verdict == .allow)
        suite.measure("judge.verdict.all.\(count)") { repeats in
            for _ in 0..<repeats { blackHole(policy.judge(attempt, facts: facts)) }
        }
    }
    suite.ratio(
        "judge.verdict.all.10000 : judge.verdict.all.10", of: "judge.verdict.all.10000", to: "judge.verdict.all.10",
        atMost: 1.5)
    suite.ratio(
        "judge.verdict.10000 : judge.verdict.10", of: "judge.verdict.10000", to: "judge.verdict.10", atMost: 1.5)
}

private func networks(_ suite: Suite) {
    for (name, makesV6) in [("judge.networks.100000", false), ("judge.networks.100000.v6", true)]
    where suite.wants(name) {
        var random = Numbers(state: 7)
        var builder = PrefixTable.Builder(capacity: 100_000)
        for number in 1...100_000 {
            if let prefix = IPPrefix(address(&random, v6: makesV6), length: makesV6 ? 48 : 24) {
                builder.add(prefix, number: number)
            }
        }
        let table = PrefixTable(builder, precedence: .first)
        let probes = (0..<4096).map { _ in address(&random, v6: makesV6) }
        suite.measure(name) { repeats in
            var found = 0
            for index in 0..<repeats where table.match(probes[index & 4095]) != nil { found += 1 }
            blackHole(found)
        }
    }
}

/// A list of a million networks: how long it takes, and how much more memory is in use at the worst moment and after.
private func loading(_ suite: Suite) {
    for (name, makesV6) in [("judge.load.1000000", false), ("judge.load.1000000.v6", true)] where suite.wants(name) {
        var random = Numbers(state: 11)
        var bytes: [UInt8] = []
        for _ in 0..<1_000_000 {
            bytes += "\(address(&random, v6: makesV6))/\(makesV6 ? 48 : 24)\n".utf8
        }
        let file = [DenyListKind.ipNetworks: DenyListFile(name: "networks.lst", bytes: bytes)]
        let before = resetPeakMemory()
        let start = Suite.processorSeconds()
        let build = DenyLists.build(file, engine: NoPatterns())
        let took = Suite.processorSeconds() - start
        precondition(build.lists.entryCount(of: .ipNetworks) == 1_000_000)
        suite.check("\(name): CPU seconds", took, atMost: 2)
        suite.check("\(name): MB at the peak", memory("VmHWM") - before, atMost: 100)
        suite.check("\(name): MB kept", memory("VmRSS") - before, atMost: 100)
        blackHole(build)
    }
}

private func address(_ random: inout Numbers, v6: Bool) -> IPAddress {
    v6
        ? IPAddress(v6: UInt128(0x2a00 + random.next() % 16) << 112 | UInt128(random.next()) << 48)
        : IPAddress(v4: UInt32(truncatingIfNeeded: 0x0100_0000 + random.next() % 0xDF00_0000))
}

/// Lists of so many lines each, none of which applies to `knownFacts`.
private func lists(of count: Int) -> [DenyListKind: String] {
    var random = Numbers(state: UInt64(count))
    func lines(_ line: (Int) -> String) -> String { (0..<count).map(line).joined(separator: "\n") }
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ").map(String.init)
    // There are only 676 codes.
    let codes = letters.flatMap { first in letters.map { first + $0 } }.filter { $0 != "RU" && $0 != "CH" }
    return [
        .ipNetworks: lines { _ in "\(address(&random, v6: false))/\(24 + random.next() % 9)" }
            .replacing("176.112.", with: "176.113."),
        .networkCountry: lines { codes[$0 % codes.count] }, .asCountry: lines { codes[$0 % codes.count] },
        .entities: lines { "MNT-\($0)-RIPE" }, .asNumbers: lines { "AS\(100_000 + $0)" },
        .geoLocationIDs: lines { "\(7_000_000 + $0)" },
        .coordinates: lines { _ in
            "-\(random.next() % 89).\(random.next() % 1000),\(random.next() % 180).\(random.next() % 1000),30,0.5"
        },
    ]
}

/// Pattern lists of so many lines each, of the kinds administrators write, none of which applies to `knownFacts`.
private func patternLists(of count: Int) -> [DenyListKind: String] {
    func lines(_ kinds: [(Int) -> String]) -> String {
        (0..<count).map { kinds[$0 % kinds.count]($0) }.joined(separator: "\n")
    }
    return [
        .reverseHostname: lines([
            { #".*\.pool\#($0)\.example\.net"# }, { #"ec2-\d*-\d*-\#($0)\..*"# }, { "host\($0).example.org" },
        ]),
        .networkName: lines([{ "PROVIDER-\($0)-.*" }, { ".*LINODE\($0).*" }, { "NET\($0)" }]),
        .asNames: lines([{ ".*HOSTING \($0).*" }, { "CLOUD\($0)-AS, .*" }, { "AS-NAME-\($0), NL" }]),
    ]
}

private func build(_ texts: [DenyListKind: String], engine: any PatternEngine = NoPatterns()) -> DenyLists {
    let build = DenyLists.build(
        texts.mapValues { DenyListFile(name: "list", text: $0) }, engine: engine)
    precondition(build.problems.isEmpty, "\(build.problems)")
    return build.lists
}

private func knownFacts(_ address: IPAddress?) -> Facts {
    var facts = Facts(address: address, localNetworks: LocalNetworks(), localLocationName: "local network")
    facts.reverseHost = Sourced(.known("rimap26.i.mail.ru"), source: .dns)
    facts.network = Sourced(
        .known(NetworkFacts(name: "VK-FRONT", country: "RU", entities: ["EY1327-RIPE", "VKCOMPANY-MNT", "MAIL-RU"])),
        source: .rdap)
    facts.origin = Sourced(
        .known(OriginFacts(asNumbers: [47764], country: "CH", asName: "VK-AS, RU")), source: .cymruDNS)
    var geo = GeoFacts()
    geo.asNumber = 47764
    geo.city = Place(geonameID: 550_478, name: "Khasavyurt")
    geo.subdivisions = [Place(geonameID: 567_293, name: "Dagestan", code: "DA")]
    geo.country = Place(geonameID: 2_017_370, name: "Russia", code: "RU")
    geo.location = GeoLocation(latitude: 43.2465, longitude: 46.59, accuracyRadius: 20)
    facts.geo = Sourced(.known(geo), source: .maxmind)
    return facts
}

/// For lists without patterns.
private struct NoPatterns: PatternEngine {
    private struct Nothing: PatternSet {
        var count: Int { 0 }
        func firstMatch(in text: String) -> Int? { nil }
    }

    func compile(
        _ lines: [PatternLine], matching: PatternMatching, onLimit: @escaping @Sendable (PatternProblem) -> Void
    ) -> PatternCompilation { PatternCompilation(set: Nothing(), problems: []) }
}

/// The same numbers in every run (SplitMix64).
private struct Numbers {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

/// Keeps the optimizer from leaving out what nobody looks at.
@inline(never)
private func blackHole<Value>(_ value: Value) {}

/// Starts a new peak and gives what is in use now, in MB.
private func resetPeakMemory() -> Double {
    try? Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
    return memory("VmRSS")
}

/// A figure of `/proc/self/status`, in MB.
private func memory(_ key: String) -> Double {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
        let line = status.split(separator: "\n").first(where: { $0.hasPrefix(key) }),
        let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Double($0) })
    else { return .infinity }
    return kilobytes / 1024
}

import AuditCore

/// Feeds bytes to the reader of every deny list and asks the lists about a login; traps if a promise is broken.
///
/// The first byte chooses the list, the second the matching; the rest is the file.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDenyList(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    guard input.count > 2 else { return 0 }
    let kinds = DenyListKind.allCases
    let kind = kinds[Int(input[0]) % kinds.count]
    let file = DenyListFile(name: "fuzz.lst", bytes: Array(input.dropFirst(2)))
    let build = DenyLists.build([kind: file], engine: PlainPatterns(), matching: input[1] & 1 == 0 ? .full : .prefix)

    let lineCount = file.bytes.split(separator: 10, omittingEmptySubsequences: false).count
    precondition(build.problems.count <= 101)
    precondition(build.problems.allSatisfy { (1...lineCount).contains($0.line) && ($0.column ?? 1) >= 1 })
    precondition(build.problems.allSatisfy { !$0.description.unicodeScalars.contains { $0.value < 0x20 } })
    precondition((0...lineCount).contains(build.lists.entryCount(of: kind) ?? -1))

    let policy = Policy(lists: build.lists, onUnknown: .deny)
    for text in ["192.0.2.1", "203.0.114.9", "2001:470::1", "2a00:1450:4001::1"] {
        guard let address = IPAddress(text) else { preconditionFailure(text) }
        let attempt = LoginAttempt(login: "a", service: "imap", address: address, time: Timestamp(milliseconds: 0))
        let facts = someFacts(address)
        let quick = policy.judge(attempt, facts: facts)
        let thorough = policy.judge(attempt, facts: facts, thoroughly: true)
        precondition(quick.verdict == thorough.verdict)
        if let line = quick.verdict.denial?.rule?.line { precondition((1...lineCount).contains(line)) }
        guard quick.verdict != .allow || text == "192.0.2.1" else { continue }
        let explanation = Explanation(
            attempt: attempt, facts: facts, judgement: thorough, status: quick.verdict.denial?.text ?? "success",
            httpCode: 200)
        precondition(explanation.json.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
    }
    readAddress(String(decoding: file.bytes, as: UTF8.self))
    return 0
}

/// What reads as an address or network prints as one, and reads back as the same.
private func readAddress(_ text: String) {
    if let address = IPAddress(text) { precondition(IPAddress(address.description) == address) }
    if let prefix = IPPrefix(text) {
        precondition(IPPrefix(prefix.description) == prefix && prefix.contains(prefix.address))
    }
}

private func someFacts(_ address: IPAddress) -> Facts {
    var facts = Facts(address: address, localNetworks: LocalNetworks(), localLocationName: "local network")
    facts.reverseHost = Sourced(.known("host.example"), source: .dns)
    facts.network = Sourced(.known(NetworkFacts(name: "NET", country: "DE", entities: ["A", "B-MNT"])), source: .rdap)
    facts.origin = Sourced(
        .known(OriginFacts(asNumbers: [1, 64512], country: "US", asName: "AS-NAME")), source: .cache)
    var geo = GeoFacts()
    geo.city = Place(geonameID: 1, name: "City")
    geo.location = GeoLocation(latitude: 50, longitude: 9, accuracyRadius: 20)
    facts.geo = Sourced(.known(geo), source: .maxmind)
    return facts
}

/// Takes every pattern as plain text.
private struct PlainPatterns: PatternEngine {
    struct Lines: PatternSet {
        let lines: [PatternLine]
        var count: Int { lines.count }
        func firstMatch(in text: String) -> Int? { lines.first { $0.text == text }?.line }
    }

    func compile(
        _ lines: [PatternLine], matching: PatternMatching, onLimit: @escaping @Sendable (PatternProblem) -> Void
    ) -> PatternCompilation { PatternCompilation(set: Lines(lines: lines), problems: []) }
}

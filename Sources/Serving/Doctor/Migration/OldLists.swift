internal import AuditCore
internal import Settings

/// The old lists as the new service reads them.
struct OldLists {
    /// How many entries each has.
    private(set) var counts: [String] = []
    /// What is wrong with lines.
    private(set) var problems: [String] = []
    /// What meets others than it did.
    private(set) var differences: [String] = []

    /// More of a kind are counted, not named.
    private static let mostNamed = 5

    init(_ old: OldInstallation, _ settings: Settings) {
        var named: Set<String> = []
        for kind in DenyListKind.allCases {
            guard let path = settings.audit.lists[kind] else { continue }
            named.insert(path.resolved.split(separator: "/").last.map(String.init) ?? "")
            guard let (place, bytes) = old.list(path) else { continue }  // said of the settings
            let inspection = ListInspection(DenyListFile(name: place, bytes: bytes), as: kind, engine: old.engine)
            counts.append(
                "\(kind.rawValue): \(place), \(inspection.entries) \(inspection.entries == 1 ? "entry" : "entries")")
            problems += inspection.problems.map(\.description)
            differences += inspection.notes.map(\.description)
            differences += Self.differences(kind, place, bytes, settings.audit.patternMatching)
        }
        let others = old.lists.map(\.name).filter { !named.contains($0) && !$0.hasPrefix(".") }.sorted()
        if let directory = old.listsDirectory, !others.isEmpty {
            differences.append(
                "no key of audit.lists names \(others.map { "\(directory)/\($0)" }.joined(separator: ", ")): nobody reads it"
            )
        }
    }

    private static func differences(
        _ kind: DenyListKind, _ place: String, _ bytes: [UInt8], _ matching: PatternMatching
    ) -> [String] {
        switch kind {
        case .reverseHostname, .networkName, .asNames:
            guard matching == .full else { return [] }
            let open = prefixes(bytes)
            guard !open.isEmpty else { return [] }
            let shown = open.prefix(mostNamed).map { "\(place):\($0.line) (\($0.text))" }.joined(separator: ", ")
            let more = open.count > mostNamed ? ", and \(open.count - mostNamed) more" : ""
            return [
                "\(kind.rawValue): patterns have to match the whole name, the old program was content with its beginning; "
                    + "this matters for \(shown)\(more). Add .* to these, or set audit.regex_match = \"prefix\""
            ]
        case .geoLocationIDs:
            return [
                "geo_location_ids: ids of subdivisions meet, which they never did, and registered and represented countries"
            ]
        case .coordinates: return ["coordinates: circles meet, which they never did; the old program failed on them"]
        case .entities: return ["entities: compared without regard to case"]
        case .asCountry: return ["as_cc: a denial is recorded with matched=as_cc; the old program wrote another label"]
        case .ipNetworks: return ["ip_networks: an IPv6 client is never in an IPv4 network"]
        default: return []
        }
    }

    /// Patterns that do not say what follows the beginning of a name.
    private static func prefixes(_ bytes: [UInt8]) -> [(line: Int, text: String)] {
        String(decoding: bytes, as: UTF8.self).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .enumerated().compactMap { index, line in
                let text = line.drop { $0 == " " || $0 == "\t" }
                guard !text.isEmpty, !text.hasPrefix("#"), text != "<>" else { return nil }
                let isWhole = [".*", ".*$", "$", ".+", ".*)"].contains { text.hasSuffix($0) }
                return isWhole ? nil : (index + 1, String(text))
            }
    }
}

import AuditCore
import AuditCoreTesting
import PythonRegex
import Replay
import Report

/// Records for tests, as they come out of a file.
enum Logins {
    /// When the first of them is.
    static let start = Timestamp(milliseconds: 1_714_500_000_000)
    /// After all of them.
    static let end = Timestamp(milliseconds: 2_000_000_000_000)

    /// Records that are handed over as they are.
    struct Source: RecordInput {
        var fields: ArraySlice<RecordFields>
        let notes: [String] = []

        init(_ fields: [RecordFields]) { self.fields = fields[...] }

        mutating func nextFields() throws(ReportError) -> RecordFields? { fields.popFirst() }
    }

    /// The fields of a record, by way of a file.
    static func fields(_ record: AuditRecord) -> RecordFields? {
        RecordFields(jsonLine: Array(AuditEntry.login(record).jsonLine.utf8))
    }

    /// The record of a login as a policy decides it.
    static func record(
        _ attempt: LoginAttempt, _ facts: Facts, _ policy: Policy, password: Int64? = nil,
        missing: MissingFacts = MissingFacts(),
        complete: Facts? = nil
    ) -> AuditRecord {
        let verdict = policy.judge(attempt, facts: facts).verdict
        return AuditRecord(
            attempt: attempt, passwordID: password, facts: complete ?? facts, isBlocked: !verdict.isAllowed,
            matched: verdict.matched, rule: verdict.denial?.rule, duration: .milliseconds(1), missing: missing)
    }

    /// A login of somebody's at a minute, from an address of which this is known.
    static func login(
        _ user: String, from address: String = "45.1.2.3", at minute: Int = 0, password: Int64? = nil,
        blocked: String? = nil,
        _ change: (inout Facts) -> Void = { _ in }
    ) throws -> RecordFields {
        var facts = Facts(address: IPAddress(address), localNetworks: LocalNetworks(), localLocationName: "house")
        facts.reverseHost = Sourced(.absent, source: .dns)
        facts.network = Sourced(.known(NetworkFacts(name: "NET", country: "DE")), source: .rdap)
        facts.origin = Sourced(
            .known(OriginFacts(asNumbers: [64_500], country: "DE", asName: "AS, DE")), source: .cymruDNS)
        facts.geo = Sourced(.absent, source: .maxmind)
        change(&facts)
        let record = AuditRecord(
            attempt: LoginAttempt(
                login: user, service: "imap", address: facts.address, time: start.advanced(by: .seconds(60 * minute))),
            passwordID: password, facts: facts, isBlocked: blocked != nil, matched: blocked,
            rule: blocked.map { _ in RuleReference(file: "old.lst", line: 3) }, duration: .milliseconds(1))
        return fields(record) ?? { fatalError("no record") }()
    }

    /// A policy with lists.
    static func policy(_ texts: [DenyListKind: String], onUnknown: UnknownFactAction = .allow) -> Policy {
        let files = texts.map { kind, text in (kind, DenyListFile(name: "\(kind.rawValue).lst", text: text)) }
        let build = DenyLists.build(Dictionary(uniqueKeysWithValues: files), engine: PCRE2PatternEngine())
        precondition(build.problems.isEmpty, "\(build.problems)")
        return Policy(lists: build.lists, onUnknown: onUnknown)
    }

    /// Lists that meet some of the logins that ``SeededLogins`` makes.
    static func lists(_ numbers: inout SeededLogins.Numbers) -> [DenyListKind: String] {
        func several(_ count: Int, of bound: Int, _ line: (Int) -> String) -> String {
            (0..<count).map { _ in line(Int.random(in: 0..<bound, using: &numbers)) }.joined(separator: "\n")
        }
        let all: [DenyListKind: String] = [
            .ipNetworks: several(3, of: 64) { "45.\($0).0.0/17" },
            .reverseHostname: several(3, of: 40) { "host\($0)\\.example1\\..*" },
            .networkName: several(3, of: 60) { "NET-\($0)" }, .networkCountry: "CN",
            .entities: several(2, of: 80) { "ent-\($0)" },
            .asNumbers: several(2, of: 60) { "AS\(64_496 + $0)" },
            .asNames: several(2, of: 60) { "(AS-NAME|Organisation).\($0).*" },
            .asCountry: "BR", .geoLocationIDs: several(3, of: 400) { "\($0 + 1)" }, .coordinates: "40,10,900,0.5",
        ]
        var lists: [DenyListKind: String] = [:]
        for kind in DenyListKind.allCases where Int.random(in: 0..<3, using: &numbers) > 0 { lists[kind] = all[kind] }
        return lists
    }

    static func replay(
        _ candidate: Policy, _ baseline: Replay.Baseline = .records, over fields: [RecordFields],
        since: Timestamp? = nil,
        bound: Int = 50_000
    ) throws -> ReplayFindings {
        var source = Source(fields)
        var configuration = Replay.Configuration(candidate: candidate, baseline: baseline, since: since, until: end)
        configuration.bound = bound
        return try Replay.run(configuration, over: &source)
    }
}

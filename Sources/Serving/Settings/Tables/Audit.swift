package import AuditCore

extension Settings {
    /// `[audit]`: judging where logins come from, and recording them.
    package struct Audit: Sendable {
        /// Whether a hit denies a login; ``JudgingMode/enforce``.
        package var mode = JudgingMode.enforce
        /// Services that are refused outright; none.
        package var disabledServices: [String] = []
        /// Networks that are never denied and never recorded; none.
        package var ignoreNetworks: [IPPrefix] = []
        /// What an audited login is answered that nothing is held against; ``AuditResultSuccess/unknown``.
        package var resultSuccess = AuditResultSuccess.unknown
        /// What a denied login is answered; ``ResultBlock/disabled``.
        package var resultBlock = ResultBlock.disabled
        /// Whether logins of users no passdb knows are judged and recorded too; false.
        package var processUnknown = false
        /// Whether logins from private addresses and ``localNetworks`` are recorded; true.
        package var logLocal = true
        /// The place shown for private addresses that no local network holds; `local network`.
        package var localLocationName = "local network"
        /// How long a looked-up fact counts as fresh; 86,400 s.
        package var cacheTTL = Duration.seconds(86_400)
        /// Within which time rows of one password, service and address are made one; 60 s.
        package var logBucket = Duration.seconds(60)
        /// After which pause the last of them is written; 5 s.
        package var logPause = Duration.seconds(5)
        /// Whether patterns must match the whole name; ``PatternMatching/full``.
        package var patternMatching = PatternMatching.full
        /// What happens when a list needs a fact that could not be had; ``UnknownFactAction/allow``.
        package var onUnknown = UnknownFactAction.allow
        /// What happens when a list needs a fact that was not asked for, by our own limits; ``UnknownFactAction/tempfail``.
        package var onOverload = UnknownFactAction.tempfail
        /// How many users a reload may newly refuse; nil: any number.
        package var blastRadius: BlastRadius?
        /// Accounts that nobody uses, so that whoever does is a thief; none.
        package var honeypots: [NamePattern] = []
        /// Where audit records go; the journal.
        package var sinks: [AuditSinkSetting] = [.journal]
        /// Whether the file names the sinks; where it does not, a machine without a journal takes standard error.
        package var namesSinks = false
        /// The administrator's own networks, in the order of the file.
        package var localNetworks: [LocalNetwork] = []
        /// `[audit.maxmind]`.
        package var maxMind = MaxMind()
        /// The files of `[audit.lists]`, `[audit.lists.watch]` and `[audit.lists.allow]`.
        package var lists: ListFiles = [:]

        /// The defaults.
        package init() {}

        /// What only a restart takes into use.
        static let restartKeys = [
            RestartKey("audit.db_authlog_dd_hash_bucket", \.audit.logBucket),
            RestartKey("audit.db_authlog_dd_per_login", \.audit.logPause),
        ]

        init(reading table: TableReader) {
            mode = table.choice("mode", default: mode, among: JudgingMode.allCases)
            disabledServices = table.elements("disabled_services", wants: "a service name", Self.service)
            ignoreNetworks = table.networks("ignore_networks")
            resultSuccess = table.choice(
                "audit_result_success", default: resultSuccess, among: AuditResultSuccess.allCases,
                misspellings: ["unkown": .unknown])  // so the old program's example had it
            resultBlock = table.choice("result_block", default: resultBlock, among: ResultBlock.allCases)
            processUnknown = table.boolean("audit_process_unknown", default: processUnknown)
            logLocal = table.boolean("log_local", default: logLocal)
            localLocationName = table.parsed(
                "local_locationname", default: localLocationName, wants: "a name", Self.name)
            cacheTTL = table.duration("cache_ttl", default: cacheTTL)
            logBucket = table.duration("db_authlog_dd_hash_bucket", default: logBucket, atLeast: .milliseconds(1))
            logPause = table.duration("db_authlog_dd_per_login", default: logPause)
            patternMatching = table.choice("regex_match", default: patternMatching, among: [.full, .prefix])
            onUnknown = table.choice("on_unknown", default: onUnknown, among: UnknownFactAction.allCases)
            onOverload = table.choice("on_overload", default: onOverload, among: UnknownFactAction.allCases)
            blastRadius = table.shareOrCount("blast_radius")
            honeypots = table.elements("honeypots", wants: "a name of accounts, as honey-*") {
                Self.name($0).flatMap { $0.isEmpty || $0.allSatisfy { $0 == "*" } ? nil : NamePattern($0) }
            }
            sinks = table.elements("sinks", default: sinks, wants: "one of journal, stderr, jsonl:PATH") {
                Self.sink($0, table.notes)
            }
            namesSinks = table.isSet("sinks")
            if sinks.isEmpty { table.warning("sinks", "is empty: no audit record is written") }
            localNetworks = Self.localNetworks(table)
            maxMind = MaxMind(reading: table.table("maxmind"))
            lists = Self.lists(table.table("lists"), maxMind)
            table.finish()
        }

        private static func lists(_ table: TableReader, _ maxMind: MaxMind) -> ListFiles {
            var lists: ListFiles = [:]
            for effect in ListEffect.allCases {
                let table = effect == .deny ? table : table.table(effect.rawValue)
                for kind in DenyListKind.all(for: effect) {
                    lists[kind, effect] = table.path(kind.rawValue, mustExist: true)
                    if kind.facts == [.geo], lists[kind, effect] != nil, maxMind.city == nil {
                        table.problem(kind.rawValue, "this list needs audit.maxmind.city, which is not set")
                    }
                }
                if effect != .deny { table.finish() }
            }
            table.finish()
            return lists
        }

        private static func localNetworks(_ table: TableReader) -> [LocalNetwork] {
            var networks: [LocalNetwork] = []
            for (key, value) in table.map("local_networks") {
                let path = table.path + ["local_networks", key]
                guard let prefix = IPPrefix(setting: key) else {
                    table.notes.problem(atKey: path, "is not an address or a network in CIDR form")
                    continue
                }
                guard let name = name(value) else {
                    table.notes.problem(path, "\(Displayed.quoted(value)) is not a name")
                    continue
                }
                if let same = networks.first(where: { $0.prefix == prefix }) {
                    table.notes.warning(path, "is the same network as \(Displayed.quoted(same.name)), which is used")
                    continue
                }
                networks.append(LocalNetwork(prefix: prefix, name: name))
            }
            return networks
        }

        private static func sink(_ text: String, _ notes: ReadingNotes) -> AuditSinkSetting? {
            switch text {
            case "journal": return .journal
            case "stderr": return .stderr
            default:
                guard text.hasPrefix("jsonl:"), text != "jsonl:" else { return nil }
                return .jsonl(notes.resolved(String(text.dropFirst(6))))
            }
        }

        /// Dovecot's service names: visible ASCII, as `imap`, `managesieve-login`.
        private static func service(_ text: String) -> String? {
            (1...255).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? text : nil
        }

        private static func name(_ text: String) -> String? {
            text.unicodeScalars.contains { $0.properties.generalCategory == .control } ? nil : text
        }
    }

    /// `[audit.maxmind]`: MaxMind's files.
    package struct MaxMind: Sendable {
        /// The city file (GeoLite2-City, GeoIP2-City); nil: places are unknown.
        package var city: SettingsPath?
        /// The AS file (GeoLite2-ASN); nil: organisations are unknown.
        package var asn: SettingsPath?

        /// Neither.
        package init() {}

        init(reading table: TableReader) {
            city = table.path("city", mustExist: true)
            asn = table.path("asn", mustExist: true)
            if table.path("country") != nil { table.warning("country", "is not used: the city file knows countries") }
            table.finish()
        }
    }
}

internal import AppPasswordCore
internal import AuditCore
internal import Settings

/// The old settings as the new service reads them.
struct OldSettings {
    /// Them; nil if they are no TOML.
    let settings: Settings?
    /// What keeps the service from starting.
    let problems: [String]
    /// Whether a problem is where the database is.
    let isDatabaseUnread: Bool
    /// What works on.
    let unchanged: [String]
    /// What does not mean what it meant.
    let differences: [String]
    /// Relative paths, which start at another place now: as written, and from where they are to be copied.
    let moved: [(key: String, written: String)]

    init(_ old: OldInstallation) {
        var environment = old.environment
        // A list that was only moved is no missing one.
        environment.isFile = { [old] path in
            old.environment.isFile(path)
                || old.lists.contains { $0.name == path.split(separator: "/").last.map(String.init) }
        }
        var warnings: [SettingsProblem]
        var found: [String]
        var keys: Set<String> = []
        do throws(SettingsProblems) {
            let loaded = try Settings.parse(
                old.bytes, file: old.file, baseDirectory: old.directory, in: environment)
            (settings, found, warnings) = (loaded.settings, [], loaded.warnings)
        } catch {
            (settings, found, warnings) = (error.readable, error.problems.map(\.description), error.warnings)
            keys = Set(error.problems.map(\.key))
        }
        isDatabaseUnread = keys.contains("database") || keys.contains("database.dsn")
        guard let settings else {
            (problems, unchanged, differences, moved) = (found, [], [], [])
            return
        }
        let lists = OldLists(old, settings)
        problems = found + lists.problems
        moved = Self.relativePaths(settings)
        unchanged = Self.unchanged(settings, lists)
        differences =
            warnings.map(\.description) + Self.differences(settings) + lists.differences
            + moved.map {
                "\($0.key) = \"\($0.written)\" starts at the settings file's directory now, not where the service was started"
            }
    }

    private static func unchanged(_ settings: Settings, _ lists: OldLists) -> [String] {
        var lines = ["every key of the old program keeps its name, its type and its default"]
        if case .mariadb(let server) = settings.database.location {
            lines.append("the database \(server.database) with its tables and rights, read as SQLAlchemy reads the dsn")
        }
        if let ldap = settings.ldap { lines.append("the directory below \(ldap.baseDN), asked for \(ldap.filter)") }
        if settings.cache.mode == .redis {
            lines.append(
                "the Redis at \(settings.cache.server.host):\(settings.cache.server.port): what the old program keeps there is read"
            )
        }
        return lines + lists.counts
    }

    private static func differences(_ settings: Settings) -> [String] {
        let audit = settings.audit
        var lines: [String] = []
        if settings.database.isMariaDB {
            lines.append("names are compared byte for byte: `j_doe` no longer opens `jxdoe`, nor `muller` `müller`")
        }
        if settings.ldap != nil {
            lines.append(
                "ldap: the name in a filter is escaped; an account whose loginShell or homeDirectory may not be read is answered 503, so "
                    + (settings.ldap?.bindDN.isEmpty ?? true ? "anonymous has" : "ldap.bind has")
                    + " to be able to read both")
        }
        lines.append(
            "trouble with a back end is 503 and not 401 or 500; a fact that a list needs and that cannot be had is "
                + "decided by audit.on_unknown (\"\(audit.onUnknown.rawValue)\")")
        if audit.ignoreNetworks.contains(where: { $0.address.family == .v4 }) {
            lines.append(
                "audit.ignore_networks: an IPv6 client is never in an IPv4 network; the old program compared bare numbers"
            )
        }
        if !audit.lists.isEmpty, audit.maxMind.city == nil {
            lines.append("audit.maxmind.city is not set: geo_location_ids and coordinates need it")
        }
        if !audit.disabledServices.isEmpty {
            lines.append(
                "audit.disabled_services: compared without regard to case: \(audit.disabledServices.joined(separator: ", "))"
            )
        }
        return lines
    }

    /// Paths that move with the settings file if they are not written anew.
    private static func relativePaths(_ settings: Settings) -> [(key: String, written: String)] {
        var paths = DenyListKind.allCases.compactMap { kind in
            settings.audit.lists[kind].map { ("audit.lists.\(kind.rawValue)", $0) }
        }
        if let city = settings.audit.maxMind.city { paths.append(("audit.maxmind.city", city)) }
        if let asn = settings.audit.maxMind.asn { paths.append(("audit.maxmind.asn", asn)) }
        if let authority = settings.ldap?.certificateAuthority { paths.append(("ldap.tls_cert", authority)) }
        return paths.filter { !$0.1.written.hasPrefix("/") }.map { ($0.0, $0.1.written) }
    }
}

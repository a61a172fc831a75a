internal import AuditCore

/// The report as one JSON object on one line (docs/audit-trail.md); control and invisible characters are escaped.
enum JSONReport {
    static func text(_ findings: Findings) -> String {
        AuditValue.object([
            ("version", .integer(1)), ("machine", AuditValue(findings.machine)),
            (
                "period",
                .object([
                    ("since", time(findings.period.since)), ("until", time(findings.period.until)),
                    ("first", time(findings.first)), ("last", time(findings.last)),
                ])
            ),
            ("records", AuditValue(findings.recordCount)),
            ("logins", .object(counts(findings.logins) + [("would_deny", AuditValue(findings.wouldDeny))])),
            ("users", AuditValue(findings.userCount)),
            ("unique_asns", unique(findings.systems.count, known: findings.systems.count(where: \.isKnown))),
            ("unique_ips", unique(findings.hosts.count, known: findings.hosts.count(where: \.isKnown))),
            (
                "timeline",
                .object([
                    ("bar_s", .integer(findings.timeline.width.components.seconds)),
                    (
                        "bars",
                        .list(findings.timeline.bars.map { .object([("start", time($0.start))] + counts($0.counts)) })
                    ),
                ])
            ),
            ("blocked_users", list(findings.blockedUsers, blocked)),
            ("watched_users", list(findings.watchedUsers, blocked)),
            ("excepted_users", list(findings.exceptedUsers, blocked)),
            ("new_for_user", list(findings.newPlaces, newPlace)),
            (
                "revoked_passwords",
                list(findings.revoked) { entry in
                    let id: AuditValue = entry.key.passwordID < 0 ? .none : AuditValue(entry.key.passwordID)
                    return [("user", .text(entry.key.user)), ("password", id), ("logins", AuditValue(entry.count))]
                        + last(entry.note)
                }
            ),
            (
                "alarms",
                list(findings.alarms) { entry in
                    let id: AuditValue = entry.key.passwordID < 0 ? .none : AuditValue(entry.key.passwordID)
                    return [
                        ("user", .text(entry.key.user)), ("kind", .text(entry.key.kind)), ("password", id),
                        ("alarms", AuditValue(entry.count)),
                    ] + last(entry.note)
                }
            ),
            (
                "honeypots",
                list(findings.honeypots) { [("user", .text($0.key))] + logins($0.count, $0.denied) + last($0.note) }
            ),
            (
                "ending_passwords",
                list(findings.endings) { entry in
                    [
                        ("user", .text(entry.key.user)), ("password", AuditValue(entry.key.passwordID)),
                        ("ends", .text(entry.note.end.description)), ("limit", AuditValue(entry.note.limit)),
                        ("comment", AuditValue(entry.note.comment)),
                    ]
                }
            ),
            (
                "asns",
                list(findings.systems) { system in
                    [
                        ("asn", system.number == "None" ? .none : .text(system.number)), ("name", .text(system.name)),
                        ("comment", AuditValue(system.comment)), ("known", .bool(system.isKnown)),
                    ] + logins(system.count, system.denied)
                }
            ),
            (
                "hosts",
                list(findings.hosts) { host in
                    [
                        ("ip", host.address == "None" ? .none : .text(host.address)), ("host", AuditValue(host.host)),
                        ("asn", AuditValue(host.asNumber)), ("known", .bool(host.isKnown)),
                    ] + logins(host.count, host.denied)
                }
            ),
            (
                "networks",
                list(findings.networks) { [("net_name", .text($0.key.network))] + logins($0.count, $0.denied) }
            ),
            (
                "countries",
                list(findings.countries) { country in
                    let (code, name): (AuditValue, AuditValue) =
                        switch country.key {
                        case .name(let code): (.text(code), AuditValue(country.note))
                        case .local: (.none, .text("local"))
                        case .unknown: (.text("ZZ"), .none)
                        }
                    return [("code", code), ("name", name)] + logins(country.count, country.denied)
                }
            ),
            (
                "places",
                list(findings.places) {
                    [
                        ("latitude", .double(Double($0.key.latitude) / 2)),
                        ("longitude", .double(Double($0.key.longitude) / 2)),
                        ("city", AuditValue($0.note.city)), ("country", AuditValue($0.note.country)),
                    ] + logins($0.count, $0.denied)
                }
            ),
            ("failures", list(findings.events) { [("event", .text($0.key)), ("logins", AuditValue($0.count))] }),
            (
                "failing_ips",
                list(findings.failingAddresses) { [("logins", AuditValue($0.count))] + last($0.note) }
            ),
            ("notes", .list(findings.notes.map(AuditValue.text))),
        ]).jsonText + "\n"
    }

    private typealias Members = [(key: String, value: AuditValue)]

    private static func time(_ time: Timestamp?) -> AuditValue { AuditValue(time?.description) }

    private static func counts(_ counts: Timeline.Counts) -> Members {
        [
            ("allowed", AuditValue(counts.allowed)), ("denied", AuditValue(counts.denied)),
            ("failed", AuditValue(counts.failed)),
        ]
    }

    private static func unique(_ count: Int, known: Int) -> AuditValue {
        .object([("unknown", AuditValue(count - known)), ("known", AuditValue(known))])
    }

    private static func logins(_ count: Int, _ denied: Int) -> Members {
        [("logins", AuditValue(count)), ("denied", AuditValue(denied))]
    }

    private static func last(_ login: LastLogin) -> Members {
        [("last", time(login.time)), ("ip", AuditValue(login.address))]
    }

    private static func list<Item>(_ items: [Item], _ members: (Item) -> Members) -> AuditValue {
        .list(items.prefix(Findings.listLimit).map { .object(members($0)) })
    }

    private static func blocked(_ user: Findings.BlockedUser) -> Members {
        [
            ("user", .text(user.user)), ("logins", AuditValue(user.count)),
            (
                "reasons",
                list(user.reasons) { reason in
                    [
                        ("matched", .text(reason.key.matched)), ("value", AuditValue(reason.key.value)),
                        ("name", AuditValue(reason.note.name)), ("rule", AuditValue(reason.key.rule)),
                        ("logins", AuditValue(reason.count)),
                    ] + last(reason.note.login)
                }
            ),
        ]
    }

    private static func newPlace(_ place: NewPlace) -> Members {
        [
            ("user", .text(place.user)), ("kind", .text(place.kind.rawValue)), ("value", .text(place.value)),
            ("name", AuditValue(place.name)), ("first", time(place.time)), ("ip", AuditValue(place.address)),
            ("blocked", .bool(place.isBlocked)),
        ]
    }
}

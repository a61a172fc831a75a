internal import AuditCore

extension ReplayFindings {
    /// As one JSON object on one line (docs/lists.md), without a final newline.
    package var json: String {
        AuditValue.object([
            ("logins", AuditValue(logins)), ("users", AuditValue(users)), ("newly_refused", Self.object(newlyRefused)),
            ("newly_allowed", Self.object(newlyAllowed)),
            (
                "lines",
                .list(
                    lines.map { line in
                        .object([
                            ("list", AuditValue(line.list?.description)), ("rule", .text(line.rule)),
                            ("hits", AuditValue(line.hits)), ("users", AuditValue(line.users)),
                            ("last", .text(line.last.description)),
                        ])
                    })
            ),
            ("without_facts", AuditValue(withoutFacts)), ("incomplete", AuditValue(incomplete)),
            ("refused", AuditValue(refused)), ("would_deny", AuditValue(wouldDeny)),
            ("compared_with", .text(isAgainstRecords ? "records" : "in_force")),
            (
                "period",
                .object([
                    ("since", AuditValue(since?.description)), ("until", .text(until.description)),
                    ("first", AuditValue(first?.description)), ("last", AuditValue(last?.description)),
                ])
            ),
            ("notes", .list(notes.map(AuditValue.text))),
        ]).jsonText
    }

    private static func object(_ change: Change) -> AuditValue {
        .object([
            ("logins", AuditValue(change.logins)), ("users", .list(change.users.map(object))),
            ("passwords", .list(change.passwords.map(object))),
        ])
    }

    private static func object(_ person: Person) -> AuditValue {
        var members: [(key: String, value: AuditValue)] = [("user", .text(person.user))]
        if let password = person.password { members.append(("password", AuditValue(password))) }
        members += [
            ("logins", AuditValue(person.logins)), ("last", .text(person.last.description)),
            ("ip", AuditValue(person.address)), ("rule", AuditValue(person.rule)),
        ]
        if person.isHoneypot { members.append(("honeypot", .bool(true))) }
        return .object(members)
    }
}

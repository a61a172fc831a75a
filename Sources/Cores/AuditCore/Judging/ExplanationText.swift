extension Explanation {
    /// The explanation as an administrator pastes it into a ticket: plain text, a fact or a rule a line.
    public var text: String {
        (heading + [""] + factLines + [""] + limitLines + ruleLines).joined(separator: "\n") + "\n"
    }

    private var heading: [String] {
        let address = attempt.address?.description ?? "a login without address"
        let user = attempt.login.isEmpty ? "" : ", user \(attempt.login.visible())"
        let service = attempt.service.isEmpty ? "" : ", service \(attempt.service.visible())"
        return [
            "\(address)\(user)\(service)", Self.row("verdict", verdictText),
            Self.row("told", "\(httpCode) \(status.visible())"),
        ]
    }

    private var verdictText: String {
        if let limit = decidingLimit {
            return (httpCode == 503 ? "try later" : "deny") + ": by what limits the app password, \(limit)"
        }
        return switch judgement.verdict {
        case .deny(let denial): "deny: " + Self.reason(denial)
        case .wouldDeny(let denial):
            "would deny, but the \(judgement.watched == nil ? "policy" : "list") only watches: " + Self.reason(denial)
        case .tryLater(let kinds): "try later: \(kinds.map(\.rawValue).joined(separator: ", ")) could not be had"
        case .allow:
            if let exemption = judgement.exemption {
                "allow: an exception, \(exemption.matched.visible()), by \(exemption.rule.description.visible())"
            } else if facts.isPrivate {
                "allow: a private address, which no list denies" + (judgement.isIgnored ? "; ignored, no record" : "")
            } else if judgement.isIgnored {
                "allow: in audit.ignore_networks, which no list denies; no record"
            } else if judgement.unknownLists.isEmpty {
                "allow: no entry applies"
            } else {
                "allow, in doubt: no entry applies to what is known, but facts for "
                    + judgement.unknownLists.map(\.rawValue).joined(separator: ", ") + " could not be had"
            }
        }
    }

    private static func reason(_ denial: Denial) -> String {
        guard let rule = denial.rule else { return "a fact that a list needs could not be had" }
        return "\(denial.matched.visible()), by \(rule.description.visible())"
    }

    private var factLines: [String] {
        [
            "facts", Self.row("private", facts.isPrivate ? "yes" : "no"),
            Self.row("reserved", facts.reserved.map { "\($0.name) (\($0.reference))" } ?? "no"),
            Self.row("local_network", facts.localNetwork?.visible() ?? "no"),
        ]
            + Self.lines("rev_host", facts.reverseHost) { $0.all.map { ("", $0) } }
            + Self.lines("network", facts.network, Self.details)
            + Self.lines("origin", facts.originOrMaxMind, Self.details)
            + Self.lines("geo", facts.geo, Self.details)
    }

    private var limitLines: [String] {
        limits.isEmpty
            ? [] : ["limits"] + limits.map { Self.row($0.name, "\($0.outcome.rawValue)  \($0.text.visible())") } + [""]
    }

    private var ruleLines: [String] {
        ["rules"]
            + (judgement.outcomes + judgement.otherOutcomes.filter { $0.outcome != .off }).map { outcome in
                let rule = outcome.rule.map { "  \($0.description.visible())" } ?? ""
                let list = ListKey(outcome.list, outcome.effect).description
                return Self.row(list, outcome.outcome.rawValue + rule)
            }
    }

    private typealias Details = [(name: String, value: String?)]

    /// A line for the fact's state, and one for each detail that has a value.
    private static func lines<Value>(_ name: String, _ fact: Sourced<Value>, _ details: (Value) -> Details) -> [String]
    {
        let state = fact.state + (fact.trouble.map { ": \($0.reason)" } ?? "")
        let seconds = fact.age.components.seconds
        let age = seconds > 0 ? ", \(seconds) s old" : ""
        let values = fact.value.map(details) ?? []
        let rows = values.compactMap { name, value in
            value.map { row("", (name.isEmpty ? "" : name + "=") + $0.visible(limit: 4000)) }
        }
        return [row(name, "\(state) (\(fact.source.description.visible())\(age))")] + rows
    }

    private static func details(_ network: NetworkFacts) -> Details {
        [
            ("net_name", network.name), ("net_cc", network.country), ("net_cidr", network.cidr),
            ("net_handle", network.handle), ("entities", joined(network.entities)),
        ]
    }

    private static func details(_ origin: OriginFacts) -> Details {
        [
            ("origins", joined(origin.asNumbers.map { "AS\($0)" })), ("asn_cidr", origin.prefix),
            ("as_cc", origin.country), ("as_desc", origin.asName),
        ]
    }

    private static func details(_ geo: GeoFacts) -> Details {
        [
            ("as_org", geo.asOrganization), ("asn", geo.asNumber.map { "AS\($0)" }), ("city", text(geo.city)),
            ("subdivisions", joined(geo.subdivisions.compactMap(text))), ("country", text(geo.country)),
            ("registered_country", text(geo.registeredCountry)),
            ("represented_country", text(geo.representedCountry)), ("continent", text(geo.continent)),
            ("postal_code", geo.postalCode), ("location", text(geo.location)),
        ]
    }

    private static func text(_ place: Place?) -> String? {
        guard let place else { return nil }
        return [place.geonameID.map { "\($0)" }, place.name, place.code].compactMap { $0 }.joined(separator: " ")
    }

    private static func text(_ location: GeoLocation?) -> String? {
        guard let location else { return nil }
        let radius = location.accuracyRadius.map { " within \($0) km" } ?? ""
        return "\(location.latitude),\(location.longitude)\(radius)"
    }

    private static func joined(_ texts: [String]) -> String? { texts.isEmpty ? nil : texts.joined(separator: ", ") }

    private static func row(_ name: String, _ value: String) -> String {
        "  \(name)\(String(repeating: " ", count: max(1, 18 - name.count)))\(value)"
    }
}

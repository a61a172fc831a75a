import AuditCore
import AuditCoreTesting
import Foundation
import Testing

struct ExplanationTests {
    private func explanation(
        _ policy: Policy, facts: Facts = Logins.facts(), attempt: LoginAttempt = Logins.attempt()
    ) -> Explanation {
        let judgement = policy.judge(attempt, facts: facts, thoroughly: true)
        let denial = judgement.verdict.denial
        return Explanation(
            attempt: attempt, facts: facts, judgement: judgement, status: denial?.text ?? "success",
            httpCode: denial == nil ? 200 : 403)
    }

    @Test func `the JSON object has the shape of the specification`() {
        let policy = Policy(
            lists: Logins.lists([.networkCountry: "#\nRU", .asNumbers: "1", .reverseHostname: "x"]))
        let expected = """
            {"ip":"176.112.169.218","user":"honey-craig","service":"imap","verdict":"deny","matched":"net_cc",\
            "rule":"lists/network_cc.lst:2","status":"access from Russian Federation is forbidden","http":403,\
            "facts":{"private":false,"reserved":false,"local_network":null,\
            "rev_host":{"state":"known","source":"dns","age_s":0,"value":"rimap26.i.mail.ru"},\
            "network":{"state":"known","source":"rdap","age_s":3,"net_name":"VK-FRONT","net_cc":"RU",\
            "net_cidr":"176.112.168.0/21","net_handle":"176.112.168.0 - 176.112.175.255",\
            "entities":["EY1327-RIPE","VKCOMPANY-MNT","MAIL-RU"]},\
            "origin":{"state":"known","source":"cymru-dns","age_s":0,"asn":"AS47764","origins":[47764,4134],\
            "asn_cidr":"176.112.168.0/21","as_cc":"CH","as_desc":"VK-AS, RU"},\
            "geo":{"state":"known","source":"maxmind","age_s":0,"as_org":"LLC VK","asn":"AS47541",\
            "city":{"name":"Khasavyurt","geoname_id":550478},\
            "subdivisions":[{"name":"Dagestan","geoname_id":567293,"code":"DA"},\
            {"name":"A Rayon","geoname_id":1,"code":"AR"}],\
            "country":{"name":"Russia","geoname_id":2017370,"code":"RU"},\
            "registered_country":{"name":"elsewhere","geoname_id":2017371,"code":"XX"},"represented_country":null,\
            "continent":{"name":"Europe","geoname_id":6255148,"code":"EU"},"postal_code":null,\
            "location":{"latitude":43.2465,"longitude":46.59,"accuracy_radius":20,"time_zone":"Europe/Moscow"}}},\
            "rules":[{"list":"ip_networks","outcome":"off","rule":null},\
            {"list":"reverse_hostname","outcome":"pass","rule":null},\
            {"list":"network_name","outcome":"off","rule":null},\
            {"list":"network_cc","outcome":"hit","rule":"lists/network_cc.lst:2"},\
            {"list":"entities","outcome":"off","rule":null},{"list":"as_numbers","outcome":"pass","rule":null},\
            {"list":"as_names","outcome":"off","rule":null},{"list":"as_cc","outcome":"off","rule":null},\
            {"list":"geo_location_ids","outcome":"off","rule":null},\
            {"list":"coordinates","outcome":"off","rule":null}]}
            """
        #expect(explanation(policy).json == expected)
    }

    @Test func `a fact that could not be had says why, whole and on one line`() {
        var facts = Logins.facts()
        let long = "RDAP: " + String(repeating: "nobody answers ", count: 30) + "\u{1b}; WHOIS: the end"
        facts.reverseHost = Sourced(.unavailable(LookupError(.timedOut)), source: .dns)
        facts.network = Sourced(.unavailable(LookupError(.unreachable, detail: long)), source: .whois)
        facts.geo = Sourced(.absent, source: .maxmind)
        let explained = explanation(Policy(lists: DenyLists()), facts: facts)
        let json = explained.json
        #expect(
            json.contains(
                #""rev_host":{"state":"unavailable","source":"dns","age_s":0,"reason":"timed out","value":null}"#))
        #expect(json.contains(#""age_s":0,"reason":"unreachable, RDAP: nobody"#))
        #expect(json.contains(#"\\u001b; WHOIS: the end","net_name":null"#))
        #expect(json.ranges(of: "\"reason\"").count == 2)  // what is absent or known needs none
        #expect(explained.text.contains("\\u001b; WHOIS: the end (whois)\n"))
    }

    @Test func `the text names the deciding line, every fact and every rule`() {
        let policy = Policy(lists: Logins.lists([.networkCountry: "#\nRU", .asCountry: "CH"]))
        var facts = Logins.facts()
        facts.reverseHost = Sourced(.unavailable(LookupError(.timedOut, detail: "127.0.0.1:53")), source: .dns)
        facts.geo = Sourced(.absent, source: .maxmind)
        let expected = """
            176.112.169.218, user honey-craig, service imap
              verdict           deny: net_cc, by lists/network_cc.lst:2
              told              403 access from Russian Federation is forbidden

            facts
              private           no
              reserved          no
              local_network     no
              rev_host          unavailable: timed out, 127.0.0.1:53 (dns)
              network           known (rdap, 3 s old)
                                net_name=VK-FRONT
                                net_cc=RU
                                net_cidr=176.112.168.0/21
                                net_handle=176.112.168.0 - 176.112.175.255
                                entities=EY1327-RIPE, VKCOMPANY-MNT, MAIL-RU
              origin            known (cymru-dns)
                                origins=AS47764, AS4134
                                asn_cidr=176.112.168.0/21
                                as_cc=CH
                                as_desc=VK-AS, RU
              geo               absent (maxmind)

            rules
              ip_networks       off
              reverse_hostname  off
              network_name      off
              network_cc        hit  lists/network_cc.lst:2
              entities          off
              as_numbers        off
              as_names          off
              as_cc             hit  lists/as_cc.lst:1
              geo_location_ids  off
              coordinates       off

            """
        #expect(explanation(policy, facts: facts).text == expected)
    }

    @Test(
        arguments: [
            (JudgingMode.enforce, UnknownFactAction.allow, "RU", true, "deny", 1),
            (.watch, .allow, "RU", true, "would_deny", 2), (.enforce, .allow, "US", true, "allow", 0),
            (.enforce, .allow, "US", false, "unknown", 3), (.enforce, .tempfail, "US", false, "unknown", 3),
            (.watch, .tempfail, "US", false, "unknown", 3), (.enforce, .deny, "US", false, "deny", 1),
            (.watch, .deny, "US", false, "would_deny", 2),
        ] as [(JudgingMode, UnknownFactAction, String, Bool, String, Int32)])
    func `the outcome has a word and an exit status`(
        mode: JudgingMode, action: UnknownFactAction, line: String, isKnown: Bool, word: String, status: Int32
    ) {
        var facts = Logins.facts()
        if !isKnown { facts.network = Sourced(.unavailable(LookupError(.timedOut)), source: .rdap) }
        let policy = Policy(mode: mode, lists: Logins.lists([.networkCountry: line]), onUnknown: action)
        let explanation = explanation(policy, facts: facts)
        #expect(explanation.outcome.rawValue == word)
        #expect(explanation.outcome.exitCode == status)
        #expect(explanation.json.contains(#""verdict":"\#(word)""#))
    }

    @Test func `what foreign servers send does nothing to a terminal and stays JSON`() throws {
        var facts = Logins.facts()
        let nasty = "\u{1B}]0;x\u{7}\r\n\"\\\u{202E}\u{2028}\u{85}\u{E0001}\u{0}é😀"
        facts.reverseHost = Sourced(.known(PTRNames(nasty)), source: .dns)
        facts.network = Sourced(
            .known(NetworkFacts(name: nasty, country: nasty, handle: nasty, entities: [nasty])), source: .rdap)
        facts.origin = Sourced(.known(OriginFacts(prefix: nasty, asName: nasty)), source: .cymruDNS)
        var geo = GeoFacts()
        geo.city = Place(name: nasty)
        geo.location = GeoLocation(latitude: .nan, longitude: .infinity)
        facts.geo = Sourced(.known(geo), source: .maxmind)
        var attempt = Logins.attempt()
        attempt.login = nasty
        attempt.service = nasty
        let explanation = explanation(
            Policy(lists: Logins.lists([.entities: "x", .networkName: "y"])), facts: facts, attempt: attempt)
        let harmless = CharacterSet.controlCharacters.union(.newlines).union(CharacterSet(charactersIn: "\u{202E}"))
        #expect(explanation.json.rangeOfCharacter(from: harmless) == nil)
        #expect(
            explanation.text.split(separator: "\n").allSatisfy { $0.rangeOfCharacter(from: harmless) == nil })
        let object = try JSONSerialization.jsonObject(with: Data(explanation.json.utf8)) as? [String: Any]
        #expect(object?["user"] as? String == nasty)
        #expect(((object?["facts"] as? [String: Any])?["rev_host"] as? [String: Any])?["value"] as? String == nasty)
    }

    @Test(arguments: [
        ("10.0.0.1", "allow: a private address, which no list denies; ignored, no record"),
        ("192.168.0.1", "allow: a private address, which no list denies"),
        ("176.112.169.218", "allow: in audit.ignore_networks, which no list denies; no record"),
        ("8.8.8.8", "allow: no entry applies"),
    ])
    func `the text says why a login passes`(address: String, reason: String) {
        let ignored = PrefixSet(["10.0.0.0/8", "176.0.0.0/8"].compactMap { IPPrefix($0) })
        let explanation = explanation(
            Policy(ignoreNetworks: ignored, lists: Logins.lists([.ipNetworks: "9.9.9.9"])),
            facts: Logins.facts(of: address), attempt: Logins.attempt(from: address))
        #expect(explanation.text.contains("  verdict           \(reason)\n"))
        #expect(explanation.outcome == .allow)
    }

    @Test func `the text says what is missing`() {
        var facts = Logins.facts()
        facts.network = .notAsked
        let lists = Logins.lists([.networkCountry: "US", .entities: "x"])
        #expect(
            explanation(Policy(lists: lists), facts: facts).text.contains(
                "allow, in doubt: no entry applies to what is known, but facts for network_cc, entities could not"))
        #expect(
            explanation(Policy(lists: lists, onUnknown: .tempfail), facts: facts).text.contains(
                "try later: network could not be had"))
        #expect(
            explanation(Policy(lists: lists, onUnknown: .deny), facts: facts).text.contains(
                "deny: a fact that a list needs could not be had"))
    }

    @Test func `a network with many entities is shown whole`() {
        var facts = Logins.facts()
        let entities = (0..<60).map { "ENTITY-\($0)-RIPE" }
        facts.network = Sourced(.known(NetworkFacts(entities: entities)), source: .rdap)
        #expect(explanation(Policy(), facts: facts).text.contains("entities=" + entities.joined(separator: ", ")))
    }

    @Test func `a name and a service that were not given are null`() {
        let attempt = LoginAttempt(
            login: "", service: "", address: IPAddress("8.8.8.8"), time: Timestamp(milliseconds: 0))
        let explanation = explanation(Policy(), attempt: attempt)
        #expect(
            explanation.json.hasPrefix(#"{"ip":"8.8.8.8","user":null,"service":null,"verdict":"allow","matched":null,"#)
        )
        #expect(explanation.text.hasPrefix("8.8.8.8\n"))
    }
}

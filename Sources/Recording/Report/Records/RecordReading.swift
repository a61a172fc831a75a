package import AuditCore
internal import StrictJSON

extension ReportRecord {
    /// The journal's fields that a report's records are read from.
    package static let journalFields = [
        "SYSLOG_IDENTIFIER", "AUDIT_USER", "AUDIT_SERVICE", "AUDIT_IP", "AUDIT_EVENT", "AUDIT_SUPPRESSED",
        "AUDIT_BLOCKED", "AUDIT_MATCHED", "AUDIT_RULE", "AUDIT_PASSWORD", "AUDIT_REV_HOST", "AUDIT_ASN",
        "AUDIT_AS_CC", "AUDIT_AS_DESC", "AUDIT_AS_ORG", "AUDIT_NET_NAME", "AUDIT_NET_CC", "AUDIT_MAXMIND_COUNTRY",
        "AUDIT_MAXMIND_CITY", "AUDIT_MAXMIND_LOCATION", "AUDIT_MASTER_USER", "AUDIT_RESERVED", "AUDIT_HONEYPOT",
        "AUDIT_UNKNOWN_USER", "AUDIT_ENDS", "AUDIT_LIMIT", "AUDIT_COMMENT", "AUDIT_ALARM",
    ]

    /// Reads an entry of the journal, of this program or the old one; of a repeated field the first counts.
    ///
    /// - Parameter time: When the journal got it.
    /// - Returns: nil if it is neither an audit nor a failure record.
    package init?(journalFields fields: some Sequence<(name: String, value: String)>, time: Timestamp) {
        guard let fields = RecordFields(journalFields: fields, time: time) else { return nil }
        self.init(fields)
    }

    /// Reads a line of a jsonl file.
    ///
    /// - Returns: nil if it is no JSON object, or one that is no record.
    package init?(jsonLine line: [UInt8]) {
        guard let fields = RecordFields(jsonLine: line) else { return nil }
        self.init(fields)
    }

    init(_ values: RecordFields) {
        self.init(time: values.time, user: values["user"]?.plainText ?? "")
        event = values["event"]?.text
        if event == nil { isBlocked = values["blocked"]?.flag ?? false }
        if event == "alarm" { alarm = values["alarm"]?.text.map(Self.cut) }
        suppressed = min(max(0, values["suppressed"]?.integer ?? 0), 1_000_000_000)
        service = values["service"]?.plainText
        address = values["ip"]?.text
        matched = values["matched"]?.text
        rule = values["rule"]?.text
        isHoneypot = values["honeypot"]?.flag ?? false
        isOfNobody = values["unknown_user"]?.flag ?? false
        passwordID = values["password"]?.integer
        if event == PasswordEnding.event {
            ends = values["ends"]?.text.flatMap { Timestamp(rfc3339: $0) }
            limit = values["limit"]?.plainText.map(Self.cut)
            comment = values["comment"]?.plainText.map(Self.cut)
        }
        masterUser = values["master_user"]?.plainText.flatMap { $0.isEmpty ? nil : $0 }
        host = values["rev_host"]?.text.flatMap { $0 == "<>" ? nil : $0 }
        isReserved = values["reserved"]?.flag ?? false
        // `ERROR-RESPONSE` and `WHOIS ERROR` stand for what could not be had; they are nobody's name.
        isUnanswered = values["as_desc"]?.text == "ERROR-RESPONSE" || values["net_name"]?.text == "WHOIS ERROR"
        asNumber = values["asn"]?.name
        asCountry = values["as_cc"]?.text
        asName = values["as_desc"]?.name.flatMap { $0 == "ERROR-RESPONSE" ? nil : $0 }
        asOrganization = values["as_org"]?.name
        netName = values["net_name"]?.name.flatMap { $0 == "WHOIS ERROR" ? nil : $0 }
        netCountry = values["net_cc"]?.text
        city = values["maxmind_city"]?.structure?["name"]?.string.map(Self.cut)
        if let place = values["maxmind_country"]?.structure, let code = place["code"]?.string {
            country = Country(code: Self.cut(code), name: place["name"]?.string.map(Self.cut))
        }
        if let place = values["maxmind_location"]?.structure, let latitude = place["latitude"]?.double,
            let longitude = place["longitude"]?.double, abs(latitude) <= 90, abs(longitude) <= 180
        {
            location = Location(latitude: latitude, longitude: longitude)
        }
    }
}

extension JSONValue {
    /// Any number.
    var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}

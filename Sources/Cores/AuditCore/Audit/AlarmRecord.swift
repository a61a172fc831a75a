/// What is written down of an alarm.
public struct AlarmRecord: Sendable, Equatable {
    /// Where a login came from, as far as it is known.
    package struct Place: Sendable, Equatable {
        /// When the login arrived.
        package var time: Timestamp
        /// The address; nil for a login over a local socket.
        package var address: IPAddress?
        /// ISO 3166-1 code, upper case.
        package var country: String?
        /// The AS number, of several the first.
        package var asNumber: UInt32?
        /// Its name.
        package var asName: String?
        /// Where it is, in words: `Dresden, SN, Germany`.
        package var name: String?

        /// A place of which nothing is known but the address.
        package init(time: Timestamp, address: IPAddress?) { (self.time, self.address) = (time, address) }
    }

    /// What it is about.
    package var kind: AlarmKind
    /// By what people call it: ten letters and digits, the same for the same alarm only.
    package var id: String
    /// Whose login it was: the name typed.
    package var user: String
    /// The app password; nil if it was none.
    package var passwordID: Int64?
    /// `imap`, `submission`, …
    package var service: String
    /// Whether the login was let in; else it was tried only.
    package var isAllowed: Bool
    /// Where it came from.
    package var place: Place
    /// Where the one came from that it differs from; nil: none is known.
    package var before: Place?
    /// Why it is one, in words: `known countries: AT, DE`.
    package var reason: String
    /// What follows.
    package var action: AlarmAction

    /// Puts an alarm together.
    package init(
        _ kind: AlarmKind, id: String, user: String, passwordID: Int64?, service: String, isAllowed: Bool,
        place: Place, before: Place?, reason: String, action: AlarmAction
    ) {
        (self.kind, self.id, self.user, self.passwordID) = (kind, id, user, passwordID)
        (self.service, self.isAllowed, self.place, self.before) = (service, isAllowed, place, before)
        (self.reason, self.action) = (reason, action)
    }

    /// When the login that raised it arrived.
    package var time: Timestamp { place.time }

    /// The line for administrators: `alarm new_country: user=<alice>, password=17, service=imap, ip=192.0.2.1, allowed=True, country=FR,
    /// asn=AS3215, as_desc=<…>, place=<…>, before_ip=…, before_country=…, before_asn=…, reason=<…>, action=notify, id=…`; what is not
    /// known is left out.
    package var message: String {
        var text = "alarm \(kind.rawValue): user=<\(user.auditEscaped(for: .name))>"
        if let passwordID { text += ", password=\(passwordID)" }
        text += ", service=\(service.auditEscaped(for: .bare)), ip=\(place.address?.description ?? "None")"
        text += ", allowed=\(isAllowed ? "True" : "False")"
        func add(_ name: String, _ value: String?) {
            if let value { text += ", \(name)=\(value.auditEscaped(for: .bare))" }
        }
        add("country", place.country)
        add("asn", place.asNumber.map { "AS\($0)" })
        if let name = place.asName { text += ", as_desc=<\(name.auditEscaped(for: .bracketed))>" }
        if let name = place.name { text += ", place=<\(name.auditEscaped(for: .bracketed))>" }
        if let before {
            add("before_ip", before.address?.description)
            add("before_country", before.country)
            add("before_asn", before.asNumber.map { "AS\($0)" })
        }
        text += ", reason=<\(reason.auditEscaped(for: .bracketed))>, action=\(action.rawValue), id=\(id)"
        return text
    }

    /// `PRIORITY` of syslog: warning.
    package var priority: Int { 4 }

    /// The `AUDIT_*` fields; what is not known has none, but for `AUDIT_IP`.
    package var fields: [AuditField] {
        var fields: [AuditField] = []
        func add(_ name: String, _ value: AuditValue, _ spelling: AuditField.Spelling = .json) {
            fields.append(AuditField(name: "AUDIT_" + name, value: value, spelling: spelling))
        }
        func add(_ place: Place, _ prefix: String) {
            if let country = place.country { add(prefix + "COUNTRY", .text(country)) }
            if let number = place.asNumber { add(prefix + "ASN", .text("AS\(number)")) }
            if let name = place.asName { add(prefix + "AS_DESC", .text(name)) }
            if let name = place.name { add(prefix + "PLACE", .text(name)) }
        }
        add("EVENT", .text("alarm"))
        add("ALARM", .text(kind.rawValue))
        add("ALARM_ID", .text(id))
        add("ACTION", .text(action.rawValue))
        add("REASON", .text(reason))
        add("USER", .text(user))
        if let passwordID { add("PASSWORD", .integer(passwordID)) }
        add("SERVICE", .text(service))
        add("IP", AuditValue(place.address?.description), .python)
        add("ALLOWED", .bool(isAllowed))
        add(place, "")
        if let before {
            add("BEFORE", .text(before.time.description))
            if let address = before.address { add("BEFORE_IP", .text(address.description)) }
            add(before, "BEFORE_")
        }
        return fields
    }
}

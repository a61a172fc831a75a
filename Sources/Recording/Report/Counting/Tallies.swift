internal import AuditCore

/// What is counted while records go by; bounded, whatever the records say.
struct Tallies: Sendable {
    var period: ReportPeriod
    var recordCount = 0
    var first: Timestamp?
    var last: Timestamp?
    var logins = Timeline.Counts()
    var wouldDeny = 0
    var timeline = Timeline()
    var users: TopTable<String, Void>
    var addresses: TopTable<String, AddressNote>
    var systems: TopTable<SystemKey, AddressNote>
    var networks: TopTable<Named, Void>
    /// By code.
    var countries: TopTable<Named, String?>
    var places: TopTable<PlaceKey, (city: String?, country: String?)>
    var refusals: TopTable<RefusalKey, LastRefusal>
    /// Allowed logins that were exceptions.
    var exceptions: TopTable<RefusalKey, LastRefusal>
    /// Allowed logins that would be refused.
    var watched: TopTable<RefusalKey, LastRefusal>
    var revoked: TopTable<RevokedKey, LastLogin>
    var alarms: TopTable<AlarmKey, LastLogin>
    var honeypots: TopTable<String, LastLogin>
    /// Passwords whose end was announced.
    var endings: TopTable<RevokedKey, Ending>
    var events: TopTable<String, Void>
    var failingAddresses: TopTable<String, LastLogin>
    var habits: Habits

    /// - Parameter bound: How many keys each table tells apart; 50,000 cost at most about 30 MB each, and usually two.
    init(_ period: ReportPeriod, bound: Int) {
        self.period = period
        users = TopTable(bound: bound)
        addresses = TopTable(bound: bound)
        systems = TopTable(bound: bound)
        networks = TopTable(bound: bound)
        countries = TopTable(bound: 1024)
        places = TopTable(bound: bound)
        refusals = TopTable(bound: bound)
        exceptions = TopTable(bound: bound)
        watched = TopTable(bound: bound)
        revoked = TopTable(bound: bound)
        alarms = TopTable(bound: bound)
        honeypots = TopTable(bound: bound)
        endings = TopTable(bound: bound)
        events = TopTable(bound: 64)
        failingAddresses = TopTable(bound: bound)
        habits = Habits(bound: bound * 20)
    }

    /// Counts a record; those before the period only teach habits, those after it do nothing.
    mutating func add(_ record: ReportRecord) {
        guard record.time < period.until else { return }
        let isHistory = period.since.map { record.time < $0 } ?? false
        if record.event == nil { learn(record, isHistory: isHistory) }
        guard !isHistory else { return }
        recordCount += 1
        first = min(first ?? record.time, record.time)
        last = max(last ?? record.time, record.time)
        if let event = record.event { addFailure(record, event) } else { addLogin(record) }
    }

    /// Learns where a user comes from. A master user logs in as others from where he is, which says nothing of them.
    private mutating func learn(_ record: ReportRecord, isHistory: Bool) {
        guard record.masterUser == nil, !record.isHoneypot else { return }
        func note(_ kind: Habits.Kind, _ value: String, _ name: String?) {
            let place = NewPlace(
                kind: kind, user: record.user, value: value, name: name, time: record.time, address: record.address,
                isBlocked: record.isBlocked)
            habits.learn(place, isHistory: isHistory)
        }
        if let code = record.countryCode { note(.country, code, countryName(record, code)) }
        if let number = record.asNumber { note(.asNumber, number, record.asOrganization ?? record.asName) }
    }

    private mutating func addLogin(_ record: ReportRecord) {
        let isDenied = record.isBlocked
        if isDenied { logins.denied += 1 } else { logins.allowed += 1 }
        if !isDenied, record.matched != nil, !record.isException { wouldDeny += 1 }
        timeline.add(record.time) { if isDenied { $0.denied += 1 } else { $0.allowed += 1 } }
        let lastLogin = LastLogin(time: record.time, address: record.address)
        if record.isHoneypot {
            honeypots.add(record.user, isDenied: isDenied, at: record.time, note: lastLogin)
        } else {
            users.add(record.user, isDenied: isDenied)
        }
        let note = AddressNote(
            host: record.host, asNumber: record.asNumber, asName: record.asName,
            asOrganization: record.asOrganization, isLocal: record.isLocal)
        let time = record.time
        addresses.add(record.address ?? "None", isDenied: isDenied, at: time, note: note)
        systems.add(SystemKey(note), isDenied: isDenied, at: time, note: note)
        networks.add(Named(record.netName, isLocal: note.isLocal), isDenied: isDenied)
        let code = record.countryCode
        countries.add(
            Named(code, isLocal: note.isLocal), isDenied: isDenied, at: time,
            note: code.flatMap { countryName(record, $0) })
        if let location = record.location {
            places.add(PlaceKey(location), isDenied: isDenied, at: time, note: (record.city, record.country?.name))
        }
        if !record.isHoneypot, isDenied || record.matched != nil {
            let (value, name) = record.reason
            let key = RefusalKey(user: record.user, matched: record.matched ?? "", value: value, rule: record.rule)
            let note = LastRefusal(login: lastLogin, name: name)
            if isDenied {
                refusals.add(key, isDenied: true, at: time, note: note)
            } else if record.isException {
                exceptions.add(key, at: time, note: note)
            } else {
                watched.add(key, at: time, note: note)
            }
        }
        if record.matched == "deleted" {
            revoked.add(
                RevokedKey(user: record.user, passwordID: record.passwordID ?? -1), isDenied: isDenied, at: time,
                note: lastLogin)
        }
    }

    /// Counts a failure, and those that were not written down before it, of which only the number is known.
    ///
    /// Those that have an audit record as well count as denied there.
    private mutating func addFailure(_ record: ReportRecord, _ event: String) {
        if let ends = record.ends, let id = record.passwordID {
            endings.add(
                RevokedKey(user: record.user, passwordID: id), at: record.time,
                note: Ending(end: ends, limit: record.limit, comment: record.comment))
        }
        if event == "alarm" {
            // Of a login that has its own record.
            let key = AlarmKey(user: record.user, kind: record.alarm ?? "?", passwordID: record.passwordID ?? -1)
            return alarms.add(key, at: record.time, note: LastLogin(time: record.time, address: record.address))
        }
        // Some are no logins at all.
        let hasAuditRecord =
            ["forced_reload", PasswordEnding.event, "sessions_ended", "sessions_not_ended"].contains(event)
            || FailureRecord.Event(rawValue: event)?.hasAuditRecord ?? false
        events.add(event)
        if record.suppressed > 0 { events.add("suppressed", count: record.suppressed) }
        let failed = (hasAuditRecord ? 0 : 1) + record.suppressed
        guard failed > 0 else { return }
        logins.failed += failed
        timeline.add(record.time) { $0.failed += failed }
        if !hasAuditRecord {
            failingAddresses.add(
                record.address ?? "None", at: record.time, note: LastLogin(time: record.time, address: record.address))
        }
    }

    private func countryName(_ record: ReportRecord, _ code: String) -> String? {
        record.country?.code == code ? record.country?.name : nil
    }
}

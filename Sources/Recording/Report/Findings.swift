internal import AuditCore

/// What a report says, in whatever format: sorted, most frequent first, and cut to what people can read.
struct Findings: Sendable {
    /// How many lines a list has; what is left out is counted in ``notes``.
    static let listLimit = 1000

    /// How many new places are shown; the first ones.
    private static let newPlaceLimit = 2000

    /// An address.
    struct Host: Sendable {
        /// `None` for a login over a local socket.
        var address: String
        /// What the network is called.
        var network: String
        /// The PTR name.
        var host: String?
        var asNumber: String?
        var isKnown: Bool
        var count: Int
        var denied: Int
    }

    /// An autonomous system.
    struct System: Sendable {
        /// `None` where nobody knows one.
        var number: String
        var name: String
        var comment: String?
        var isKnown: Bool
        var count: Int
        var denied: Int
    }

    /// A user who was refused.
    struct BlockedUser: Sendable {
        var user: String
        var count: Int
        var reasons: [TopTable<RefusalKey, LastRefusal>.Entry]
    }

    /// The name of the machine that the records are from.
    var machine: String?
    var period: ReportPeriod
    var first: Timestamp?
    var last: Timestamp?
    var recordCount: Int
    var logins: Timeline.Counts
    var wouldDeny: Int
    var userCount: Int
    var timeline: (width: Duration, bars: [Timeline.Bar])
    var blockedUsers: [BlockedUser]
    /// Users whose logins were let in and would be refused.
    var watchedUsers: [BlockedUser]
    /// Users whose logins were let in by an exception.
    var exceptedUsers: [BlockedUser]
    var newPlaces: [NewPlace]
    var revoked: [TopTable<RevokedKey, LastLogin>.Entry]
    /// What was odd about logins.
    var alarms: [TopTable<AlarmKey, LastLogin>.Entry]
    var honeypots: [TopTable<String, LastLogin>.Entry]
    /// Passwords that were about to end when the period did, the first one first.
    var endings: [TopTable<RevokedKey, Ending>.Entry]
    var systems: [System]
    var hosts: [Host]
    var networks: [TopTable<Named, Void>.Entry]
    var countries: [TopTable<Named, String?>.Entry]
    var places: [TopTable<PlaceKey, (city: String?, country: String?)>.Entry]
    var events: [TopTable<String, Void>.Entry]
    var failingAddresses: [TopTable<String, LastLogin>.Entry]
    /// What the reader should know: bounds that were met, lines that were not read.
    var notes: [String]

    /// - Parameter notes: Of the input.
    init(_ tallies: Tallies, knowledge: ReportKnowledge, machine: String?, notes: [String]) {
        self.machine = machine
        period = tallies.period
        (first, last) = (tallies.first, tallies.last)
        recordCount = tallies.recordCount
        logins = tallies.logins
        wouldDeny = tallies.wouldDeny
        userCount = tallies.users.keyCount + tallies.users.omitted.keys
        if let start = tallies.period.since ?? tallies.first {
            let end =
                tallies.period.since == nil
                ? tallies.last ?? start : tallies.period.until.advanced(by: .milliseconds(-1))
            timeline = tallies.timeline.bars(from: start, to: end, limit: 100)
        } else {
            timeline = (.zero, [])
        }
        blockedUsers = Self.users(tallies.refusals)
        watchedUsers = Self.users(tallies.watched)
        exceptedUsers = Self.users(tallies.exceptions)
        let newPlaces = tallies.habits.newPlaces
        self.newPlaces = Array(newPlaces.prefix(Self.newPlaceLimit))
        revoked = tallies.revoked.sorted
        alarms = tallies.alarms.sorted
        honeypots = tallies.honeypots.sorted
        let end = tallies.period.since == nil ? tallies.last : tallies.period.until
        endings = tallies.endings.sorted.filter { $0.note.end > end ?? $0.time }
            .sorted { ($0.note.end.milliseconds, $0.key) < ($1.note.end.milliseconds, $1.key) }
        systems = tallies.systems.sorted.map { System($0, knowledge) }.namelessLast { $0.number == "None" }
        hosts = tallies.addresses.sorted.map { Host($0, knowledge) }
        networks = tallies.networks.sorted.namelessLast { $0.key.text == nil }
        countries = tallies.countries.sorted.namelessLast { $0.key.text == nil }
        places = tallies.places.sorted
        events = tallies.events.sorted
        failingAddresses = tallies.failingAddresses.sorted
        self.notes = notes + tallies.notes
        let omitted = newPlaces.count - self.newPlaces.count
        if omitted > 0 { self.notes.append("\(omitted.grouped) more places were new for a user") }
    }

    /// Users with the reasons for what became of their logins, most frequent first.
    private static func users(_ reasons: TopTable<RefusalKey, LastRefusal>) -> [BlockedUser] {
        Dictionary(grouping: reasons.sorted, by: \.key.user)
            .map { BlockedUser(user: $0.key, count: $0.value.reduce(0) { $0 + $1.count }, reasons: $0.value) }
            .sorted { $0.count != $1.count ? $0.count > $1.count : $0.user < $1.user }
    }

    /// The time reported: the one asked for, else that of the records.
    var start: Timestamp? { period.since ?? first }
    /// The end of ``start``'s time.
    var end: Timestamp? { period.since == nil ? last : period.until }
}

extension Findings.System {
    fileprivate init(_ entry: TopTable<SystemKey, AddressNote>.Entry, _ knowledge: ReportKnowledge) {
        number = entry.key.number
        comment = knowledge.comments[number]
        isKnown = knowledge.knows(system: number)
        // The old report called known networks by their registry's name, others by MaxMind's.
        let (registered, organization) = (entry.note.asName, entry.note.asOrganization)
        name = (isKnown ? registered ?? organization : organization ?? registered) ?? entry.key.name
        (count, denied) = (entry.count, entry.denied)
    }
}

extension Findings.Host {
    fileprivate init(_ entry: TopTable<String, AddressNote>.Entry, _ knowledge: ReportKnowledge) {
        address = entry.key
        (host, asNumber) = (entry.note.host, entry.note.asNumber)
        isKnown = knowledge.knows(system: asNumber) || knowledge.knows(host: host)
        let (registered, organization) = (entry.note.asName, entry.note.asOrganization)
        let name = isKnown ? registered ?? organization : organization ?? registered
        network = Named(name ?? entry.note.asNumber, isLocal: entry.note.isLocal).network
        (count, denied) = (entry.count, entry.denied)
    }
}

extension Tallies {
    /// Which bounds were met.
    fileprivate var notes: [String] {
        var notes: [String] = []
        func add(_ what: String, _ omitted: (keys: Int, logins: Int)) {
            guard omitted.keys > 0 else { return }
            notes.append(
                """
                more \(what) than are told apart: about \(omitted.keys.grouped), with \(omitted.logins.grouped) \
                records, are not listed, and counts of the others are at least as shown
                """)
        }
        add("users", users.omitted)
        add("addresses", addresses.omitted)
        add("ASNs", systems.omitted)
        add("networks", networks.omitted)
        add("countries", countries.omitted)
        add("places", places.omitted)
        add("blocked users and reasons", refusals.omitted)
        add("users and exceptions", exceptions.omitted)
        add("watched users and reasons", watched.omitted)
        add("revoked passwords", revoked.omitted)
        add("alarms", alarms.omitted)
        add("honeypots", honeypots.omitted)
        add("passwords about to end", endings.omitted)
        add("kinds of failure", events.omitted)
        add("addresses with failures", failingAddresses.omitted)
        if habits.isIncomplete {
            notes.append("more users and places than are remembered: not all that is new is shown")
        }
        return notes
    }
}

extension Array {
    /// The same, with those last that have no name: many of them may be together, and they tell the least.
    fileprivate func namelessLast(_ isNameless: (Element) -> Bool) -> [Element] {
        filter { !isNameless($0) } + filter(isNameless)
    }
}

extension Int {
    /// `1,234,567`.
    package var grouped: String {
        let digits = String(magnitude)
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { result += "," }
            result.append(digit)
        }
        return (self < 0 ? "-" : "") + result
    }
}
